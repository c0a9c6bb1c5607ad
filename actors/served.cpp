#include "actors/served.hpp"

#include <fmt/format.h>

#include <set>

namespace quipu {

result<void> check(const std::deque<served>& all) {
  std::string faults;
  const auto complain = [&faults](const std::string& what) {
    if (!faults.empty()) faults += '\n';
    faults += what;
  };
  std::set<std::string> seen;
  for (const auto& each : all) {
    if (each.topic.empty() || each.topic.find_first_of(" \t\r\n{}") != std::string::npos)
      complain(fmt::format(
          "\"{}\" is served, but no topic: a text without blanks and braces would be right",
          each.topic));
    else if (!seen.insert(each.topic).second)
      complain(fmt::format("topic \"{}\" is served twice; one worker a topic would be right",
                           each.topic));
    if (!each.work.as_function() && !each.work.as_actor())
      complain(fmt::format("topic \"{}\" is served by an empty function", each.topic));
    if (each.concurrency < 1 || each.concurrency > served::most_concurrency)
      complain(fmt::format("topic \"{}\" is served with concurrency {}; 1 to {} would be right",
                           each.topic, each.concurrency, served::most_concurrency));
  }
  if (faults.empty()) return {};
  return failure{fault::bad_request, std::move(faults)};
}

} // namespace quipu
