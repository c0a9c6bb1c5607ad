#pragma once

#include "flows/draft.hpp"
#include "flows/mapping.hpp"

#include <deque>
#include <optional>

namespace quipu {

/// What the mappings of one activity see: itself, what is above it in its pass, and the job.
class view final : public environment {
public:
  view(const draft& of, const instance& here);

  /// `{$self.output.data}` is this while `output.maps` is evaluated: the reply as it came.
  void say(value output) { said_ = std::move(output); }

  [[nodiscard]] const json* read(const slot& what) const override;
  [[nodiscard]] std::int64_t now() const override { return of_.now(); }
  [[nodiscard]] double chance() const override;

private:
  [[nodiscard]] documents seen(std::uint32_t activity) const;
  [[nodiscard]] json job_metadata() const;
  [[nodiscard]] json activity_metadata(std::uint32_t activity, const documents& what) const;
  const json* keep(value what) const;

  const draft& of_;
  instance here_;
  value said_;
  mutable std::deque<value> kept_; ///< what was handed out lives as long as the view
  mutable std::optional<json> data_;
  mutable std::deque<json> made_;
  mutable std::uint64_t drawn_ = 0;
};

/// Epoch milliseconds as ISO 8601 in UTC, as ECMAScript's toISOString writes it.
[[nodiscard]] std::string iso_time(std::int64_t epoch_ms);

} // namespace quipu
