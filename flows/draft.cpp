#include "flows/draft.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace quipu {

namespace {

/// Where each name stands: what a job shares may be a hundred thousand of them. The names are the
/// list's own.
std::map<std::string_view, std::size_t>
by_name(const std::vector<std::pair<std::string, value>>& data) {
  std::map<std::string_view, std::size_t> places;
  for (std::size_t at = 0; at < data.size(); ++at) places.emplace(data[at].first, at);
  return places;
}

} // namespace

draft::draft(const flow& rules, const job& before, std::int64_t now_ms)
    : rules_(rules), before_(before), open_(before.open()), begun_(before.begun()) {
  made_.what.number = before.records() + 1;
  // The clocks of two nodes differ by a little: no record is older than the one before it.
  made_.what.at_ms = std::max(now_ms, before.updated_ms());
}

// Digits

digit draft::at(const instance& where) const {
  const auto slice = rules(where).slice;
  const auto& turns = made_.what.turns;
  for (auto turn = turns.rbegin(); turn != turns.rend(); ++turn)
    if (turn->slice == slice && turn->pass == where.pass && where.activity >= turn->first &&
        where.activity < turn->first + turn->count)
      return turn->to;
  for (const auto& opening : made_.what.opened)
    if (opening.slice == slice && opening.pass == where.pass)
      return static_cast<digit>(opening.digits.at(where.activity - opening.first));
  return before_.at(slice, where);
}

void draft::turn(const instance& where, digit to) {
  turn(rules(where).slice, where.pass, where.activity, 1, at(where), to);
}

void draft::turn(std::uint32_t slice, std::uint32_t pass, std::uint32_t first, std::uint32_t count,
                 digit from, digit to) {
  if (!may_become(from, to))
    throw std::logic_error{fmt::format("activity {} of pass {}: {} may not become {}", first, pass,
                                       static_cast<char>(from), static_cast<char>(to))};
  made_.what.turns.push_back({slice, pass, first, count, from, to});
  const auto by = static_cast<std::ptrdiff_t>(count);
  open_ += static_cast<std::size_t>((is_open(to) ? by : 0) - (is_open(from) ? by : 0));
  begun_ += static_cast<std::size_t>((is_begun(to) ? by : 0) - (is_begun(from) ? by : 0));
  open_by_[{slice, pass}] += (is_open(to) ? by : 0) - (is_open(from) ? by : 0);
}

void draft::skip(const instance& root) {
  const auto& of = rules(root);
  skip_range(of.slice, root.pass, root.activity, of.size);
}

void draft::skip_range(std::uint32_t slice, std::uint32_t pass, std::uint32_t first,
                       std::uint32_t count) {
  // Runs of equal digits that may be skipped, as long as they go.
  const auto end = first + count;
  for (auto from = first; from < end;) {
    const auto here =
        rules_.activities[from].slice == slice ? at({from, pass}) : digit::not_applicable;
    auto to = from + 1;
    while (to < end &&
           (rules_.activities[to].slice == slice ? at({to, pass}) : digit::not_applicable) == here)
      ++to;
    if (is_open(here)) turn(slice, pass, from, to - from, here, digit::skipped);
    from = to;
  }
  // What is nested in the range and belongs to this pass.
  for (std::uint32_t nested = 1; nested < rules_.slices.size(); ++nested) {
    const auto& inner = rules_.slices[nested];
    if (inner.around != slice || inner.first < first || inner.first >= end) continue;
    std::vector<std::uint32_t> passes;
    each_pass([&](const pass_name& at, std::uint32_t around) {
      if (at.slice == nested && around == pass) passes.push_back(at.pass);
    });
    for (auto number : passes) skip_range(nested, number, inner.first, inner.count);
  }
}

void draft::skip_everything() {
  std::vector<pass_name> passes;
  each_pass([&passes](const pass_name& at, std::uint32_t) { passes.push_back(at); });
  for (const auto& [which, number] : passes) {
    const auto& slice = rules_.slices[which];
    for (auto from = slice.first; from < slice.first + slice.count;) {
      const auto here =
          rules_.activities[from].slice == which ? at({from, number}) : digit::not_applicable;
      auto to = from + 1;
      while (to < slice.first + slice.count &&
             (rules_.activities[to].slice == which ? at({to, number}) : digit::not_applicable) ==
                 here)
        ++to;
      if (is_open(here)) turn(which, number, from, to - from, here, digit::skipped);
      from = to;
    }
  }
  std::vector<instance> owed;
  for (const auto& [where, what] : before_.obligations()) owed.push_back(where);
  auto& made = made_.what.owed;
  std::erase_if(made, [](const auto& entry) { return entry.second.has_value(); });
  for (const auto& where : owed)
    if (std::none_of(made.begin(), made.end(),
                     [&](const auto& entry) { return entry.first == where; }))
      made.emplace_back(where, std::nullopt);
  made_.calls.clear();
  // A child that nobody awaits goes its own way.
  std::erase_if(made_.children, [](const auto& child) { return !child.who.severed; });
  made_.what.children.clear();
  made_.next.clear();
}

// Passes

template <class Visit>
void draft::each_pass(Visit visit) const {
  for (const auto& [at, pass] : before_.passes()) visit(at, pass.parent);
  for (const auto& opening : made_.what.opened)
    visit(pass_name{opening.slice, opening.pass}, opening.parent);
}

std::uint32_t draft::around(const pass_name& at) const {
  for (const auto& opening : made_.what.opened)
    if (opening.slice == at.slice && opening.pass == at.pass) return opening.parent;
  const auto found = before_.passes().find(at);
  return found == before_.passes().end() ? 0 : found->second.parent;
}

std::optional<std::uint32_t> draft::unopened(std::uint32_t which, std::uint32_t around) const {
  std::optional<std::uint32_t> found;
  const auto first = rules_.slices[which].first;
  each_pass([&](const pass_name& at, std::uint32_t parent) {
    if (at.slice == which && parent == around && this->at({first, at.pass}) == digit::pending)
      found = at.pass;
  });
  return found;
}

std::uint32_t draft::open(std::uint32_t which, const instance& owner) {
  const auto number = [&] {
    if (const auto waiting = unopened(which, owner.pass)) return *waiting;
    return open_fresh(which, owner.pass);
  }();
  // What the owner has just said is what those behind it read in this pass.
  documents said;
  said.input = input(owner);
  said.output = output(owner);
  said.hook = hook(owner);
  said.error = error(owner);
  said.code = code(owner);
  said.at_ms = answered_ms(owner);
  made_.what.answers.emplace_back(pass_name{which, number}, std::move(said));
  return number;
}

std::uint32_t draft::open_fresh(std::uint32_t which, std::uint32_t around) {
  const auto& slice = rules_.slices[which];
  auto number = before_.opened(which);
  for (const auto& opening : made_.what.opened)
    if (opening.slice == which) number = opening.pass + 1;
  std::string digits(slice.count, static_cast<char>(digit::pending));
  for (std::uint32_t at = 0; at < slice.count; ++at)
    if (rules_.activities[slice.first + at].slice != which)
      digits[at] = static_cast<char>(digit::not_applicable);
  const auto open = std::count(digits.begin(), digits.end(), static_cast<char>(digit::pending));
  open_ += static_cast<std::size_t>(open);
  open_by_[{which, number}] += open;
  made_.what.opened.push_back({which, number, around, slice.first, std::move(digits)});
  for (std::uint32_t nested = which + 1; nested < rules_.slices.size(); ++nested)
    if (rules_.slices[nested].around == which) open_fresh(nested, number);
  return number;
}

instance draft::above(std::uint32_t ancestor, const instance& from) const {
  auto slice = rules(from).slice;
  auto pass = from.pass;
  const auto wanted = rules_.activities[ancestor].slice;
  while (slice != wanted && slice != 0) {
    pass = around({slice, pass});
    slice = rules_.slices[slice].around;
  }
  return {ancestor, pass};
}

void draft::forget() {
  if (rules_.slices.size() < 2) return;
  std::map<std::uint32_t, std::uint32_t> newest;
  each_pass([&](const pass_name& at, std::uint32_t) {
    newest[at.slice] = std::max(newest[at.slice], at.pass);
  });
  const auto open_in = [&](const pass_name& at) {
    const auto found = before_.passes().find(at);
    const auto was = found == before_.passes().end() ? 0 : found->second.digits.open();
    const auto changed = open_by_.find(at);
    return static_cast<std::ptrdiff_t>(was) + (changed == open_by_.end() ? 0 : changed->second);
  };
  std::map<pass_name, std::ptrdiff_t> open; // with what is nested
  each_pass([&](const pass_name& at, std::uint32_t) { open[at] += open_in(at); });
  each_pass([&](const pass_name& at, std::uint32_t) {
    for (auto inner = at; inner.slice != 0;) {
      inner = {rules_.slices[inner.slice].around, around(inner)};
      const auto outer = open.find(inner);
      if (outer == open.end()) break; // forgotten already: of a slice, the newest pass stays longer
      outer->second += open_in(at);
    }
  });
  for (const auto& [at, count] : open)
    if (at.slice != 0 && count == 0 && at.pass != newest[at.slice])
      made_.what.forgotten.push_back(at);
}

const documents* draft::answer(const pass_name& at) const {
  const auto& made = made_.what.answers;
  for (auto entry = made.rbegin(); entry != made.rend(); ++entry)
    if (entry->first == at) return &entry->second;
  return before_.answer(at);
}

// Data

value draft::newest(const instance& at, value documents::*which) const {
  for (const auto& [where, what] : made_.what.written)
    if (where == at && what.at_ms != 0) return what.*which;
  return piece(at, which);
}

value draft::piece(const instance& at, value documents::*which) const {
  for (const auto& [where, what] : made_.what.written)
    if (where == at && what.*which) return what.*which;
  const auto* stored = before_.at(at);
  return stored != nullptr ? stored->*which : value{};
}

int draft::code(const instance& at) const {
  for (const auto& [where, what] : made_.what.written)
    if (where == at && what.code != 0) return what.code;
  const auto* stored = before_.at(at);
  return stored != nullptr ? stored->code : 0;
}

std::int64_t draft::answered_ms(const instance& at) const {
  for (const auto& [where, what] : made_.what.written)
    if (where == at && what.at_ms != 0) return what.at_ms;
  const auto* stored = before_.at(at);
  return stored != nullptr ? stored->at_ms : 0;
}

documents& draft::written(const instance& at) {
  for (auto& [where, what] : made_.what.written)
    if (where == at) return what;
  return made_.what.written.emplace_back(at, documents{}).second;
}

void draft::write(json::object_t&& members) {
  auto& made = made_.what.data;
  made.reserve(made.size() + members.size()); // `known` views its names
  const auto known = by_name(made);
  for (auto& [name, data] : members) {
    const auto found = known.find(name);
    if (found != known.end())
      made[found->second].second = value{std::move(data)};
    else
      made.emplace_back(name, value{std::move(data)});
  }
}

json draft::shared() const {
  const auto& made = made_.what.data;
  const auto rewritten = by_name(made);
  auto all = json::object();
  json::object_t::Container& members = all.get_ref<json::object_t&>();
  members.reserve(before_.data().size() + made.size());
  for (const auto& [name, stored] : before_.data()) {
    const auto found = rewritten.find(name);
    members.emplace_back(name, found == rewritten.end() ? *stored : *made[found->second].second);
  }
  for (const auto& [name, written] : made)
    if (before_.data(name) == nullptr) members.emplace_back(name, *written);
  return all;
}

// Obligations

const obligation* draft::owed(const instance& at) const {
  for (const auto& [where, what] : made_.what.owed)
    if (where == at) return what ? &*what : nullptr;
  return before_.owed(at);
}

void draft::owe(const instance& at, obligation what) {
  for (auto& [where, old] : made_.what.owed)
    if (where == at) {
      old = std::move(what);
      return;
    }
  made_.what.owed.emplace_back(at, std::move(what));
}

void draft::settle(const instance& at) {
  for (auto entry = made_.what.owed.begin(); entry != made_.what.owed.end(); ++entry)
    if (entry->first == at) {
      if (before_.owed(at) == nullptr)
        made_.what.owed.erase(entry);
      else
        entry->second.reset();
      return;
    }
  if (before_.owed(at) != nullptr) made_.what.owed.emplace_back(at, std::nullopt);
}

std::size_t draft::pending_behind(const instance& at) const {
  const auto behind = rules(at).behind;
  if (behind == 0) return 0;
  const auto waiting = unopened(behind, at.pass);
  // Nothing has entered it, so every position of its slice, nested ones included, is pending once.
  return waiting ? rules_.slices[behind].count : 0;
}

void draft::mark(std::string fact) {
  if (!marked(fact)) made_.what.marks.push_back(std::move(fact));
}

bool draft::marked(std::string_view fact) const {
  const auto& made = made_.what.marks;
  return before_.marked(fact) || std::find(made.begin(), made.end(), fact) != made.end();
}

} // namespace quipu
