#include "actors/control_answer.hpp"

#include "collation/nesting.hpp"

#include <fmt/format.h>

#include <utility>

namespace quipu {

namespace {

/// Maps and lists of an answer around the data in it: {"ok": [{"written": [{"input": ...}]}]}.
constexpr std::size_t around_data = 16;

fault fault_of(std::string_view text) {
  for (auto code = 0; code <= static_cast<int>(fault::failed); ++code)
    if (name(static_cast<fault>(code)) == text) return static_cast<fault>(code);
  return fault::failed;
}

} // namespace

json fault_line(const failure& why) {
  return {{"fault", std::string{name(why.code)}}, {"message", why.message}};
}

result<json> read_answer(const std::string& line, std::string_view who) {
  auto answer = json::parse(line, nullptr, false);
  const failure no_node{fault::failed, fmt::format("{}: what answers is no node", who)};
  if (!answer.is_object()) return no_node;
  if (auto fits =
          check_nesting(answer, fmt::format("{}: the answer", who), most_nested + around_data);
      !fits)
    return fits.error();
  if (const auto ok = answer.find("ok"); ok != answer.end()) return std::move(*ok);
  const auto word = answer.find("fault");
  const auto message = answer.find("message");
  if (word == answer.end() || !word->is_string() || message == answer.end() ||
      !message->is_string())
    return no_node;
  auto why = message->get<std::string>();
  if (why.empty()) why = fmt::format("{}: the node gave no reason", who);
  return failure{fault_of(word->get<std::string>()), std::move(why)};
}

} // namespace quipu
