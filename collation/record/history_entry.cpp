#include "collation/record.hpp"

namespace quipu {

std::optional<std::string> history_entry(const record& what, const std::string& whole,
                                         history_mode mode) {
  if (mode == history_mode::off) return std::nullopt;
  if (mode == history_mode::full) return whole;
  auto bare = what;
  const auto strip = [](documents& of) { of.input = of.output = of.hook = of.error = value{}; };
  bare.data.clear();
  bare.index.clear();
  bare.attributes.clear();
  for (auto& [at, written] : bare.written) strip(written);
  for (auto& [at, answer] : bare.answers) strip(answer);
  for (auto& [at, owed] : bare.owed)
    if (owed) {
      owed->input = value{};
      owed->waits.clear(); // they have the values that a signal must bring
    }
  if (bare.end && bare.end->error) {
    json error = *bare.end->error;
    error.erase("data");
    error.erase("message");
    bare.end->error = value{std::move(error)};
  }
  return encode(bare);
}

} // namespace quipu
