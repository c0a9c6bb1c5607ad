#include "actors/route.hpp"

#include "collation/pack.hpp"
#include "flows/board.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace quipu {

namespace {

/// What the rules of a hook read of a signal that has just come: nothing but itself.
class heard final : public environment {
public:
  heard(std::uint32_t hook, const json& data, std::int64_t now_ms)
      : hook_(hook), data_(data), now_(now_ms) {}

  [[nodiscard]] const json* read(const slot& what) const override {
    const bool is_signal =
        what.activity == hook_ && what.of == slot::document::hook && what.which == slot::part::data;
    return is_signal ? &data_ : nullptr;
  }
  [[nodiscard]] std::int64_t now() const override { return now_; }
  [[nodiscard]] double chance() const override { return 0; }

private:
  std::uint32_t hook_;
  const json& data_;
  std::int64_t now_;
};

/// The places of one rule; none when what it asks for cannot be read from the signal.
std::vector<std::string> places(const plan& app, const hook_rule& rule, const heard& from) {
  std::vector<std::optional<json>> values;
  if (rule.when)
    for (const auto& match : rule.when->matches) {
      auto made = match.actual.evaluate(from);
      values.push_back(made ? std::move(*made) : std::nullopt);
    }
  return boards(app.app, rule, values);
}

/// Why the hook would not take this signal; nothing: it would.
std::optional<failure> refusal(const plan& app, const activity& hook, const std::string& topic,
                               const json& data) {
  if (!hook.hook_schema || app.schemas != definition::schema_mode::enforce) return std::nullopt;
  const auto breaches = hook.hook_schema->check(data);
  if (breaches.empty()) return std::nullopt;
  return failure{fault::invalid, fmt::format("the signal \"{}\" to \"{}\": {}", topic, hook.id,
                                             to_string(breaches.front()))};
}

void keep_once(std::vector<std::string>& boards) {
  std::sort(boards.begin(), boards.end());
  boards.erase(std::unique(boards.begin(), boards.end()), boards.end());
}

/// Where all hooks stand that wait at a topic in a job with a measure, and that would take the signal.
std::vector<std::string> crowds(const shelf& plans, const std::string& app,
                                const signalling& what) {
  std::vector<std::string> found;
  for (const auto& version : plans.versions(app))
    for (const auto& flow : version->flows)
      for (const auto& hook : flow.activities)
        for (const auto& rule : hook.rules)
          if (rule.topic == what.topic && !refusal(*version, hook, what.topic, what.data))
            found.push_back(crowd(app, rule, what.key_name, what.key_value));
  keep_once(found);
  return found;
}

} // namespace

route find_route(const shelf& plans, const std::string& app, const std::string& topic,
                 const json& data, std::int64_t now_ms) {
  route found;
  const auto active = plans.all_active();
  for (const auto& version : plans.versions(app)) {
    const bool is_active = std::find(active.begin(), active.end(), version) != active.end();
    for (const auto& flow : version->flows) {
      bool names = false;
      for (std::uint32_t at = 0; at < flow.activities.size(); ++at) {
        const auto& hook = flow.activities[at];
        for (const auto& rule : hook.rules) {
          if (rule.topic != topic) continue;
          names = true;
          auto made = places(*version, rule, {at, data, now_ms});
          if (auto why = refusal(*version, hook, topic, data)) {
            if (!made.empty() && !found.refused) found.refused = std::move(why);
            continue;
          }
          std::move(made.begin(), made.end(), std::back_inserter(found.boards));
        }
      }
      if (names && is_active) found.is_named = true;
      if (names && !is_active) found.others.emplace_back(version->version, flow.topic);
    }
  }
  keep_once(found.boards);
  if (!found.boards.empty()) found.refused.reset();
  return found;
}

std::optional<signal> to_store(const shelf& plans, const std::string& app, const signalling& what,
                               std::string mail, std::int64_t now_ms) {
  signal made;
  made.all = what.all;
  made.boards = what.all ? crowds(plans, app, what)
                         : find_route(plans, app, what.topic, what.data, now_ms).boards;
  if (made.boards.empty()) return std::nullopt;
  made.what = {std::move(mail), "signal", {}, signal_body(what.code, what.data, what.scrubs)};
  made.keeps_open = what.code == 202;
  made.keep_until_ms = now_ms + early_ms;
  return made;
}

std::string signal_body(int code, const json& data, bool scrubs) {
  json body{{"code", code}, {"data", data}};
  if (scrubs) body["scrub"] = true;
  return pack(body);
}

} // namespace quipu
