#pragma once

#include "flows/draft.hpp"
#include "flows/mapping.hpp"

#include <deque>
#include <map>
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
  [[nodiscard]] json activity_metadata(const slot& asked) const;
  /// The topic of an activity, or nullptr: it has none, or none that can be made.
  [[nodiscard]] const json* topic(std::uint32_t activity) const;
  const json* keep(value what) const;
  template <class Make>
  const json* once(const slot& what, Make make) const;

  const draft& of_;
  instance here_;
  value said_;
  mutable std::deque<value> kept_; ///< what was handed out lives as long as the view
  mutable std::optional<json> data_;
  mutable std::deque<std::pair<slot, json>> made_;      ///< what no document holds, each made once
  mutable std::map<std::uint32_t, const json*> topics_; ///< by activity, each made once
  mutable std::uint64_t drawn_ = 0;
};

/// Epoch milliseconds as ISO 8601 in UTC, as ECMAScript's toISOString writes it.
[[nodiscard]] std::string iso_time(std::int64_t epoch_ms);

} // namespace quipu
