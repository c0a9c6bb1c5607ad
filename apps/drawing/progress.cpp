#include "apps/drawing/progress.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <map>

namespace quipu {

namespace {

using namespace std::chrono;
using time_point = system_clock::time_point;

/// "2026-03-01T09:30:00.123Z", as the ledger's values say it.
std::optional<time_point> time_of(const json& open, const char* key) {
  const auto text = open.value(key, "");
  std::tm parts{};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return std::nullopt;
  const auto ms = *rest == '.' ? std::strtol(rest + 1, nullptr, 10) : 0;
  return system_clock::from_time_t(::timegm(&parts)) + milliseconds{ms};
}

std::string clock_of(time_point at) {
  const auto seconds = system_clock::to_time_t(at);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  return text;
}

milliseconds between(time_point from, time_point to) {
  return std::max(milliseconds{0}, duration_cast<milliseconds>(to - from));
}

/// What one obligation of a job is about, with the time that is now.
class teller {
public:
  teller(const json& open, const drawing::node& at, time_point now) : open_(open), at_(at) {
    if (const auto since = time_of(open, "since"))
      since_ = ", since " + in_words(between(*since, now));
    if (const auto due = time_of(open, "due")) {
      due_ = *due;
      in_ = *due > now ? "in " + in_words(between(now, *due)) : "now";
    }
  }

  std::string called() const {
    return fmt::format("called{}{}{}", attempt(), since_, due_ ? ", gives up " + in_ : "");
  }
  std::string pending() const {
    return fmt::format("pending: somebody will complete it{}", since_);
  }
  std::string retry() const {
    return fmt::format("attempt {} {}", open_.value("attempt", 0), in_.empty() ? "soon" : in_);
  }
  std::string backlog() const {
    return fmt::format("no worker serves {}{}{}", open_.value("topic", ""), attempt(), since_);
  }
  std::string child(const std::string& state) const {
    return fmt::format("awaits {}{}{}", open_.value("job", ""),
                       state.empty() ? "" : " (" + state + ")", since_);
  }
  std::string wait() const {
    std::vector<std::string> words;
    if (const auto topic = open_.value("topic", ""); !topic.empty())
      words.push_back(fmt::format("waits for {}{}", topics(topic), since_));
    if (due_) words.push_back(fmt::format("sleeps until {} UTC ({})", clock_of(*due_), in_));
    return fmt::format("{}", fmt::join(words, ", or "));
  }

private:
  std::string attempt() const {
    const auto number = open_.value("attempt", 1);
    return number > 1 ? fmt::format(", attempt {}", number) : std::string{};
  }

  /// The ledger names one topic of a hook, its flow all of them.
  std::string topics(const std::string& one) const {
    return at_.hears.empty() ? one : fmt::format("{}", fmt::join(at_.hears, " or "));
  }

  const json& open_;
  const drawing::node& at_;
  std::string since_;
  std::optional<time_point> due_;
  std::string in_;
};

} // namespace

std::string in_words(milliseconds length) {
  using namespace std::chrono_literals;
  if (length < 1s) return fmt::format("{} ms", length.count());
  if (length < 2min) return fmt::format("{} s", length / 1s);
  if (length < 2h) return fmt::format("{} min", length / 1min);
  if (length < 48h) return fmt::format("{} h", length / 1h);
  return fmt::format("{} d", length / 24h);
}

result<void> show_progress(drawing& on, const job_info& job, time_point now,
                           const std::function<std::string(const std::string&)>& state_of) {
  auto& flow = on.flows.front();
  if (flow.nodes.size() != job.key.size())
    return failure{fault::invalid,
                   fmt::format("job \"{}\" has {} digits, the flow at \"{}\" {} activities", job.id,
                               job.key.size(), flow.topic, flow.nodes.size())};
  on.heading = fmt::format("job {}, {}, {}", job.id, job.state, on.heading);
  if (job.error)
    flow.notes.push_back(fmt::format(
        "error {}{}: {}", job.error->code,
        job.error->activity.empty() ? "" : " from " + job.error->activity, job.error->message));
  std::map<std::string, drawing::node*> by_id;
  for (std::size_t i = 0; i < flow.nodes.size(); ++i) {
    flow.nodes[i].state = static_cast<digit>(job.key[i]);
    by_id[flow.nodes[i].id] = &flow.nodes[i];
  }
  for (const auto& [activity, open] : job.passes)
    if (const auto at = by_id.find(activity); at != by_id.end())
      at->second->waits.push_back(
          fmt::format("{} pass{} open behind it", open.size(), open.size() == 1 ? "" : "es"));
  for (const auto& each : job.open) {
    const auto at = by_id.find(each.value("activity", ""));
    if (at == by_id.end()) continue;
    const teller words{each, *at->second, now};
    const auto kind = each.value("kind", "");
    const auto said = kind == "called"    ? words.called()
                      : kind == "pending" ? words.pending()
                      : kind == "retry"   ? words.retry()
                      : kind == "backlog" ? words.backlog()
                      : kind == "child"   ? words.child(state_of(each.value("job", "")))
                                          : words.wait();
    const auto pass = each.value("dimension", 0);
    at->second->waits.push_back(pass == 0 ? said : fmt::format("pass {}: {}", pass, said));
  }
  return {};
}

} // namespace quipu
