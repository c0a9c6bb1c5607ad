#include "tests/sim/model.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace quipu::sim {

namespace {

/// The reference's own table of what a digit may become (DESIGN 2).
bool allowed(char from, char to) {
  switch (from) {
  case '9': return to == '8' || to == '3' || allowed('8', to);
  case '8': return to == '6' || to == '7' || to == '5' || to == '3' || allowed('5', to);
  case '5': return to == '4' || to == '7' || to == '3';
  default: return false;
  }
}

bool is_open(char digit) { return digit == '9' || digit == '8' || digit == '5'; }

bool contains(const std::vector<int>& codes, int code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

bool admits(const way& edge, int code) {
  return edge.codes.empty() ? code < 400 && code != 202 : contains(edge.codes, code);
}

json plain(const quipu::value& from) { return json(*from); }

std::string text(const instance& at) { return fmt::format("{}.{}", at.activity, at.pass); }

} // namespace

// Where nodes lie

void model::divide() {
  const auto nodes = graph_->nodes.size();
  region_of_.assign(nodes, 0);
  behind_.assign(nodes, 0);
  way_regions_.resize(nodes);
  regions_.push_back({0, static_cast<int>(nodes), 0, 0});
  divide(0, 0);
  opened_.assign(regions_.size(), 0);
}

void model::divide(int at, int within) {
  const auto& here = of(at);
  const auto index = static_cast<std::size_t>(at);
  region_of_[index] = within;
  const auto add = [&](int first, int size) {
    regions_.push_back({first, size, within, at});
    return static_cast<int>(regions_.size()) - 1;
  };
  way_regions_[index].assign(here.ways.size(), 0);
  if (here.cycle && here.size > 1) {
    behind_[index] = add(at + 1, here.size - 1);
  } else if (here.is == kind::worker || here.is == kind::hook) {
    for (std::size_t edge = 0; edge < here.ways.size(); ++edge)
      if (contains(here.ways[edge].codes, 202))
        way_regions_[index][edge] = add(here.ways[edge].to, of(here.ways[edge].to).size);
  }
  for (std::size_t edge = 0; edge < here.ways.size(); ++edge) {
    const auto own = way_regions_[index][edge];
    divide(here.ways[edge].to, behind_[index] != 0 ? behind_[index] : own != 0 ? own : within);
  }
}

// Digits and passes

char model::digit_of(const instance& at) const {
  const auto found = digits_.find(at);
  return found == digits_.end() ? '0' : found->second;
}

int model::count(std::string_view digits) const {
  return static_cast<int>(std::count_if(digits_.begin(), digits_.end(), [&](const auto& each) {
    return digits.find(each.second) != digits.npos;
  }));
}

void model::turn(const instance& at, char to) {
  const auto from = digit_of(at);
  if (!allowed(from, to)) fault(fmt::format("{} would turn from {} to {}", text(at), from, to));
  digits_[at] = to;
  now_.digits[at] = to;
}

void model::skip(const instance& at) {
  if (is_open(digit_of(at))) turn(at, '3');
  for (const auto& edge : of(at).ways) {
    const instance below{static_cast<std::uint32_t>(edge.to), at.pass};
    const auto which = region_of(below);
    if (which == region_of(at)) {
      skip(below);
      continue;
    }
    std::vector<std::uint32_t> passes;
    for (const auto& [where, what] : openings_)
      if (where.first == which && what.around == at.pass) passes.push_back(where.second);
    for (const auto number : passes) skip({below.activity, number});
  }
}

std::uint32_t model::open_fresh(int which, std::uint32_t around) {
  const auto number = opened_.at(static_cast<std::size_t>(which))++;
  openings_[{which, number}] = {around, {}};
  now_.opened.insert({which, number, around});
  for (std::uint32_t at = 0; at < graph_->nodes.size(); ++at)
    if (region_of_[at] == which) digits_[{at, number}] = '9';
  for (int inner = 1; inner < static_cast<int>(regions_.size()); ++inner)
    if (regions_[static_cast<std::size_t>(inner)].around == which) open_fresh(inner, number);
  return number;
}

std::optional<std::uint32_t> model::unopened(int which, std::uint32_t around) const {
  const auto first = static_cast<std::uint32_t>(regions_.at(static_cast<std::size_t>(which)).first);
  for (const auto& [where, what] : openings_)
    if (where.first == which && what.around == around && digit_of({first, where.second}) == '9')
      return where.second;
  return std::nullopt;
}

std::uint32_t model::open(int which, const instance& owner) {
  const auto waiting = unopened(which, owner.pass);
  const auto number = waiting ? *waiting : open_fresh(which, owner.pass);
  openings_[{which, number}].answer = documents_[owner];
  now_.answers[{which, number}] = documents_[owner];
  return number;
}

instance model::above(int ancestor, const instance& from) const {
  auto which = region_of(from);
  auto number = from.pass;
  while (which != region_of_.at(static_cast<std::size_t>(ancestor)) && which != 0) {
    number = openings_.at({which, number}).around;
    which = regions_[static_cast<std::size_t>(which)].around;
  }
  return {static_cast<std::uint32_t>(ancestor), number};
}

std::string model::key() const {
  std::string made;
  for (std::uint32_t at = 0; at < graph_->nodes.size(); ++at) {
    char shown = '0';
    for (std::uint32_t number = 0; number < opened_[static_cast<std::size_t>(region_of_[at])];
         ++number)
      if (const auto here = digit_of({at, number}); !is_open(shown)) shown = here;
    made += shown;
  }
  return made;
}

std::vector<instance> model::to_be_made() const {
  std::vector<instance> found;
  for (const auto& [at, digit] : digits_)
    if (digit == '8' && !owed_.contains(at)) found.push_back(at);
  return found;
}

std::uint32_t model::attempts(const instance& at) const {
  const auto found = attempts_.find(at);
  return found == attempts_.end() ? 0 : found->second;
}

const json* model::input(const instance& at) const {
  const auto found = inputs_.find(at);
  return found == inputs_.end() ? nullptr : &found->second;
}

// Values

std::optional<json> model::value(const term& what, const instance& at, const json* said) const {
  const auto field = [&](const std::optional<json>& of) -> std::optional<json> {
    if (!of || !of->is_object() || !of->contains(what.field)) return std::nullopt;
    return of->at(what.field);
  };
  if (what.is == term::kind::literal) return what.literal;
  if (what.is == term::kind::shared) return field(data_);
  if (what.is == term::kind::one_more) {
    const auto before = field(data_);
    if (!before) fault("nothing to count on at " + what.field);
    return json(before->get<std::int64_t>() + 1);
  }
  const auto self = static_cast<int>(at.activity) == what.node;
  if (self && said != nullptr && what.is == term::kind::output) return field(*said);
  // From inside a region its owner is what it said when this pass was opened.
  const documents* seen = nullptr;
  auto number = at.pass;
  for (auto which = region_of(at); which != 0 && !self && seen == nullptr;) {
    const auto& opened = openings_.at({which, number});
    if (regions_[static_cast<std::size_t>(which)].owner == what.node && opened.answer)
      seen = &*opened.answer;
    number = opened.around;
    which = regions_[static_cast<std::size_t>(which)].around;
  }
  if (seen == nullptr)
    if (const auto found = documents_.find(above(what.node, at)); found != documents_.end())
      seen = &found->second;
  if (what.is == term::kind::hook) return seen != nullptr ? field(seen->hook) : std::nullopt;
  if (seen != nullptr && seen->error && seen->code >= 400) return std::nullopt;
  if (what.node == 0 && (seen == nullptr || !seen->output)) return field(message_);
  return seen != nullptr ? field(seen->output) : std::nullopt;
}

json model::values(const terms& maps, const instance& at, const json* said) const {
  auto made = json::object();
  for (const auto& [name, what] : maps)
    if (auto got = value(what, at, said)) made[name] = std::move(*got);
  return made;
}

// Obligations

void model::owe(const instance& at, owing what) {
  owed_.insert_or_assign(at, std::move(what));
  now_.owed.insert(at);
}

void model::settle_owing(const instance& at) {
  if (owed_.erase(at) > 0) now_.owed.insert(at);
}

// Leg 2

void model::settle(const instance& at, const said& given, const std::optional<json>& speech) {
  const auto& rules = of(at);
  const bool is_error = given.is == said::status::error;
  auto& stored = documents_[at];
  auto& told = now_.written[at];
  if (!is_error) {
    auto output = speech;
    if (!rules.output.empty()) output = values(rules.output, at, speech ? &*speech : nullptr);
    if (output && (rules.is != kind::trigger || !rules.output.empty()))
      stored.output = told.output = output;
  } else {
    stored.error = told.error = true;
  }
  stored.code = told.code = given.code;
  stored.hook = told.hook; // what it heard before is not what it is answered with now
  share(at, given);
  const auto ways = choose(at, given);
  const bool is_caught = std::find(ways.begin(), ways.end(), true) != ways.end();
  if (is_error && !is_caught) {
    settle_owing(at);
    turn(at, '7');
    return end("failed", given.code, rules.id);
  }
  tell(at, given.is != said::status::pending);
  const auto owes = owed_.find(at);
  const bool stays = given.is == said::status::pending ||
                     (owes != owed_.end() && owes->second.standing && !is_error);
  if (!stays) {
    settle_owing(at);
    turn(at, digit_of(at) == '5' ? '4' : '6');
  }
  take(at, ways, given.is == said::status::pending);
}

void model::share(const instance& at, const said& given) {
  const auto& rules = of(at);
  const auto by_code = rules.shared_by_code.find(given.code);
  const terms* maps = nullptr;
  if (by_code != rules.shared_by_code.end())
    maps = &by_code->second;
  else if (given.is != said::status::error)
    maps = &rules.shared;
  if (maps == nullptr) return;
  const auto made = values(*maps, at); // all of them before any is written
  for (const auto& [name, what] : made.items()) now_.data[name] = data_[name] = what;
}

std::vector<bool> model::choose(const instance& at, const said& given) const {
  std::vector<bool> made;
  for (const auto& edge : of(at).ways) {
    bool holds =
        given.is == said::status::pending ? contains(edge.codes, 202) : admits(edge, given.code);
    if (holds && edge.match) holds = value(edge.match->first, at) == edge.match->second;
    made.push_back(holds);
  }
  return made;
}

void model::take(const instance& at, const std::vector<bool>& ways, bool interim) {
  const auto& rules = of(at);
  if (interim && std::find(ways.begin(), ways.end(), true) == ways.end()) return;
  const auto enter = [this](const instance& child) {
    turn(child, '8');
    now_.begun.push_back(child);
  };
  const auto behind = behind_[at.activity];
  const auto all = behind != 0 ? std::optional{open(behind, at)} : std::nullopt;
  for (std::size_t edge = 0; edge < ways.size(); ++edge) {
    const auto to = static_cast<std::uint32_t>(rules.ways[edge].to);
    const auto own = way_regions_[at.activity][edge];
    if (all || own == 0) {
      const instance child{to, all.value_or(at.pass)};
      if (ways[edge])
        enter(child);
      else if (all || !interim)
        skip(child);
    } else if (ways[edge]) {
      enter({to, open(own, at)});
    } else if (const auto waiting = unopened(own, at.pass); waiting && !interim) {
      skip({to, *waiting});
    }
  }
}

void model::tell(const instance& at, bool is_final) {
  const auto& rules = of(at);
  const json so_far{{"state", "running"}, {"data", data_}};
  if (rules.emit) now_.after.notices.push_back(so_far);
  if (!rules.persist || !is_final || answered_) return;
  answered_ = now_.marked = true;
  now_.after.report = so_far;
  now_.after.notices.push_back(so_far);
}

// Leg 1

void model::begin(const instance& at) {
  const auto& rules = of(at);
  if (const auto begun = count("85"); rules.threshold > 0 && begun <= rules.threshold) {
    if (begun == rules.threshold) return end("completed", 0, {});
    return skip(at);
  }
  switch (rules.is) {
  case kind::worker: inputs_[at] = values(rules.input, at); return call(at, 1);
  case kind::await: return begin_await(at);
  case kind::hook: return begin_hook(at);
  default: return;
  }
}

void model::call(const instance& at, std::uint32_t attempt) {
  owing made;
  made.attempt = attempt;
  if (of(at).timeout_ms > 0) made.due_ms = now_ms_ + of(at).timeout_ms;
  attempts_[at] = attempt;
  owe(at, made);
  now_.after.calls.push_back({at, attempt, of(at).topic, inputs_.at(at)});
}

void model::begin_await(const instance& at) {
  const auto& rules = of(at);
  auto input = values(rules.input, at);
  const auto* flow = story_->find(rules.topic);
  if (flow == nullptr) return fail(at, 404);
  std::string id;
  if (flow->named) {
    if (!input.contains("id") || !input["id"].is_string()) return fail(at, 422);
    id = input["id"].get<std::string>();
    // Whether it is taken only the store knows: the record says so, the auditor whether it can be.
    if (const auto refused = now_.refusals.find(at);
        refused != now_.refusals.end() && refused->second == 409)
      return fail(at, 409);
  } else if (const auto born = now_.with->born.find(at); born != now_.with->born.end()) {
    id = born->second;
  }
  now_.after.children.push_back({at, id, rules.topic, input, rules.severed});
  if (rules.severed) return settle(at, {}, json{{"job_id", id}});
  owing made;
  made.is = obligation::kind::child;
  made.child = id;
  owe(at, made);
}

void model::begin_hook(const instance& at) {
  const auto& rules = of(at);
  if (rules.sleep_ms <= 0 && !rules.expects) return;
  owing made;
  made.is = obligation::kind::wait;
  made.standing = rules.cycle;
  if (rules.expects) {
    const auto k = value(*rules.expects, at);
    if (!k) return fail(at, 500);
    made.k = *k;
    made.topic = rules.topic;
  }
  if (rules.sleep_ms > 0) made.due_ms = now_ms_ + rules.sleep_ms;
  turn(at, '5');
  owe(at, made);
}

// What happens

void model::give_up(const instance& at, const said& given) {
  const auto was = owed_.at(at);
  const auto& rules = of(at);
  const bool final =
      given.code == 404 || given.code == 409 || given.code == 410 || given.code == 422;
  if (rules.attempts == 0 || final || was.attempt >= static_cast<std::uint32_t>(rules.attempts))
    return settle(at, given, {});
  owing next;
  next.is = obligation::kind::retry;
  next.attempt = was.attempt + 1;
  next.due_ms = now_ms_ + rules.backoff_ms;
  documents_[at].code = now_.written[at].code = given.code;
  owe(at, next);
}

void model::reply(const instance& at, const said& given) {
  if (given.is == said::status::error) return give_up(at, given);
  if (given.is == said::status::pending) {
    auto open = owed_.at(at);
    open.is = obligation::kind::pending;
    open.due_ms.reset();
    open.deaths = 0;
    owe(at, open);
  }
  settle(at, given, given.data.is_null() ? json::object() : given.data);
}

/// A hook with nothing to wait for, and those that only the ledger has to do with.
void model::pass(const instance& at, const circumstances&) {
  const auto& rules = of(at);
  if (digit_of(at) != '8' || owed_.contains(at)) fault("nothing is to be passed there");
  switch (rules.is) {
  case kind::hook: return settle(at, {}, {});
  case kind::signal:
    now_.after.signals.push_back(
        {at, rules.topic, value(*rules.k, at).value_or(nullptr), rules.all, rules.keeps});
    return settle(at, {}, {});
  case kind::cycle: {
    const auto input = values(rules.input, at);
    const auto ancestor = above(rules.ancestor, at);
    settle(at, {}, {});
    documents_[ancestor].output = now_.written[ancestor].output = input;
    documents_[ancestor].code = now_.written[ancestor].code = 200;
    documents_[ancestor].hook.reset();
    share(ancestor, {});
    const auto ways = choose(ancestor, {});
    tell(ancestor, true);
    return take(ancestor, ways, false);
  }
  case kind::interrupt: {
    const auto target = rules.k ? value(*rules.k, at) : std::nullopt;
    if (!rules.k || target == json(name_)) {
      settle(at, {}, {});
      now_.descends = rules.descend;
      end("interrupted", rules.throws ? 410 : 0, rules.id);
      return;
    }
    if (!target) return fail(at, 500);
    owing made;
    made.attempt = 1;
    made.child = target->get<std::string>();
    owe(at, made);
    now_.after.interrupts.push_back({made.child, rules.throws, rules.descend});
    return;
  }
  default: fault("this is no activity to pass");
  }
}

void model::happen(const record& seen, const circumstances& with) {
  const auto at = seen.at;
  const auto owes = owed_.find(at);
  const auto must_owe = [&](std::initializer_list<obligation::kind> kinds) {
    if (owes == owed_.end() ||
        std::find(kinds.begin(), kinds.end(), owes->second.is) == kinds.end())
      fault(fmt::format("{} does not wait for that", text(at)));
  };
  const auto must_be_due = [&] {
    if (!owes->second.due_ms || *owes->second.due_ms > now_ms_)
      fault(fmt::format("its time has not come: it is {}, due {}", now_ms_,
                        owes->second.due_ms.value_or(-1)));
  };
  using owed_kind = obligation::kind;
  switch (seen.why) {
  case cause::created: {
    if (records_ != 1) fault("it is created again");
    open_fresh(0, 0);
    turn({}, '8');
    if (seen.written.size() != 1 || !seen.written.front().second.input) fault("it has no message");
    message_ = plain(seen.written.front().second.input);
    return;
  }
  case cause::begun:
    if (at != instance{} || digit_of(at) != '8') fault("it has begun before");
    return settle(at, {}, {});
  case cause::passed: return pass(at, with);
  case cause::replied:
    must_owe({owed_kind::called});
    if (of(at).is == kind::interrupt) return settle(at, with.answer, {});
    if (owes->second.attempt != seen.attempt) fault("it waits for another attempt");
    return reply(at, with.answer);
  case cause::completed: must_owe({owed_kind::pending}); return reply(at, with.answer);
  case cause::timed_out:
    must_owe({owed_kind::called, owed_kind::backlog});
    must_be_due();
    return give_up(at, {said::status::error, 504, {}, 0});
  case cause::retried: {
    must_owe({owed_kind::retry});
    must_be_due();
    return call(at, owes->second.attempt);
  }
  case cause::served: {
    must_owe({owed_kind::backlog});
    auto again = owes->second;
    again.is = owed_kind::called;
    attempts_[at] = again.attempt;
    owe(at, again);
    now_.after.calls.push_back({at, again.attempt, of(at).topic, inputs_.at(at)});
    return;
  }
  case cause::shelved: {
    must_owe({owed_kind::called});
    auto waits = owes->second;
    if (waits.attempt != seen.attempt) fault("it waits for another attempt");
    waits.is = owed_kind::backlog;
    owe(at, waits);
    return;
  }
  case cause::recalled: {
    must_owe({owed_kind::called});
    auto again = owes->second;
    ++again.attempt;
    if (of(at).is == kind::interrupt) {
      owe(at, again);
      now_.after.interrupts.push_back({again.child, of(at).throws, of(at).descend});
      return;
    }
    if (++again.deaths >= 5) return settle(at, {said::status::error, 500, {}, 0}, {});
    if (of(at).timeout_ms > 0) again.due_ms = now_ms_ + of(at).timeout_ms; // of each attempt anew
    if (again.deaths >= 2) { // it may be the culprit: it waits for its turn to run alone
      again.is = owed_kind::backlog;
      owe(at, again);
      return;
    }
    attempts_[at] = again.attempt;
    owe(at, again);
    now_.after.calls.push_back({at, again.attempt, of(at).topic, inputs_.at(at)});
    return;
  }
  case cause::woken:
    must_owe({owed_kind::wait});
    must_be_due();
    return settle(at, {}, {});
  case cause::signalled: {
    must_owe({owed_kind::wait});
    documents_[at].hook = now_.written[at].hook = with.answer.data;
    settle(at, with.answer, {});
    // What leaves the hook open belongs to the passes that it opened.
    const bool opened =
        std::any_of(now_.answers.begin(), now_.answers.end(), [&](const auto& each) {
          return regions_[static_cast<std::size_t>(each.first.first)].owner ==
                 static_cast<int>(at.activity);
        });
    if (with.answer.is != said::status::pending || !opened) return;
    documents_[at].hook.reset();
    now_.written[at].hook.reset();
    return;
  }
  case cause::child_ended: {
    must_owe({owed_kind::child});
    return settle(at, with.answer, with.answer.data);
  }
  case cause::interrupted:
    now_.descends = with.descend;
    return end("interrupted", with.throws ? 410 : 0, {});
  case cause::acknowledged: return;
  case cause::cycled:
  case cause::condensed:
  case cause::resumed: break;
  }
  fault("this does not happen to a job");
}

bool model::would_matter(std::string_view mail_kind, const instance& at,
                         std::int64_t now_ms) const {
  if (ended()) return false;
  const auto owes = owed_.find(at);
  if (owes == owed_.end()) return false;
  const auto is = owes->second.is;
  if (mail_kind == "timer") return owes->second.due_ms && *owes->second.due_ms <= now_ms;
  if (mail_kind == "served") return is == obligation::kind::backlog;
  if (mail_kind == "signal") return is == obligation::kind::wait;
  if (mail_kind == "complete") return is == obligation::kind::pending;
  return mail_kind == "child" && is == obligation::kind::child;
}

// The end

void model::end(std::string state, int code, std::string activity) {
  if (!now_.state.empty()) return;
  now_.state = std::move(state);
  if (code != 0) now_.error = code;
  now_.error_at = std::move(activity);
}

void model::finish() {
  for (std::size_t next = 0; next < now_.begun.size() && now_.state.empty(); ++next) {
    const auto at = now_.begun[next]; // more are added behind it
    begin(at);
  }
  if (now_.state.empty() && count("985") > 0) disarm();
  if (now_.state.empty() && count("985") == 0) end("completed", 0, {});
  if (!now_.state.empty()) conclude();
}

/// Re-enterable hooks alone keep no job alive.
void model::disarm() {
  std::vector<instance> standing;
  int behind = 0;
  for (const auto& [at, owes] : owed_)
    if (owes.standing) {
      standing.push_back(at);
      if (const auto which = behind_[at.activity]; which != 0 && unopened(which, at.pass))
        behind += regions_[static_cast<std::size_t>(which)].count;
    }
  if (standing.empty() || count("985") > static_cast<int>(standing.size()) + behind) return;
  if (!graph_->persistent) {
    for (const auto& at : standing) {
      settle_owing(at);
      skip(at);
    }
    return;
  }
  if (answered_) return;
  answered_ = now_.marked = true;
  const json so_far{{"state", "running"}, {"data", data_}};
  now_.after.notices.push_back(so_far);
  now_.after.report = so_far;
}

void model::conclude() {
  if (now_.descends)
    for (const auto& [at, owes] : now_.before)
      if (owes.is == obligation::kind::child) now_.after.below.push_back(owes.child);
  for (const auto& [at, digit] : std::map{digits_})
    if (is_open(digit)) turn(at, '3');
  for (const auto& [at, owes] : std::map{owed_}) settle_owing(at);
  now_.after.calls.clear();
  std::erase_if(now_.after.children, [](const child_due& each) { return !each.severed; });
  state_ = now_.state;
  json body{{"state", state_}, {"data", data_}};
  if (now_.error) body["error"] = *now_.error;
  now_.after.notices.push_back(body);
  if (!answered_) now_.after.report = body;
}

// The comparison

consequences model::follow(const record& seen, const circumstances& with) {
  now_ = {};
  now_.before = owed_;
  now_.with = &with;
  for (const auto& [at, written] : seen.written)
    if (written.error) now_.refusals[at] = (*written.error).value("code", 0);
  if (ended()) fault("the job has ended");
  if (seen.number != records_ + 1) fault(fmt::format("{} came before it", records_));
  if (seen.at_ms < now_ms_) fault("time goes back");
  now_ms_ = seen.at_ms;
  records_ = seen.number;
  happen(seen, with);
  if (seen.why != cause::created && seen.why != cause::acknowledged) finish();
  compare(seen);
  return std::move(now_.after);
}

void model::fault(const std::string& why) const {
  throw wrong{fmt::format("record {} ({}): {}", records_, graph_->topic, why)};
}

void model::compare(const record& seen) const {
  const auto what = [&](const std::string& of, const std::string& is, const std::string& should) {
    fault(fmt::format("{} {}: {} is {}, but should be {}", name(seen.why), text(seen.at), of, is,
                      should));
  };
  std::map<instance, char> digits;
  for (const auto& turn : seen.turns)
    for (auto at = turn.first; at < turn.first + turn.count; ++at)
      digits[{at, turn.pass}] = static_cast<char>(turn.to);
  const auto told = [](const std::map<instance, char>& all) {
    std::string made;
    for (const auto& [at, digit] : all) made += fmt::format("{}:{} ", text(at), digit);
    return made;
  };
  if (digits != now_.digits) what("what turned", told(digits), told(now_.digits));

  std::set<std::tuple<int, std::uint32_t, std::uint32_t>> opened;
  for (const auto& each : seen.opened)
    opened.insert({static_cast<int>(each.slice), each.pass, each.parent});
  if (opened != now_.opened)
    what("what was opened", std::to_string(opened.size()), std::to_string(now_.opened.size()));
  for (const auto& gone : seen.forgotten)
    for (const auto& [at, digit] : digits_)
      if (region_of(at) == static_cast<int>(gone.slice) && at.pass == gone.pass && is_open(digit))
        fault(fmt::format("it forgets {}, which is {}", text(at), digit));

  auto data = json::object();
  for (const auto& [name, written] : seen.data) data[name] = plain(written);
  if (data != json(now_.data)) what("what was shared", data.dump(), json(now_.data).dump());

  const auto piece = [](const std::optional<json>& of) { return of ? of->dump() : "nothing"; };
  const auto stored = [&](const quipu::value& of) { return of ? plain(of).dump() : "nothing"; };
  const auto same = [&](const std::string& of, const quipu::documents& is,
                        const documents& should) {
    if (stored(is.output) != piece(should.output))
      what(of + "'s output", stored(is.output), piece(should.output));
    if (stored(is.hook) != piece(should.hook))
      what(of + "'s signal", stored(is.hook), piece(should.hook));
    if (static_cast<bool>(is.error) != should.error || is.code != should.code)
      what(of + "'s code", std::to_string(is.code), std::to_string(should.code));
  };
  std::map<instance, quipu::documents> written{seen.written.begin(), seen.written.end()};
  for (const auto& [at, should] : now_.written) same(text(at), written[at], should);
  if (seen.why != cause::created)
    for (const auto& [at, is] : written)
      if (!now_.written.contains(at)) same(text(at), is, {});
  if (seen.answers.size() != now_.answers.size())
    what("answers that opened passes", std::to_string(seen.answers.size()),
         std::to_string(now_.answers.size()));
  for (const auto& [at, is] : seen.answers) {
    const auto found = now_.answers.find({static_cast<int>(at.slice), at.pass});
    if (found == now_.answers.end()) fault("a pass was opened by nobody");
    same(fmt::format("pass {}.{}", at.slice, at.pass), is, found->second);
  }

  std::map<instance, std::optional<obligation>> owed{seen.owed.begin(), seen.owed.end()};
  for (const auto& at : now_.owed) {
    const auto mine = owed_.find(at);
    const auto found = owed.find(at);
    if (mine == owed_.end()) {
      if (now_.before.contains(at) && (found == owed.end() || found->second))
        what(text(at) + "'s obligation", "kept", "settled");
      continue;
    }
    const auto& should = mine->second;
    if (found == owed.end() || !found->second) what(text(at) + "'s obligation", "none", "made");
    const auto& is = *found->second;
    const auto words = [](auto kind, auto attempt, auto deaths, auto due, const auto& child,
                          bool standing) {
      return fmt::format("{} {} deaths {} due {} child {} standing {}", name(kind), attempt, deaths,
                         due.value_or(-1), child, standing);
    };
    const bool child = is.is == obligation::kind::child || of(at).is == kind::interrupt;
    const auto left =
        words(is.is, is.attempt, is.deaths, is.due_ms, child ? is.child : "", is.standing);
    const auto right = words(should.is, should.attempt, should.deaths, should.due_ms, should.child,
                             should.standing);
    if (left != right) what(text(at) + "'s obligation", left, right);
  }
  for (const auto& [at, is] : owed)
    if (!now_.owed.contains(at)) what(text(at) + "'s obligation", "changed", "as it was");

  std::map<instance, std::string> children{seen.children.begin(), seen.children.end()};
  for (const auto& child : now_.after.children)
    if (!child.severed && children[child.at] != child.job)
      what("the bracket of " + text(child.at), children[child.at], child.job);
  for (const auto& [at, child] : children)
    if (std::none_of(now_.after.children.begin(), now_.after.children.end(),
                     [&](const child_due& each) { return each.at == at; }))
      what("the bracket of " + text(at), child, "none");

  const bool marked =
      std::find(seen.marks.begin(), seen.marks.end(), "answered") != seen.marks.end();
  if (marked != now_.marked) what("that it was answered", marked ? "said" : "not said", "other");
  if (seen.end.has_value() != !now_.state.empty())
    what("the end", seen.end ? seen.end->state : "not there", now_.state);
  if (!seen.end) return;
  if (seen.end->state != now_.state) what("the end", seen.end->state, now_.state);
  const auto code =
      seen.end->error ? std::optional{(*seen.end->error).value("code", 0)} : std::nullopt;
  if (code != now_.error)
    what("the error", std::to_string(code.value_or(0)), std::to_string(now_.error.value_or(0)));
  if (code && (*seen.end->error).value("activity", "") != now_.error_at)
    what("the error's activity", (*seen.end->error).value("activity", ""), now_.error_at);
}

} // namespace quipu::sim
