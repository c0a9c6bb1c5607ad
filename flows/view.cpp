#include "flows/view.hpp"

#include "collation/codes.hpp"
#include "flows/mapper/calendar.hpp"

#include <algorithm>
#include <functional>

namespace quipu {

namespace {

/// An error that was caught says nothing any more when its activity has been answered anew.
documents newest(documents said) {
  if (!codes::is_error(said.code)) said.error = {};
  return said;
}

} // namespace

view::view(const draft& of, const instance& here) : of_(of), here_(here) {}

const json* view::keep(value what) const {
  if (!what) return nullptr;
  kept_.push_back(std::move(what));
  return kept_.back().get();
}

template <class Make>
const json* view::once(const slot& what, Make make) const {
  const auto known = std::find_if(made_.begin(), made_.end(),
                                  [&what](const auto& each) { return each.first == what; });
  return &(known != made_.end() ? *known : made_.emplace_back(what, make())).second;
}

const json* view::read(const slot& what) const {
  if (what.activity == slot::whole_job) {
    if (what.which == slot::part::metadata) return once(what, [this] { return job_metadata(); });
    if (!data_) data_ = of_.shared();
    return &*data_;
  }
  if (what.which == slot::part::topic) return topic(what.activity);
  if (what.which != slot::part::data) return once(what, [&] { return activity_metadata(what); });
  auto documents = seen(what.activity);
  switch (what.of) {
  case slot::document::input: return keep(std::move(documents.input));
  case slot::document::hook: return keep(std::move(documents.hook));
  case slot::document::output:
    if (what.activity == here_.activity && said_) return said_.get();
    if (documents.error) return nullptr;
    if (!documents.output && what.activity == 0) return keep(std::move(documents.input));
    return keep(std::move(documents.output));
  case slot::document::job: return nullptr;
  }
  return nullptr;
}

documents view::seen(std::uint32_t activity) const {
  const auto& rules = of_.rules();
  // From inside a slice, the activity in front of it is what it said when this pass was opened.
  if (activity != here_.activity) {
    auto slice = rules.activities[here_.activity].slice;
    auto pass = here_.pass;
    while (slice != 0) {
      if (rules.slices[slice].owner == activity)
        if (const auto* said = of_.answer({slice, pass})) return newest(*said);
      pass = of_.around({slice, pass});
      slice = rules.slices[slice].around;
    }
  }
  const auto at = of_.above(activity, here_);
  documents all;
  all.input = of_.input(at);
  all.output = of_.output(at);
  all.hook = of_.hook(at);
  all.error = of_.error(at);
  all.code = of_.code(at);
  all.at_ms = of_.answered_ms(at);
  return newest(std::move(all));
}

json view::job_metadata() const {
  const auto& who = of_.born();
  auto meta = json{{"jid", who.job}, {"gid", who.gid},     {"tpc", who.topic},
                   {"app", who.app}, {"vrs", who.version}, {"js", of_.open()}};
  meta["key"] = of_.before().key();
  const auto created = of_.before().records() == 0 ? of_.now() : of_.before().created_ms();
  meta["ts"] = created / 1000;
  meta["jc"] = iso_time(created);
  meta["ju"] = iso_time(of_.now());
  if (!who.parent.empty()) {
    meta["pj"] = who.parent;
    meta["pd"] = who.parent_at.pass;
    meta["pa"] = who.parent_activity;
  }
  return meta;
}

json view::activity_metadata(const slot& asked) const {
  const auto activity = asked.activity;
  const auto what = seen(activity);
  const auto& rules = of_.rules().activities[activity];
  const auto at = of_.above(activity, here_);
  auto meta = json{{"aid", rules.id}, {"atp", name(rules.kind)}};
  if (asked.which == slot::part::whole_metadata)
    if (const auto* its = topic(activity)) meta["stp"] = *its;
  if (what.code != 0) meta["ac"] = what.code;
  if (what.at_ms != 0) meta["au"] = iso_time(what.at_ms);
  if (what.error) meta["err"] = *what.error;
  meta["dad"] = at.pass;
  return meta;
}

const json* view::topic(std::uint32_t activity) const {
  const auto& rule = of_.rules().activities[activity].topic;
  if (!rule) return nullptr;
  const auto [known, fresh] = topics_.try_emplace(activity, nullptr);
  if (!fresh) return known->second;
  // A topic that reads topics reads only such as read none (plan.cpp), so this ends.
  auto made = rule->evaluate(view{of_, of_.above(activity, here_)});
  if (!made || !*made || !(*made)->is_string()) return nullptr;
  made_.emplace_back(slot{activity, slot::document::output, slot::part::topic}, std::move(**made));
  return known->second = &made_.back().second;
}

double view::chance() const {
  // splitmix64 over what names this step: the same step draws the same numbers, wherever it is made
  // again.
  auto seed = std::hash<std::string_view>{}(of_.born().gid) ^ (of_.before().records() << 20U) ^
              (std::uint64_t{here_.activity} << 40U) ^ (std::uint64_t{here_.pass} << 8U) ^ ++drawn_;
  seed += 0x9e3779b97f4a7c15U;
  seed = (seed ^ (seed >> 30U)) * 0xbf58476d1ce4e5b9U;
  seed = (seed ^ (seed >> 27U)) * 0x94d049bb133111ebU;
  seed ^= seed >> 31U;
  return static_cast<double>(seed >> 11U) * 0x1.0p-53;
}

std::string iso_time(std::int64_t epoch_ms) {
  // What is out of the range of a Date is its last or first instant.
  constexpr std::int64_t last = 8'640'000'000'000'000;
  return mapper::iso_string(static_cast<double>(std::clamp(epoch_ms, -last, last)));
}

} // namespace quipu
