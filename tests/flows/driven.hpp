#pragma once

#include "collation/pack.hpp"
#include "flows/definition.hpp"
#include "flows/read.hpp"
#include "flows/step.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace quipu {

inline std::shared_ptr<const plan> compiled(const std::string& text) {
  findings faults;
  const auto document = read_text(text, "flow.yaml", faults);
  REQUIRE(document);
  const auto app = read_definition(*document, faults);
  for (const auto& each : faults.all()) UNSCOPED_INFO(to_string(each));
  REQUIRE(app);
  auto made = compile(*app, faults);
  for (const auto& each : faults.all()) UNSCOPED_INFO(to_string(each));
  REQUIRE(made);
  return made;
}

/// The one flow of an app, subscribed at "s": what stands below it, each line indented by six.
inline std::shared_ptr<const plan> compiled_flow(const std::string& below) {
  return compiled("app:\n  id: x\n  version: '1'\n  graphs:\n    - subscribes: s\n" + below);
}

/// A job that is stepped by hand; its stored fields are kept as a store would, change by change.
class driven {
public:
  explicit driven(std::shared_ptr<const plan> app, step_limits limits = {})
      : app_(std::move(app)), limits_(limits) {
    identity who{"j", "g", "x", "1", "s"};
    who.slices = static_cast<std::uint32_t>(rules().slices.size());
    take(create(on(), who, value{json{{"m", std::string(600, 'm')}}}));
    event begin;
    begin.why = cause::begun;
    REQUIRE(handle(begin));
  }

  [[nodiscard]] const flow& rules() const { return app_->flows.front(); }
  [[nodiscard]] ground on() const { return {*app_, rules(), now_, limits_}; }
  [[nodiscard]] const job& view() const { return view_; }
  /// What the last step that had an effect decided.
  [[nodiscard]] const outcome& last() const { return last_; }
  void at_ms(std::int64_t now) { now_ = now; }
  void limit(step_limits limits) { limits_ = limits; }
  /// Of the only activity that something is owed to.
  [[nodiscard]] event about(cause why) const {
    REQUIRE(view_.obligations().size() == 1);
    const auto& [at, owed] = *view_.obligations().begin();
    event made;
    made.why = why;
    made.at = at;
    made.attempt = owed.attempt;
    return made;
  }
  [[nodiscard]] bool handle(const event& what) {
    auto made = step(on(), view_, what);
    const auto again = step(on(), view_, what);
    REQUIRE(made.has_value() == again.has_value());
    if (!made) return false;
    CHECK(encode(made->what) == encode(again->what));
    take(std::move(*made));
    return true;
  }

  /// Replies that somebody could make now; passthroughs are worked off first.
  std::vector<event> possible() {
    while (!next_.empty() && !view_.ended()) {
      event pass;
      pass.why = cause::passed;
      pass.at = next_.front();
      next_.erase(next_.begin());
      (void)handle(pass);
    }
    std::vector<event> all;
    for (const auto& [at, owed] : view_.obligations()) {
      event reply;
      reply.at = at;
      reply.attempt = owed.attempt;
      if (owed.is == obligation::kind::called)
        reply.why = cause::replied;
      else if (owed.is == obligation::kind::pending)
        reply.why = cause::completed;
      else
        continue;
      all.push_back(reply);
    }
    return all;
  }

  void check_stored() const {
    snapshot kept;
    kept.job = "j";
    for (const auto& [name, bytes] : fields_) kept.fields.push_back({name, bytes});
    for (const auto& [at, owed] : view_.obligations())
      kept.obligations.push_back({name(at), encode(owed)});
    auto whole = view_.fields();
    std::sort(whole.begin(), whole.end(), [](auto& a, auto& b) { return a.name < b.name; });
    CHECK(whole == kept.fields);
    const auto loaded = job::load(kept);
    REQUIRE(loaded);
    auto again = loaded->fields();
    std::sort(again.begin(), again.end(), [](auto& a, auto& b) { return a.name < b.name; });
    CHECK(again == whole);
    CHECK(loaded->open() == view_.open());
    CHECK(loaded->begun() == view_.begun());
    CHECK(loaded->obligations() == view_.obligations());
  }

private:
  void take(outcome made) {
    const auto read = decode_record(encode(made.what));
    REQUIRE(read);
    CHECK(*read == made.what);
    delta touched;
    const auto folded = view_.fold(*read, &touched);
    if (!folded) UNSCOPED_INFO(folded.error().message);
    REQUIRE(folded);
    std::vector<field> set;
    std::vector<std::string> unset;
    view_.fields(touched, set, unset);
    for (const auto& each : unset) fields_.erase(each);
    for (auto& each : set) fields_[each.name] = std::move(each.bytes);
    next_.insert(next_.end(), made.next.begin(), made.next.end());
    check_stored();
    last_ = std::move(made);
    ++now_;
  }

  std::shared_ptr<const plan> app_;
  step_limits limits_;
  std::int64_t now_ = 1000;
  job view_;
  outcome last_;
  std::map<std::string, std::string> fields_;
  std::vector<instance> next_;
};

} // namespace quipu
