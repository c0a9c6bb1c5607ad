#pragma once

#include "flows/mapper/machine.hpp"

#include <vector>

namespace quipu::mapper {

/// Names and documents without a flow: one JSON object, whose members are the roots of references.
/// `{a1.output.data.x}` reads `{"a1": {"output": {"data": {"x": ...}}}}`; what is not there is
/// undefined.
class context final : public scope, public environment {
public:
  /// `data` must outlive this.
  context(const json& data, std::int64_t now_ms, double chance = 0.5, bool folds = true)
      : data_(data), now_(now_ms), chance_(chance), folds_(folds) {}

  [[nodiscard]] result<std::uint32_t> activity(std::string_view name) const override;
  [[nodiscard]] bool is_open() const noexcept override { return true; }
  [[nodiscard]] bool folds() const noexcept override { return folds_; }
  [[nodiscard]] const json* read(const slot& what) const override;
  [[nodiscard]] std::int64_t now() const override { return now_; }
  [[nodiscard]] double chance() const override { return chance_; }

private:
  const json& data_;
  std::int64_t now_;
  double chance_;
  bool folds_;
  mutable std::vector<std::string>
      roots_; ///< in the order asked for; an index of an activity is one of these
};

/// What `rules` give over `in`, written so that nothing is lost: `{"$num": "NaN"}` (Infinity,
/// -Infinity, -0), `{"$undefined": true}`, `{"$date": epoch ms}` (null: an invalid date),
/// `{"$utf16": [units]}`.
[[nodiscard]] result<json> evaluate_over(const context& in, const tree& rules,
                                         const observer* watching = nullptr);

/// One value, written so.
[[nodiscard]] json encoded(const value& what);

} // namespace quipu::mapper
