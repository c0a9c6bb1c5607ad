#include "flows/reader/builder.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace quipu::reader {

builder::builder(const source& from, budget& used, findings& faults, aliases wanted)
    : from_(from), used_(used), faults_(faults), wanted_(std::move(wanted)) {}

void builder::open(tree::kind kind, std::size_t offset, anchor name, bool flow) {
  frame opened;
  opened.made.value.is = kind;
  opened.made.height = 1;
  opened.made.value.at = from_.at(from_.behind_properties(offset));
  opened.name = name;
  opened.awaits_key = kind == tree::kind::map;
  if (flow) opened.bracket = from_.behind_properties(offset);
  opened.is_key = !open_.empty() && open_.back().awaits_key;
  open_.push_back(std::move(opened));
  check_depth(0, offset);
}

void builder::close() {
  auto closed = std::move(open_.back());
  open_.pop_back();
  if (closed.is_key) {
    faults_.error(
        closed.made.value.at,
        "a key is a text, not a list or a mapping; a text that begins with { or [ must be quoted");
    throw stop{};
  }
  if (!closed.merges.empty()) merge(closed);
  add(std::move(closed.made), closed.name);
}

void builder::scalar(atom what, std::size_t offset, anchor name) {
  const bool is_key = !open_.empty() && open_.back().awaits_key;
  if (is_key && name == 0) return add_key(std::move(what), offset);
  part made;
  made.value.quoted = what.quoted;
  made.value.scalar = what.value;
  if (!what.implied)
    made.value.at = from_.at(from_.behind_properties(offset));
  else if (!open_.empty() && open_.back().made.value.is_map())
    made.value.at = open_.back().next.at;
  else
    made.value.at = from_.at(offset);
  if (!is_key) return add(std::move(made), name);
  remember(made, name);
  add_key(std::move(what), offset);
}

void builder::add_key(atom what, std::size_t offset) {
  auto& top = open_.back();
  top.next.key = std::move(what.key);
  top.next.at = from_.at(from_.behind_properties(offset));
  top.awaits_key = false;
  top.next_is_merge = top.next.key == "<<" && !what.quoted;
  const auto [first, fresh] = top.keys.emplace(top.next.key, top.next.at);
  top.next_is_repeated = !fresh;
  if (!fresh)
    faults_.error(top.next.at,
                  fmt::format("key \"{}\" is there twice in one mapping; the first one "
                              "is at {}:{}",
                              top.next.key, first->second.line, first->second.column));
}

void builder::alias(anchor name, std::size_t offset) {
  const auto found = anchors_.find(name);
  if (found == anchors_.end()) {
    faults_.error(from_.at(offset), "this alias stands inside the value that it names; a value "
                                    "cannot contain itself");
    throw stop{};
  }
  const auto& original = found->second;
  if (!open_.empty() && open_.back().awaits_key) {
    if (original.value.is != tree::kind::scalar) {
      faults_.error(from_.at(offset), "a key is a text; this alias stands for a list or a mapping");
      throw stop{};
    }
    const auto& value = original.value.scalar;
    return add_key({value, value.is_string() ? value.get<std::string>() : value.dump(), true},
                   offset);
  }
  charge(original.nodes, offset);
  check_depth(original.height, offset);
  add(original, 0);
}

void builder::add(part what, anchor name) {
  if (name != 0) remember(what, name);
  if (open_.empty()) {
    root_ = std::move(what.value);
    return;
  }
  auto& top = open_.back();
  top.made.nodes += what.nodes;
  top.made.height = std::max(top.made.height, what.height + 1);
  if (top.made.value.is_list()) {
    top.made.value.items.push_back(std::move(what.value));
    return;
  }
  top.awaits_key = true;
  if (top.next_is_repeated) return;
  if (top.next_is_merge) {
    top.merges.emplace_back(top.made.value.entries.size(), std::move(what.value));
    return;
  }
  top.next.value = std::move(what.value);
  top.made.value.entries.push_back(std::move(top.next));
  top.next = {};
}

/// A map's own keys win over merged ones, and of those the ones that were named first.
void builder::merge(frame& into) {
  auto own = std::move(into.made.value.entries);
  std::vector<tree::entry> all;
  std::size_t next = 0;
  const auto take_from = [&](tree& merged) {
    for (auto& entry : merged.entries)
      if (into.keys.emplace(entry.key, entry.at).second) all.push_back(std::move(entry));
  };
  for (auto& [before, merged] : into.merges) {
    for (; next < before; ++next) all.push_back(std::move(own[next]));
    const bool is_list_of_maps =
        merged.is_list() && std::all_of(merged.items.begin(), merged.items.end(),
                                        [](const tree& item) { return item.is_map(); });
    if (merged.is_map())
      take_from(merged);
    else if (is_list_of_maps)
      for (auto& item : merged.items) take_from(item);
    else
      faults_.error(merged.at,
                    "<< takes a mapping or a list of mappings, mostly an alias like *name");
  }
  for (; next < own.size(); ++next) all.push_back(std::move(own[next]));
  into.made.value.entries = std::move(all);
}

/// Every remembered value is used at least once, so remembering more than aliases may stand for
/// would end in a fault anyhow: it is told at once and nothing is copied for nothing.
void builder::remember(const part& what, anchor name) {
  const auto first_use = wanted_.find(name);
  if (first_use == wanted_.end()) return;
  remembered_ += what.nodes;
  if (remembered_ > used_.limits.aliases)
    charge(what.nodes + used_.limits.aliases, first_use->second);
  anchors_.insert_or_assign(name, what);
}

void builder::charge(std::size_t nodes, std::size_t offset) {
  used_.aliased += nodes;
  if (used_.aliased <= used_.limits.aliases) return;
  faults_.error(from_.at(offset),
                fmt::format("with this alias, aliases stand for more than {} values, "
                            "the limit (limits.definition.aliases)",
                            used_.limits.aliases));
  throw stop{};
}

void builder::check_depth(std::size_t height, std::size_t offset) {
  if (open_.size() + height <= used_.limits.depth) return;
  faults_.error(
      from_.at(from_.behind_properties(offset)),
      fmt::format("lists and mappings are nested too deep here: more than {} in each other, "
                  "the limit (limits.definition.depth)",
                  used_.limits.depth));
  throw stop{};
}

std::size_t builder::open_bracket() const noexcept {
  return open_.empty() ? std::string::npos : open_.back().bracket;
}

bool builder::in_flow_list() const noexcept {
  return open_bracket() != std::string::npos && open_.back().made.value.is_list();
}

} // namespace quipu::reader
