// What a value is: `type`, `enum`, `const`.

#include "flows/equality.hpp"
#include "flows/schema/brief.hpp"
#include "flows/schema/keyword.hpp"
#include "flows/schema/number.hpp"
#include "flows/schema/run.hpp"
#include "flows/schema/site.hpp"

#include "flows/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace quipu::draft7 {

namespace {

struct type {
  std::string_view name;
  kinds admits;
  std::string_view phrase;
};
constexpr std::array types{
    type{"null", null_kind, "null"},          type{"boolean", boolean_kind, "a boolean"},
    type{"integer", 0, "an integer"},         type{"number", number_kind, "a number"},
    type{"string", string_kind, "a string"},  type{"array", array_kind, "an array"},
    type{"object", object_kind, "an object"},
};

// Asked for the kinds that `type` does not name only; whole numbers may pass as integers.
class wrong_type final : public check {
public:
  wrong_type(bool integers, std::string wanted) : integers_(integers), wanted_(std::move(wanted)) {}

  bool holds(const json& data, run& on) const override {
    if (integers_ && data.is_number() && is_whole(data)) return true;
    return on.fails("type", [&] { return fmt::format("is {}, must be {}", brief(data), wanted_); });
  }

private:
  bool integers_;
  std::string wanted_;
};

class one_of final : public check {
public:
  explicit one_of(std::vector<json> allowed) : allowed_(std::move(allowed)) {}

  bool holds(const json& data, run& on) const override {
    if (std::ranges::any_of(allowed_, [&](const json& one) { return same(one, data); }))
      return true;
    return on.fails("enum", [&] {
      constexpr std::size_t shown = 10;
      std::string list;
      for (std::size_t i = 0; i < std::min(shown, allowed_.size()); ++i)
        list += (i == 0 ? "" : ", ") + brief(allowed_[i]);
      return fmt::format("is {}, must be one of {}{}", brief(data), list,
                         allowed_.size() > shown ? ", ..." : "");
    });
  }

private:
  std::vector<json> allowed_;
};

class exactly final : public check {
public:
  explicit exactly(json wanted) : wanted_(std::move(wanted)) {}

  bool holds(const json& data, run& on) const override {
    return same(wanted_, data) || on.fails("const", [&] {
      return fmt::format("is {}, must be {}", brief(data), brief(wanted_));
    });
  }

private:
  json wanted_;
};

const type* find_type(const tree& value, const site& at) {
  std::vector<std::string_view> names;
  names.reserve(types.size());
  for (const auto& known : types) names.push_back(known.name);
  if (value.is_null()) {
    at.error(value.at, "null is written \"null\", in quotes");
    return nullptr;
  }
  const auto* said = at.text(value);
  if (said == nullptr) return nullptr;
  const auto found = std::ranges::find(types, *said, &type::name);
  if (found != types.end()) return &*found;
  const auto near = nearest(*said, names);
  at.error(value.at, fmt::format("{} is none that JSON has; {}", in_quotes(*said),
                                 near ? fmt::format("did you mean \"{}\"?", *near)
                                      : fmt::format("it has {}", fmt::join(names, ", "))));
  return nullptr;
}

void compile_type(const tree& value, site& at) {
  kinds admitted = 0;
  bool integers = false;
  std::vector<std::string_view> phrases;
  const auto add = [&](const tree& one) {
    const auto* known = find_type(one, at);
    if (known == nullptr) return;
    if (std::ranges::find(phrases, known->phrase) != phrases.end())
      at.error(one.at, fmt::format("names \"{}\" twice", known->name));
    admitted |= known->admits;
    integers = integers || known->admits == 0;
    phrases.push_back(known->phrase);
  };
  if (value.is_list())
    for (const auto& one : at.list(value)) add(one);
  else
    add(value);
  if (!phrases.empty() && admitted != any_kind)
    at.demand<wrong_type>(static_cast<kinds>(any_kind & ~admitted), integers,
                          fmt::format("{}", fmt::join(phrases, " or ")));
}

void compile_enum(const tree& value, site& at) {
  if (!value.is_list()) return at.mistyped(value, "a list of values");
  if (value.items.empty()) at.warning(value.at, "is empty: nothing fits it");
  std::vector<json> allowed;
  allowed.reserve(value.items.size());
  for (const auto& item : value.items) allowed.push_back(to_json(item));
  at.demand<one_of>(any_kind, std::move(allowed));
}

void compile_const(const tree& value, site& at) { at.demand<exactly>(any_kind, to_json(value)); }

constexpr std::array group{
    keyword{"type", keyword::shape::plain, compile_type},
    keyword{"enum", keyword::shape::plain, compile_enum},
    keyword{"const", keyword::shape::plain, compile_const},
};

} // namespace

std::span<const keyword> value_keywords() { return group; }

} // namespace quipu::draft7
