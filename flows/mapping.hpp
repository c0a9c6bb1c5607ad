#pragma once

#include "collation/quipu/json.hpp"
#include "collation/quipu/result.hpp"
#include "flows/limits.hpp"
#include "flows/tree.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace quipu {

/// What a reference stands for at run time: which activity (or the job), which of its documents.
/// The path behind it is the mapper's business.
struct slot {
  enum class document : std::uint8_t { input, output, hook, job };
  /// `topic` is `metadata.stp` of an activity, which is not read but made: only who asks for it, or
  /// for the whole of the metadata, pays for it. `metadata` is all else of it.
  enum class part : std::uint8_t { data, metadata, topic, whole_metadata };

  static constexpr std::uint32_t whole_job = 0xffffffffU;

  std::uint32_t activity = whole_job; ///< index in plan order; `whole_job` for `$job`
  document of = document::job;
  part which = part::data;

  bool operator==(const slot&) const = default;
};

/// Where names in a mapping lead: asked while a flow is compiled.
class scope {
public:
  virtual ~scope() = default;

  /// The activity that `name` stands for as seen from where the mapping is written: `$self`, the
  /// activity's own id or an ancestor's. Otherwise why not, and what would be right.
  [[nodiscard]] virtual result<std::uint32_t> activity(std::string_view name) const = 0;

  /// Whether there is no flow behind the names: any path may follow any name, `$job` and `$self`
  /// are names as others, and what is behind a name is read as `{activity, document::job,
  /// part::data}`.
  [[nodiscard]] virtual bool is_open() const noexcept { return false; }

  /// Whether pipes that depend on nothing are evaluated once, when they are compiled. Otherwise who
  /// watches an evaluation sees their rows too.
  [[nodiscard]] virtual bool folds() const noexcept { return true; }
};

/// What references lead to: asked while a mapping is evaluated.
class environment {
public:
  virtual ~environment() = default;

  /// The document behind `what`, or nullptr: undefined. Valid while the environment lives.
  [[nodiscard]] virtual const json* read(const slot& what) const = 0;
  /// The ledger's time of the step, epoch milliseconds.
  [[nodiscard]] virtual std::int64_t now() const = 0;
  /// In [0, 1); the same step draws the same numbers.
  [[nodiscard]] virtual double chance() const = 0;
};

namespace mapper {
struct program;
}

/// A compiled map tree, pipe, reference or literal: the only thing in a flow that computes.
///
/// Total: it cannot loop, block or see other jobs. Immutable, shared by every thread that runs the
/// plan.
class mapping {
public:
  /// Where a mapping stands decides what it may say.
  enum class role : std::uint8_t {
    value,    ///< anything
    job_maps, ///< a map whose keys may be `x[-]` and `x[_]`
  };

  /// Compiles what was written; faults go to `faults`, each at its place.
  [[nodiscard]] static mapping compile(const tree& written, const scope& names, findings& faults,
                                       role as = role::value);

  mapping(); ///< undefined
  ~mapping();
  mapping(mapping&&) noexcept;
  mapping& operator=(mapping&&) noexcept;

  /// The value; none: undefined. What JSON cannot say (NaN, dates) has been turned into it as
  /// JSON.stringify does. Fails with `fault::failed` when a function cannot be applied or `limit`
  /// is exceeded: the message names row, function or limit.
  [[nodiscard]] result<std::optional<json>> evaluate(const environment& from,
                                                     const fuel& limit = {}) const;

  /// The value, if it depends on nothing.
  [[nodiscard]] const json* literal() const noexcept;
  /// Every document that it may read.
  [[nodiscard]] std::span<const slot> reads() const noexcept;
  /// Whether evaluating it twice in an open activity may differ: it reads `$job`, the clock or
  /// chance.
  [[nodiscard]] bool is_volatile() const noexcept;
  /// What it was compiled to, for those who evaluate it otherwise (mapper/machine.hpp).
  [[nodiscard]] const mapper::program& code() const noexcept { return *program_; }

private:
  std::unique_ptr<const mapper::program> program_;
};

} // namespace quipu
