#pragma once

#include "flows/schema/run.hpp"
#include "flows/schema/site.hpp"

#include <fmt/format.h>

namespace quipu::draft7 {

/// What can be counted in a value, and by which keywords.
struct measure {
  std::string_view least; ///< the keyword, `minLength`
  std::string_view most;
  std::string_view unit; ///< `character`
  kinds of;
  std::size_t (*count)(const json&);
};

/// A bound of how much of something a value has.
template <const measure& Of, bool Most>
class size_bound final : public check {
public:
  explicit size_bound(std::size_t limit) : limit_(limit) {}

  bool holds(const json& data, run& on) const override {
    const auto size = Of.count(data);
    return (Most ? size <= limit_ : size >= limit_) || on.fails(Most ? Of.most : Of.least, [&] {
      return fmt::format("has {} {}{}, must have at {} {}", size, Of.unit, size == 1 ? "" : "s",
                         Most ? "most" : "least", limit_);
    });
  }

private:
  std::size_t limit_;
};

template <const measure& Of>
void compile_least(const tree& value, site& at) {
  if (const auto limit = at.count(value); limit && *limit > 0)
    at.demand<size_bound<Of, false>>(Of.of, *limit);
}

template <const measure& Of>
void compile_most(const tree& value, site& at) {
  if (const auto limit = at.count(value)) at.demand<size_bound<Of, true>>(Of.of, *limit);
}

} // namespace quipu::draft7
