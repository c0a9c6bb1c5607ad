// How large a number may be: `minimum`, `maximum` and their exclusive forms, `multipleOf`.

#include "flows/schema/brief.hpp"
#include "flows/schema/keyword.hpp"
#include "flows/schema/number.hpp"
#include "flows/schema/run.hpp"
#include "flows/schema/site.hpp"

#include <fmt/format.h>

#include <array>

namespace quipu::draft7 {

namespace {

struct side {
  std::string_view keyword;
  std::string_view phrase;
  bool (*good)(std::partial_ordering);
};
constexpr side minimum{"minimum", "at least", std::is_gteq};
constexpr side above{"exclusiveMinimum", "more than", std::is_gt};
constexpr side maximum{"maximum", "at most", std::is_lteq};
constexpr side under{"exclusiveMaximum", "less than", std::is_lt};

class bound final : public check {
public:
  bound(const side& of, json limit) : of_(of), limit_(std::move(limit)) {}

  bool holds(const json& data, run& on) const override {
    return of_.good(compare(data, limit_)) || on.fails(of_.keyword, [&] {
      return fmt::format("is {}, must be {} {}", brief(data), of_.phrase, brief(limit_));
    });
  }

private:
  const side& of_;
  json limit_;
};

class multiple final : public check {
public:
  explicit multiple(json unit) : unit_(std::move(unit)) {}

  bool holds(const json& data, run& on) const override {
    return is_multiple(data, unit_) || on.fails("multipleOf", [&] {
      return fmt::format("is {}, must be a multiple of {}", brief(data), brief(unit_));
    });
  }

private:
  json unit_;
};

template <const side& Of>
void compile_bound(const tree& value, site& at) {
  if (auto limit = at.number(value)) at.demand<bound>(number_kind, Of, std::move(*limit));
}

void compile_multiple(const tree& value, site& at) {
  auto unit = at.number(value);
  if (!unit) return;
  if (compare(*unit, 0) <= 0) return at.mistyped(value, "a number above 0");
  at.demand<multiple>(number_kind, std::move(*unit));
}

constexpr std::array group{
    keyword{"multipleOf", keyword::shape::plain, compile_multiple},
    keyword{"maximum", keyword::shape::plain, compile_bound<maximum>},
    keyword{"exclusiveMaximum", keyword::shape::plain, compile_bound<under>},
    keyword{"minimum", keyword::shape::plain, compile_bound<minimum>},
    keyword{"exclusiveMinimum", keyword::shape::plain, compile_bound<above>},
};

} // namespace

std::span<const keyword> number_keywords() { return group; }

} // namespace quipu::draft7
