// Schemas of schemas, all for the same value: `if`, `allOf`, `anyOf`, `oneOf`, `not`.

#include "flows/schema/brief.hpp"
#include "flows/schema/keyword.hpp"
#include "flows/schema/run.hpp"
#include "flows/schema/site.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>

namespace quipu::draft7 {

namespace {

using node_list = std::vector<node_id>;

class all_of final : public check {
public:
  explicit all_of(node_list all) : all_(std::move(all)) {}

  bool holds(const json& data, run& on) const override {
    bool good = true;
    for (const auto one : all_) {
      good = on.fits(one, data) && good;
      if (!good && !on.goes_on()) break;
    }
    return good;
  }

private:
  node_list all_;
};

// Why none of some schemas fits, at most three of them, so that messages do not grow without end.
std::string none_fits(const node_list& choices, const json& data, run& on) {
  constexpr std::size_t shown = 3;
  constexpr std::size_t longest = 200;
  if (choices.size() == 1) return fmt::format("does not fit: {}", on.explain(choices[0], data));
  auto text = fmt::format("fits none of {} choices", choices.size());
  for (std::size_t i = 0; i < std::min(shown, choices.size()); ++i) {
    auto why = on.explain(choices[i], data);
    if (why.size() > longest) why = "does not fit";
    text += fmt::format("{} {}: {}", i == 0 ? ":" : ";", i + 1, why);
  }
  return choices.size() > shown ? text + "; ..." : text;
}

class any_of final : public check {
public:
  explicit any_of(node_list choices) : choices_(std::move(choices)) {}

  bool holds(const json& data, run& on) const override {
    for (const auto one : choices_)
      if (on.tries(one, data)) return true;
    return on.fails("anyOf", [&] { return none_fits(choices_, data, on); });
  }

private:
  node_list choices_;
};

class exactly_one final : public check {
public:
  explicit exactly_one(node_list choices) : choices_(std::move(choices)) {}

  bool holds(const json& data, run& on) const override {
    std::optional<std::size_t> fitting;
    for (std::size_t i = 0; i < choices_.size(); ++i) {
      if (!on.tries(choices_[i], data)) continue;
      if (fitting)
        return on.fails("oneOf", [&] {
          return fmt::format("fits choices {} and {}, must fit only one", *fitting + 1, i + 1);
        });
      fitting = i;
    }
    return fitting || on.fails("oneOf", [&] { return none_fits(choices_, data, on); });
  }

private:
  node_list choices_;
};

class unfit final : public check {
public:
  explicit unfit(node_id forbidden) : forbidden_(forbidden) {}

  bool holds(const json& data, run& on) const override {
    return !on.tries(forbidden_, data) || on.fails("not", [&] {
      return fmt::format("is {}, which \"not\" forbids", brief(data));
    });
  }

private:
  node_id forbidden_;
};

class conditional final : public check {
public:
  conditional(node_id condition, std::optional<node_id> then, std::optional<node_id> otherwise)
      : condition_(condition), then_(then), otherwise_(otherwise) {}

  bool holds(const json& data, run& on) const override {
    const auto& next = on.tries(condition_, data) ? then_ : otherwise_;
    return !next || on.fits(*next, data);
  }

private:
  node_id condition_;
  std::optional<node_id> then_;
  std::optional<node_id> otherwise_;
};

template <class Check>
void compile_list(const tree& value, site& at) {
  node_list nodes;
  for (const auto& schema : at.list(value)) nodes.push_back(at.same(schema));
  if (!nodes.empty()) at.demand<Check>(any_kind, std::move(nodes));
}

void compile_not(const tree& value, site& at) { at.demand<unfit>(any_kind, at.same(value)); }

void compile_if(const tree& value, site& at) {
  const auto branch = [&](std::string_view keyword) -> std::optional<node_id> {
    const auto* schema = at.beside(keyword);
    return schema == nullptr ? std::nullopt : std::optional{at.same(*schema)};
  };
  const auto condition = at.same(value);
  const auto then = branch("then");
  const auto otherwise = branch("else");
  if (then || otherwise) at.demand<conditional>(any_kind, condition, then, otherwise);
}

// Compiled by `if`, and without one of no effect; here it is just read.
void compile_branch(const tree& value, site& at) { (void)at.part(value); }

constexpr std::array group{
    keyword{"if", keyword::shape::one, compile_if},
    keyword{"then", keyword::shape::one, compile_branch},
    keyword{"else", keyword::shape::one, compile_branch},
    keyword{"allOf", keyword::shape::list, compile_list<all_of>},
    keyword{"anyOf", keyword::shape::list, compile_list<any_of>},
    keyword{"oneOf", keyword::shape::list, compile_list<exactly_one>},
    keyword{"not", keyword::shape::one, compile_not},
};

} // namespace

std::span<const keyword> combinator_keywords() { return group; }

} // namespace quipu::draft7
