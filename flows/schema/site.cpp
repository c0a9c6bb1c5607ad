#include "flows/schema/site.hpp"

#include "flows/schema/brief.hpp"
#include "flows/schema/compiler.hpp"
#include "flows/schema/number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace quipu::draft7 {

void site::add(kinds applies, std::unique_ptr<const check> made) {
  in_.add(node_, {applies, std::move(made)});
}

node_id site::same(const tree& schema) { return in_.below(node_, schema); }
node_id site::part(const tree& schema) { return in_.node(schema); }

std::optional<std::size_t> site::count(const tree& value) const {
  const auto& said = value.scalar;
  if (!said.is_number() || !is_whole(said) || compare(said, 0) < 0) {
    mistyped(value, "a whole number, 0 or more");
    return std::nullopt;
  }
  constexpr auto most = std::numeric_limits<std::size_t>::max();
  return compare(said, most) >= 0 ? most : said.get<std::size_t>();
}

std::optional<json> site::number(const tree& value) const {
  if (value.scalar.is_number()) return value.scalar;
  mistyped(value, "a number");
  return std::nullopt;
}

std::optional<bool> site::boolean(const tree& value) const {
  if (value.scalar.is_boolean()) return value.scalar.get<bool>();
  mistyped(value, "true or false");
  return std::nullopt;
}

const std::string* site::text(const tree& value) const {
  if (value.is_string()) return &value.text();
  mistyped(value, "a string");
  return nullptr;
}

std::span<const tree> site::list(const tree& value) const {
  if (!value.is_list() || value.items.empty()) mistyped(value, "a list with at least one item");
  return value.items;
}

std::span<const tree::entry> site::map(const tree& value) const {
  if (!value.is_map()) mistyped(value, "an object");
  return value.entries;
}

std::vector<std::string> site::names(const tree& value) const {
  std::vector<std::string> found;
  if (!value.is_list()) mistyped(value, "a list of names");
  for (const auto& item : value.items)
    if (!item.is_string())
      mistyped(item, "a list of names");
    else if (std::ranges::find(found, item.text()) != found.end())
      error(item.at, fmt::format("names {} twice", in_quotes(item.text())));
    else
      found.push_back(item.text());
  return found;
}

void site::error(const place& at, std::string_view sentence) const {
  in_.faults().error(at, fmt::format("{} {}", keyword_, sentence));
}

void site::warning(const place& at, std::string_view sentence) const {
  in_.faults().warning(at, fmt::format("{} {}", keyword_, sentence));
}

void site::mistyped(const tree& value, std::string_view wanted) const {
  error(value.at, fmt::format("must be {}, but is {}", wanted,
                              value.is_list()  ? std::string{"a list"}
                              : value.is_map() ? "an object"
                                               : brief(value.scalar)));
}

} // namespace quipu::draft7
