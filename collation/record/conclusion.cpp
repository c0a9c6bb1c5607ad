#include "collation/record/conclusion.hpp"

#include "collation/whole.hpp"

#include <stdexcept>

namespace quipu {

conclusion conclusion_of(const json& state, const json& error) {
  conclusion made{state.get<std::string>(), {}};
  if (made.state.empty()) throw std::out_of_range{"a job has ended in no state"};
  if (error.is_null()) return made;
  if (!error.is_object()) throw std::out_of_range{"a job's error is no map"};
  if (const auto code = error.find("code"); code != error.end()) (void)whole<int>(*code);
  for (const char* text : {"message", "activity"})
    if (const auto found = error.find(text); found != error.end() && !found->is_string())
      throw std::out_of_range{"a job's error says what is no text"};
  made.error = value{error};
  return made;
}

} // namespace quipu
