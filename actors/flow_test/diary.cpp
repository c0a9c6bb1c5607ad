#include "actors/flow_test/diary.hpp"

#include <date/date.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <sstream>
#include <string_view>
#include <utility>

namespace quipu::flow_test {

namespace {

constexpr std::size_t longest = 200;

/// What brought a record about, by `cause`; `{}` is the activity.
constexpr std::array<std::pair<std::string_view, std::string_view>, 15> sentences{{
    {"created", "begins"},
    {"begun", "{} takes the message"},
    {"passed", "{} passes"},
    {"replied", "{} replied"},
    {"completed", "{} was completed"},
    {"timed_out", "{} timed out"},
    {"retried", "{} is called again"},
    {"woken", "{} woke"},
    {"signalled", "{} was signalled"},
    {"child_ended", "the child of {} ended"},
    {"interrupted", "is interrupted"},
    {"acknowledged", "{}: too late, nothing changes"},
    {"shelved", "{} finds no worker"},
    {"served", "{} finds a worker"},
    {"recalled", "{} is called again, its node died"},
}};

std::string brief(const json& value) {
  auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() > longest) text = text.substr(0, longest) + "...";
  return text;
}

/// An activity, with its pass when it is not the first.
std::string who(const json& at) {
  const auto pass = at.value("dimension", 0);
  auto id = at.value("activity", std::string{});
  return pass == 0 ? id : fmt::format("{}[{}]", id, pass);
}

std::string event_of(const json& record) {
  const auto cause = record.value("cause", std::string{});
  const auto found = std::find_if(sentences.begin(), sentences.end(),
                                  [&](const auto& each) { return each.first == cause; });
  auto text = found == sentences.end() ? fmt::format("{}: {}", who(record), cause)
                                       : fmt::format(fmt::runtime(found->second), who(record));
  if (cause == "created") text += " at " + record.value("topic", std::string{});
  if (record.contains("code") && cause != "begun" && cause != "passed")
    text += fmt::format(" {}", record["code"].get<int>());
  if (record.contains("attempt")) text += fmt::format(", attempt {}", record["attempt"].dump());
  return text;
}

/// The digits that changed, each as it is in the end.
void tell_digits(const json& record, std::vector<std::string>& to) {
  std::vector<std::pair<std::string, std::string>> last;
  for (const auto& turn : record.value("digits", json::array())) {
    auto name = who(turn);
    if (turn.contains("through")) name += ".." + turn.value("through", std::string{});
    const auto known = std::find_if(last.begin(), last.end(),
                                    [&](const auto& each) { return each.first == name; });
    if (known != last.end())
      known->second = turn.value("to", std::string{});
    else
      last.emplace_back(std::move(name), turn.value("to", std::string{}));
  }
  for (const auto& [name, digit] : last) to.push_back(fmt::format("{} {}", name, digit));
}

std::string due_of(const json& owed, std::int64_t began_ms) {
  std::istringstream text{owed.value("due", std::string{})};
  date::sys_time<std::chrono::milliseconds> at;
  if (!(text >> date::parse("%FT%TZ", at))) return {};
  return shown(at.time_since_epoch().count() - began_ms);
}

std::string waiting(const json& owed, const std::string& due) {
  const auto kind = owed.value("kind", std::string{});
  const auto topic = owed.value("topic", std::string{});
  const auto until = due.empty() ? std::string{} : " until " + due;
  if (kind == "called" && owed.contains("job"))
    return fmt::format("{} interrupts {}", who(owed), owed.value("job", std::string{}));
  if (kind == "called") return fmt::format("{} calls {}{}", who(owed), topic, until);
  if (kind == "pending") return fmt::format("{} is pending", who(owed));
  if (kind == "retry") return fmt::format("{} tries again at {}", who(owed), due);
  if (kind == "backlog")
    return fmt::format("{} waits for a worker of {}{}", who(owed), topic, until);
  if (kind == "child")
    return fmt::format("{} awaits {}", who(owed), owed.value("job", std::string{}));
  if (topic.empty()) return fmt::format("{} sleeps{}", who(owed), until);
  return fmt::format("{} waits for {}{}", who(owed), topic, until);
}

void tell_data(const json& record, std::vector<std::string>& to) {
  for (const auto& written : record.value("written", json::array()))
    for (const char* key : {"input", "hook", "output", "error"})
      if (written.contains(key))
        to.push_back(fmt::format("{} {} {}", who(written), key, brief(written[key])));
  const auto shared = record.value("data", json::object());
  for (const auto& [key, data] : shared.items())
    to.push_back(fmt::format("{} = {}", key, brief(data)));
}

} // namespace

std::string shown(std::int64_t duration_ms) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> units{
      {{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
  std::string text;
  for (const auto& [name, length] : units) {
    if (duration_ms >= length) text += fmt::format("{}{}", duration_ms / length, name);
    duration_ms %= length;
  }
  return text.empty() ? "0s" : text;
}

std::string told(const stage_entry& what, std::int64_t began_ms) {
  const auto& record = what.what;
  std::vector<std::string> effects;
  tell_digits(record, effects);
  tell_data(record, effects);
  for (const auto& owed : record.value("waits", json::array()))
    effects.push_back(waiting(owed, due_of(owed, began_ms)));
  for (const auto& opened : record.value("opened", json::array()))
    effects.push_back(fmt::format("pass {} behind {}", opened.value("dimension", 0),
                                  opened.value("behind", std::string{})));
  if (record.contains("end")) {
    const auto& end = record["end"];
    effects.push_back("ends " + end.value("state", std::string{}) +
                      (end.contains("error") && !end["error"].is_null() ? " " + brief(end["error"])
                                                                        : std::string{}));
  }
  return fmt::format("{:>7}  {}  {}  {}{}{}", shown(what.at_ms - began_ms), what.job,
                     record.value("key", std::string{}), event_of(record),
                     effects.empty() ? "" : ": ", fmt::join(effects, ", "));
}

} // namespace quipu::flow_test
