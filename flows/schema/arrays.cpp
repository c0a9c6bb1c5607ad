// What is in an array: `items`, `additionalItems`, `maxItems`, `minItems`, `uniqueItems`,
// `contains`.

#include "flows/equality.hpp"
#include "flows/schema/keyword.hpp"
#include "flows/schema/size.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace quipu::draft7 {

namespace {

constexpr measure length{"minItems", "maxItems", "item", array_kind,
                         [](const json& data) { return data.size(); }};

class every_item final : public check {
public:
  explicit every_item(node_id each) : each_(each) {}

  bool holds(const json& data, run& on) const override {
    bool good = true;
    for (std::size_t i = 0; i < data.size(); ++i) {
      if (on.item_fits(each_, data[i], i)) continue;
      good = false;
      if (!on.goes_on()) break;
    }
    return good;
  }

private:
  node_id each_;
};

// A schema for each of the first items, one for the others, or none of those at all.
class item_by_item final : public check {
public:
  item_by_item(std::vector<node_id> first, std::optional<node_id> others, bool closed)
      : first_(std::move(first)), others_(others), closed_(closed) {}

  bool holds(const json& data, run& on) const override {
    bool good = true;
    const auto checked = others_ ? data.size() : std::min(data.size(), first_.size());
    for (std::size_t i = 0; i < checked; ++i) {
      if (on.item_fits(i < first_.size() ? first_[i] : *others_, data[i], i)) continue;
      good = false;
      if (!on.goes_on()) return false;
    }
    if (!closed_ || data.size() <= first_.size()) return good;
    return on.fails("additionalItems", [&] {
      return fmt::format("has {} items, only the first {} may be there", data.size(),
                         first_.size());
    });
  }

private:
  std::vector<node_id> first_;
  std::optional<node_id> others_;
  bool closed_;
};

class unique final : public check {
public:
  bool holds(const json& data, run& on) const override {
    if (data.size() < 2) return true;
    struct hashed {
      std::size_t hash;
      std::size_t index;
      auto operator<=>(const hashed&) const = default;
    };
    std::vector<hashed> items;
    items.reserve(data.size());
    std::uint64_t visits = 0;
    for (const auto& item : data) items.push_back({hash(item, visits), items.size()});
    on.costs(visits);
    std::ranges::sort(items);
    for (auto a = items.begin(); a != items.end(); ++a)
      for (auto b = a + 1; b != items.end() && b->hash == a->hash; ++b)
        if (same(data[a->index], data[b->index]))
          return on.fails("uniqueItems", [&] {
            return fmt::format("has the same item twice, at {} and {}", a->index, b->index);
          });
    return true;
  }
};

class some_item final : public check {
public:
  explicit some_item(node_id wanted) : wanted_(wanted) {}

  bool holds(const json& data, run& on) const override {
    return std::ranges::any_of(data, [&](const json& item) { return on.tries(wanted_, item); }) ||
           on.fails("contains", [&] {
             return fmt::format("has {} items, but none as \"contains\" wants it", data.size());
           });
  }

private:
  node_id wanted_;
};

void compile_items(const tree& value, site& at) {
  if (!value.is_list()) return at.demand<every_item>(array_kind, at.part(value));
  std::vector<node_id> first;
  for (const auto& item : at.list(value)) first.push_back(at.part(item));
  const auto* others = at.beside("additionalItems");
  const bool closed = others != nullptr && others->scalar == false;
  at.demand<item_by_item>(
      array_kind, std::move(first),
      others == nullptr || closed ? std::nullopt : std::optional{at.part(*others)}, closed);
}

// Means something beside a list of `items` only, and is compiled there; here it is just read.
void compile_additional(const tree& value, site& at) { (void)at.part(value); }

void compile_unique(const tree& value, site& at) {
  if (at.boolean(value).value_or(false)) at.demand<unique>(array_kind);
}

void compile_contains(const tree& value, site& at) {
  at.demand<some_item>(array_kind, at.part(value));
}

constexpr std::array group{
    keyword{"maxItems", keyword::shape::plain, compile_most<length>},
    keyword{"minItems", keyword::shape::plain, compile_least<length>},
    keyword{"items", keyword::shape::one_or_list, compile_items},
    keyword{"additionalItems", keyword::shape::one, compile_additional},
    keyword{"uniqueItems", keyword::shape::plain, compile_unique},
    keyword{"contains", keyword::shape::one, compile_contains},
};

} // namespace

std::span<const keyword> array_keywords() { return group; }

} // namespace quipu::draft7
