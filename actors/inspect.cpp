#include "actors/inspect.hpp"

#include "actors/instant.hpp"
#include "flows/fit.hpp"
#include "flows/view.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

namespace quipu {

namespace {

/// More awaited jobs than this are shown as brackets without content.
constexpr std::size_t most_jobs = 10'000;

json error_json(const value& error) { return error ? *error : json(); }

std::optional<job_error> error_of(const job& of) {
  if (!of.end() || !of.end()->error) return std::nullopt;
  const auto& said = *of.end()->error;
  return job_error{said.value("code", 500), said.value("message", ""), said.value("activity", ""),
                   said.value("data", json())};
}

/// An activity by its id, or by its place when its plan is not known.
std::string id_of(const flow* rules, std::uint32_t activity) {
  return rules != nullptr && activity < rules->activities.size() ? rules->activities[activity].id
                                                                 : std::to_string(activity);
}

/// The activity whose answers open a slice.
json behind(const flow& rules, std::uint32_t slice) {
  if (slice >= rules.slices.size()) return nullptr;
  return id_of(&rules, rules.slices[slice].owner);
}

std::uint32_t around(const flow& rules, std::uint32_t slice) { return rules.slices[slice].around; }

/// The digits of one pass; where a slice is nested in it, those of its newest pass or the oldest
/// that is open.
std::string digits_of(const job& of, const flow& rules, const pass_name& which) {
  const auto& top = of.passes().at(which);
  auto text = top.digits.text();
  for (const auto& [at, inner] : of.passes()) {
    auto up = at;
    while (up.slice != which.slice && up.slice != 0) {
      const auto found = of.passes().find(up);
      if (found == of.passes().end()) break; // forgotten: then it is in no pass that is open
      up = {around(rules, up.slice), found->second.parent};
    }
    if (at == which || up != which) continue;
    for (std::size_t position = 0; position < inner.digits.size(); ++position) {
      auto& shown = text[inner.first - top.first + position];
      const auto here = inner.digits.at(position);
      if (here != digit::not_applicable && !is_open(static_cast<digit>(shown)))
        shown = static_cast<char>(here);
    }
  }
  return text;
}

/// What is open behind each activity that can be entered again, oldest pass first. A pass that no
/// answer has opened yet is none.
std::map<std::string, std::vector<std::string>> open_passes(const job& of, const flow& rules) {
  std::map<std::string, std::vector<std::string>> found;
  for (const auto& [at, pass] : of.passes()) {
    if (at.slice == 0 || at.slice >= rules.slices.size() || of.answer(at) == nullptr) continue;
    auto text = digits_of(of, rules, at);
    if (std::any_of(text.begin(), text.end(),
                    [](char c) { return is_open(static_cast<digit>(c)); }))
      found[rules.activities[rules.slices[at.slice].owner].id].push_back(std::move(text));
  }
  return found;
}

json digits(const turn& what, const flow& rules) {
  json said{{"activity", id_of(&rules, what.first)}, {"dimension", what.pass}};
  if (what.count > 1) said["through"] = id_of(&rules, what.first + what.count - 1);
  said["from"] = std::string{static_cast<char>(what.from)};
  said["to"] = std::string{static_cast<char>(what.to)};
  return said;
}

json obligation_json(const instance& at, const obligation& owed, const flow* rules) {
  json said{
      {"activity", id_of(rules, at.activity)}, {"dimension", at.pass}, {"kind", name(owed.is)}};
  if (owed.attempt > 0) said["attempt"] = owed.attempt;
  if (!owed.topic.empty()) said["topic"] = owed.topic;
  if (!owed.child.empty()) said["job"] = owed.child;
  said["since"] = iso_time(owed.since_ms);
  if (owed.due_ms) said["due"] = iso_time(*owed.due_ms);
  return said;
}

json written_json(const documents& what) {
  auto said = json::object();
  for (const auto& [key, piece] :
       {std::pair{"input", &what.input}, std::pair{"output", &what.output},
        std::pair{"hook", &what.hook}, std::pair{"error", &what.error}})
    if (*piece) said[key] = **piece;
  if (what.code != 0) said["code"] = what.code;
  return said;
}

json open_json(const job& of, const flow* rules) {
  auto list = json::array();
  for (const auto& [at, owed] : of.obligations()) list.push_back(obligation_json(at, owed, rules));
  return list;
}

/// Reads a job and what it awaits, one after the other; then the composite is made from the leaves
/// up. A store that answers at once does not make it recurse.
class reading : public std::enable_shared_from_this<reading> {
public:
  reading(ledger& from, const shelf& plans, then<job_info> done)
      : from_(from), plans_(plans), done_(std::move(done)) {}

  void begin(std::string id) {
    nodes_.push_back({std::move(id), {}, {}});
    go_on();
  }

private:
  struct node {
    std::string id;
    std::string key;
    std::map<std::size_t, std::size_t> below; ///< by the position of the await
  };

  void go_on() {
    while (next_ < nodes_.size()) {
      // Whoever comes second, the answer or this loop, goes on: the store may answer at once, or
      // later on a thread of its own.
      const auto both = std::make_shared<std::atomic_flag>();
      from_.read(nodes_[next_].id, [self = shared_from_this(), both](result<snapshot> got) {
        self->take(std::move(got));
        if (both->test_and_set()) self->go_on();
      });
      if (!both->test_and_set()) return;
    }
    finish();
  }

  void take(result<snapshot> got) {
    const auto at = next_++;
    auto view = got ? job::load(*got) : result<job>{got.error()};
    if (!view) {
      if (at == 0) refused_ = view.error();
      return;
    }
    nodes_[at].key = view->key();
    if (at == 0) show(*got, *view);
    // The child of an activity's newest pass: children come in the order of their passes.
    std::map<std::uint32_t, std::string> newest;
    for (const auto& [where, child] : view->children()) newest[where.activity] = child;
    for (auto& [activity, child] : newest) {
      if (nodes_.size() >= most_jobs) break;
      nodes_[at].below[activity] = nodes_.size();
      nodes_.push_back({std::move(child), {}, {}});
    }
  }

  void show(const snapshot& got, const job& view) {
    auto& info = info_;
    info.id = got.job;
    info.app = got.app;
    info.version = got.version;
    info.topic = got.topic;
    info.state = got.state;
    info.key = view.key();
    for (const auto& [name, stored] : view.data()) info.data[name] = *stored;
    info.error = error_of(view);
    info.created = time_of(got.created_ms);
    if (view.ended()) info.ended = time_of(got.ended_ms);
    info.parent = view.born().parent;
    info.from = view.born().origin;
    info.history = view.born().history;
    for (const auto& [where, child] : view.children()) info.children.push_back(child);
    const auto plan = plans_.find(got.app, got.version);
    const auto* rules = plan ? plan->find(got.topic) : nullptr;
    if (rules != nullptr && fits(view, *rules)) info.passes = open_passes(view, *rules);
    info.open = open_json(view, rules);
  }

  void finish() {
    if (refused_) return done_(*refused_);
    for (auto at = nodes_.size(); at-- > 0;) {
      auto& made = nodes_[at];
      made.key = composite(made.key, [&](std::size_t position) -> const std::string* {
        const auto child = made.below.find(position);
        return child == made.below.end() ? nullptr : &nodes_[child->second].key;
      });
    }
    info_.composite = nodes_.front().key;
    done_(std::move(info_));
  }

  ledger& from_;
  const shelf& plans_;
  then<job_info> done_;
  std::deque<node> nodes_; ///< children behind their parents
  std::size_t next_ = 0;
  std::optional<failure> refused_;
  job_info info_;
};

} // namespace

std::chrono::system_clock::time_point time_of(std::int64_t epoch_ms) {
  return instant_of<std::chrono::milliseconds>(epoch_ms);
}

void inspect(ledger& from, const shelf& plans, std::string id, then<job_info> done) {
  std::make_shared<reading>(from, plans, std::move(done))->begin(std::move(id));
}

json open_obligations(const job& of, const flow& rules) { return open_json(of, &rules); }

json describe(const record& what, const job& after, const flow& rules) {
  json said{{"number", what.number}, {"at", iso_time(what.at_ms)}, {"cause", name(what.why)}};
  if (what.why == cause::condensed) {
    if (what.head_there != head{}) said["head"] = to_hex(what.head_there);
    said["key"] = after.key();
    return said;
  }
  said["activity"] = id_of(&rules, what.at.activity);
  said["dimension"] = what.at.pass;
  if (what.attempt != 0) said["attempt"] = what.attempt;
  if (what.code != 0) said["code"] = what.code;
  if (!what.mail.empty()) said["mail"] = what.mail;
  if (what.born) {
    said["job"] = what.born->job;
    said["topic"] = what.born->topic;
    said["version"] = what.born->version;
    if (!what.born->parent.empty()) said["parent"] = what.born->parent;
    if (!what.born->origin.empty()) said["from"] = what.born->origin;
  }
  for (const auto& turn : what.turns) said["digits"].push_back(digits(turn, rules));
  for (const auto& opening : what.opened)
    if (opening.slice != 0)
      said["opened"].push_back(
          json{{"behind", behind(rules, opening.slice)}, {"dimension", opening.pass}});
  for (const auto& [key, written] : what.data) said["data"][key] = *written;
  for (const auto& [at, written] : what.written) {
    json entry{{"activity", id_of(&rules, at.activity)}, {"dimension", at.pass}};
    entry.update(written_json(written));
    said["written"].push_back(std::move(entry));
  }
  for (const auto& [name, by] : what.index) said["index"][name] = *by;
  for (const auto& [at, attributes] : what.attributes)
    said["telemetry"].push_back(json{{"activity", id_of(&rules, at.activity)},
                                     {"dimension", at.pass},
                                     {"attributes", *attributes}});
  for (const auto& [at, owed] : what.owed) {
    if (owed)
      said["waits"].push_back(obligation_json(at, *owed, &rules));
    else
      said["answered"].push_back(
          json{{"activity", id_of(&rules, at.activity)}, {"dimension", at.pass}});
  }
  for (const auto& [at, child] : what.children)
    said["children"].push_back(json{{"activity", id_of(&rules, at.activity)}, {"job", child}});
  for (const auto& pass : what.forgotten)
    said["forgotten"].push_back(
        json{{"behind", behind(rules, pass.slice)}, {"dimension", pass.pass}});
  if (what.end) {
    said["end"] = json{{"state", what.end->state}};
    if (what.end->error) said["end"]["error"] = error_json(what.end->error);
  }
  said["key"] = after.key();
  return said;
}

} // namespace quipu
