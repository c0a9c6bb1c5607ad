#include "collation/codes.hpp"
#include "flows/duration.hpp"
#include "flows/step/stepping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

/// How a step ends, and with it perhaps the job.
namespace quipu {

namespace {

constexpr std::int64_t an_hour_ms = 3'600'000;
/// An end stays readable for so long, that whoever waits for it can see it.
constexpr std::int64_t a_minute_ms = 60'000;

} // namespace

void stepping::end(conclusion how) {
  if (!end_) end_ = std::move(how);
}

void stepping::interrupt(const interruption& how) {
  conclusion ended{"interrupted", {}};
  if (how.throws) {
    json error{{"code", codes::is_error(how.code) ? how.code : codes::failed},
               {"message", how.reason.empty() ? "interrupted" : how.reason}};
    if (how.at != instance{}) error["activity"] = draft_.rules(how.at).id;
    ended.error = value{std::move(error)};
  }
  if (how.descend) descends_ = how;
  end(std::move(ended));
}

outcome stepping::finish() {
  for (std::size_t next = 0; next < begun_.size() && !end_; ++next) {
    const auto at = begun_[next]; // a copy: what begins here may make others begin
    begin(at);
  }
  if (!end_ && draft_.open() > 0) disarm_what_only_returns();
  if (!end_ && draft_.open() == 0) end({"completed", {}});
  if (end_)
    conclude();
  else
    draft_.forget();
  return std::move(draft_.made());
}

/// A re-enterable hook alone never keeps a job alive: when nothing else is open it is disarmed, or,
/// in a persistent flow, the job is told of as if it had ended. One that sleeps is another matter:
/// its time comes by itself.
void stepping::disarm_what_only_returns() {
  if (std::none_of(
          on_.rules.activities.begin(), on_.rules.activities.end(),
          [](const activity& each) { return each.cycle && each.kind == activity_kind::hook; }))
    return;
  std::vector<instance> standing;
  std::size_t behind = 0; // pending digits that only they can open
  bool sleeps = false;
  const auto note = [&](const instance& at, const obligation& owed) {
    if (!owed.standing) return;
    sleeps = sleeps || owed.due_ms;
    standing.push_back(at);
    behind += draft_.pending_behind(at);
  };
  draft_.each_owed(note);
  if (sleeps || standing.empty() || draft_.open() > standing.size() + behind) return;
  const auto persistent = evaluate_or_warn(on_.rules.persistent, {}, "persistent", on_.rules.topic);
  if (persistent != json(true)) {
    for (const auto& at : standing) {
      draft_.settle(at);
      draft_.skip(at);
    }
    return;
  }
  if (draft_.marked("answered")) return;
  draft_.mark("answered");
  json body{{"state", "running"}, {"data", draft_.shared()}};
  if (on_.rules.publishes) draft_.made().notices.push_back({*on_.rules.publishes, body});
  draft_.made().report = std::move(body);
}

/// How long the job stays readable, milliseconds; 0: for ever.
std::int64_t stepping::kept_for() {
  const auto given = evaluate_or_warn(on_.rules.expire, {}, "expire", on_.rules.topic);
  if (!given || given->is_null()) return an_hour_ms;
  if (given->is_number() && std::isfinite(given->get<double>()))
    return static_cast<std::int64_t>(std::clamp(given->get<double>(), 0.0, 1e12) * 1000);
  if (given->is_string()) {
    const auto parsed = parse_duration(given->get_ref<const std::string&>());
    if (parsed) return parsed->count();
    warn(fmt::format("expire of \"{}\": {}", on_.rules.topic, parsed.error().message));
  }
  return an_hour_ms;
}

void stepping::conclude() {
  auto& made = draft_.made();
  if (descends_)
    for (const auto& [at, owed] : draft_.before().obligations())
      if (owed.is == obligation::kind::child) {
        auto below = *descends_;
        below.job = owed.child;
        made.below.push_back(std::move(below));
      }
  draft_.skip_everything();
  auto data = draft_.shared();
  std::string why;
  if (end_->state == "completed" &&
      refuses(on_.rules.output_schema ? &*on_.rules.output_schema : nullptr, data,
              "the job's output", why))
    end_ = conclusion{"failed", value{json{{"code", 422}, {"message", why}}}};
  json body{{"state", end_->state}, {"data", std::move(data)}};
  if (end_->error) body["error"] = *end_->error;
  if (on_.rules.publishes) made.notices.push_back({*on_.rules.publishes, body});
  if (!draft_.marked("answered")) made.report = std::move(body);
  made.what.end = std::move(end_);

  auto keep_ms = kept_for();
  if (draft_.marked(scrubs)) keep_ms = keep_ms > 0 ? std::min(keep_ms, a_minute_ms) : a_minute_ms;
  if (keep_ms > 0) made.expires_ms = draft_.now() + keep_ms;
}

} // namespace quipu
