#pragma once

#include "flows/equality.hpp"
#include "flows/mapping.hpp"

#include <vector>

namespace quipu {

/// What must hold for an edge to be taken, or for a signal to answer a hook.
struct condition {
  enum class gate : std::uint8_t { all, any };

  struct match {
    mapping expected;
    mapping actual;
    place at;
  };

  static constexpr int no_code = 0; ///< in `codes`: a list that names none, which no outcome fits

  std::vector<int> codes; ///< empty: success
  gate by = gate::all;
  std::vector<match> matches;
  bool unconditional = true; ///< nothing was said about matches
  /// `conditions: true` or `false`: taken whatever the code, or never.
  std::optional<bool> always;

  /// Compiles what is under `conditions:`: a map of `code`, `gate` and `match`, or a boolean. What
  /// had a fault does not hold or fails.
  [[nodiscard]] static condition compile(const tree& written, const scope& names, findings& faults);

  /// Whether the matches hold, each as `same` has it; undefined equals nothing. Codes are not
  /// looked at. Fails when a mapping fails.
  [[nodiscard]] result<bool> holds(const environment& from, const fuel& limit = {}) const;
  /// Whether an outcome of this code may take the edge: it is named, or none is and it is a
  /// success.
  [[nodiscard]] bool admits(int code) const noexcept;
};

} // namespace quipu
