// What is in an object: which keys it has, and what is behind each.

#include "flows/pattern.hpp"
#include "flows/schema/brief.hpp"
#include "flows/schema/keyword.hpp"
#include "flows/schema/size.hpp"

#include "flows/nearest.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>

namespace quipu::draft7 {

namespace {

const json::object_t& members_of(const json& data) { return data.get_ref<const json::object_t&>(); }

constexpr measure size{"minProperties", "maxProperties", "key", object_kind,
                       [](const json& data) { return data.size(); }};

// The keys of an object. They are looked through one by one, unless that would be long.
class key_set {
public:
  key_set(const json& data, std::size_t questions) : members_(members_of(data)) {
    constexpr std::size_t few = 2'000;
    if (members_.size() * questions > few)
      for (const auto& [key, value] : members_) index_.insert(key);
  }

  [[nodiscard]] bool has(const std::string& key) const {
    return index_.empty() ? members_.find(key) != members_.end() : index_.contains(key);
  }

private:
  const json::object_t& members_;
  std::unordered_set<std::string_view> index_;
};

class has_keys final : public check {
public:
  explicit has_keys(std::vector<std::string> keys) : keys_(std::move(keys)) {}

  bool holds(const json& data, run& on) const override {
    bool good = true;
    const key_set there{data, keys_.size()};
    for (const auto& key : keys_) {
      if (there.has(key)) continue;
      good = on.fails("required", [&] { return fmt::format("has no {}", in_quotes(key)); });
      if (!on.goes_on()) break;
    }
    return good;
  }

private:
  std::vector<std::string> keys_;
};

// `properties`, `patternProperties` and `additionalProperties`: one look at each member.
class members final : public check {
public:
  struct named {
    std::string key;
    node_id node;
  };
  struct matched {
    pattern key;
    node_id node;
  };

  std::vector<named> by_name; // sorted
  std::vector<matched> by_pattern;
  std::optional<node_id> others;
  bool closed = false;

  bool holds(const json& data, run& on) const override {
    bool good = true;
    for (const auto& [key, value] : members_of(data)) {
      if (member_holds(key, value, on)) continue;
      good = false;
      if (!on.goes_on()) break;
    }
    return good;
  }

private:
  bool member_holds(const std::string& key, const json& value, run& on) const {
    bool good = true;
    bool known = false;
    const auto found = std::ranges::lower_bound(by_name, key, {}, &named::key);
    if (found != by_name.end() && found->key == key) {
      known = true;
      good = on.member_fits(found->node, value, key);
    }
    for (const auto& [wanted, node] : by_pattern) {
      if (!good && !on.goes_on()) return false;
      if (!wanted.found_in(key)) continue;
      known = true;
      good = on.member_fits(node, value, key) && good;
    }
    if (known) return good;
    if (others) return on.member_fits(*others, value, key);
    if (!closed) return true;
    return on.member_fails("additionalProperties", key, [&] {
      std::vector<std::string_view> keys;
      keys.reserve(by_name.size());
      for (const auto& one : by_name) keys.push_back(one.key);
      const auto near = nearest(key, keys);
      return near ? fmt::format("is not a known key; did you mean {}?", in_quotes(*near))
                  : std::string{"is not a known key"};
    });
  }
};

class key_names final : public check {
public:
  explicit key_names(node_id wanted) : wanted_(wanted) {}

  bool holds(const json& data, run& on) const override {
    bool good = true;
    for (const auto& [key, value] : members_of(data)) {
      const json name = key;
      if (on.tries(wanted_, name)) continue;
      good = on.member_fails("propertyNames", key, [&] {
        return fmt::format("has a name that may not be: it {}", on.explain(wanted_, name));
      });
      if (!on.goes_on()) break;
    }
    return good;
  }

private:
  node_id wanted_;
};

class needs final : public check {
public:
  struct need {
    std::string key;
    std::vector<std::string> others;
    std::optional<node_id> node;
  };

  explicit needs(std::vector<need> all) : all_(std::move(all)) {
    for (const auto& one : all_) questions_ += 1 + one.others.size();
  }

  bool holds(const json& data, run& on) const override {
    bool good = true;
    const key_set there{data, questions_};
    for (const auto& [key, others, node] : all_) {
      if (!there.has(key)) continue;
      if (node) good = on.fits(*node, data) && good;
      for (const auto& other : others)
        if (!there.has(other))
          good = on.fails("dependencies", [&] {
            return fmt::format("has {}, but no {}", in_quotes(key), in_quotes(other));
          });
      if (!good && !on.goes_on()) break;
    }
    return good;
  }

private:
  std::vector<need> all_;
  std::size_t questions_ = 0;
};

void compile_required(const tree& value, site& at) {
  if (auto keys = at.names(value); !keys.empty()) at.demand<has_keys>(object_kind, std::move(keys));
}

void add_patterns(const tree& value, site at, members& into) {
  for (const auto& [key, place, schema] : at.map(value)) {
    const auto node = at.part(schema);
    if (auto compiled = pattern::compile(key))
      into.by_pattern.push_back({std::move(*compiled), node});
    else
      at.error(place,
               fmt::format("{} cannot be used: {}", in_quotes(key), compiled.error().message));
  }
}

// Whichever of the three is there and first in this order compiles them all.
template <int Turn>
void compile_members(const tree&, site& at) {
  const std::array parts{at.beside("properties"), at.beside("patternProperties"),
                         at.beside("additionalProperties")};
  const auto [names, patterns, others] = parts;
  if (std::any_of(parts.begin(), parts.begin() + Turn, [](auto* part) { return part != nullptr; }))
    return;
  auto made = std::make_unique<members>();
  if (names != nullptr)
    for (const auto& [key, place, schema] : at.as("properties").map(*names))
      made->by_name.push_back({key, at.part(schema)});
  std::ranges::sort(made->by_name, {}, &members::named::key);
  if (patterns != nullptr) add_patterns(*patterns, at.as("patternProperties"), *made);
  if (others != nullptr && others->scalar == false)
    made->closed = true;
  else if (others != nullptr)
    made->others = at.part(*others);
  at.add(object_kind, std::move(made));
}

void compile_names(const tree& value, site& at) {
  at.demand<key_names>(object_kind, at.part(value));
}

void compile_dependencies(const tree& value, site& at) {
  std::vector<needs::need> all;
  for (const auto& [key, place, need] : at.map(value))
    if (need.is_list())
      all.push_back({key, at.names(need), std::nullopt});
    else
      all.push_back({key, {}, at.same(need)});
  if (!all.empty()) at.demand<needs>(object_kind, std::move(all));
}

constexpr std::array group{
    keyword{"maxProperties", keyword::shape::plain, compile_most<size>},
    keyword{"minProperties", keyword::shape::plain, compile_least<size>},
    keyword{"required", keyword::shape::plain, compile_required},
    keyword{"properties", keyword::shape::map, compile_members<0>},
    keyword{"patternProperties", keyword::shape::map, compile_members<1>},
    keyword{"additionalProperties", keyword::shape::one, compile_members<2>},
    keyword{"propertyNames", keyword::shape::one, compile_names},
    keyword{"dependencies", keyword::shape::map_or_strings, compile_dependencies},
};

} // namespace

std::span<const keyword> object_keywords() { return group; }

} // namespace quipu::draft7
