#pragma once

#include "collation/job.hpp"
#include "collation/outcome.hpp"
#include "flows/plan.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace quipu {

/// The decision of a step while it is being made: the job as it was, and over it what the record
/// says so far. Reads see both; only the record is written.
class draft {
public:
  draft(const flow& rules, const job& before, std::int64_t now_ms);

  [[nodiscard]] const flow& rules() const noexcept { return rules_; }
  [[nodiscard]] const activity& rules(const instance& at) const {
    return rules_.activities[at.activity];
  }
  [[nodiscard]] const job& before() const noexcept { return before_; }
  [[nodiscard]] std::int64_t now() const noexcept { return made_.what.at_ms; }
  [[nodiscard]] record& what() noexcept { return made_.what; }
  [[nodiscard]] outcome& made() noexcept { return made_; }
  [[nodiscard]] const identity& born() const noexcept {
    return made_.what.born ? *made_.what.born : before_.born();
  }

  // Digits

  [[nodiscard]] digit at(const instance& where) const;
  void turn(const instance& where, digit to);
  /// Turns the whole sub-tree of `root` to 3, also in slices nested in it, wherever it is pending.
  void skip(const instance& root);
  /// Turns everything that is open in the job to 3 and drops all obligations.
  void skip_everything();
  [[nodiscard]] std::size_t open() const noexcept { return open_; }
  [[nodiscard]] std::size_t begun() const noexcept { return begun_; }

  // Passes

  /// Opens slice `which` for an answer of `owner`: the pass of it that has not begun, or a fresh
  /// one.
  std::uint32_t open(std::uint32_t which, const instance& owner);
  /// Makes a fresh pass of `which`, and of what is nested in it.
  std::uint32_t open_fresh(std::uint32_t which, std::uint32_t around);
  /// The pass of `which` below pass `around` that nothing has entered yet.
  [[nodiscard]] std::optional<std::uint32_t> unopened(std::uint32_t which,
                                                      std::uint32_t around) const;
  /// The pass of an activity that is above `from`, as seen from there.
  [[nodiscard]] instance above(std::uint32_t ancestor, const instance& from) const;
  /// The pass of the slice around that `at` lies in.
  [[nodiscard]] std::uint32_t around(const pass_name& at) const;
  /// The answer that opened a pass, or nullptr.
  [[nodiscard]] const documents* answer(const pass_name& at) const;
  /// Forgets the passes in which nothing is open, but for the newest of each slice.
  void forget();

  // Data

  [[nodiscard]] value input(const instance& at) const { return piece(at, &documents::input); }
  [[nodiscard]] value output(const instance& at) const { return newest(at, &documents::output); }
  [[nodiscard]] value hook(const instance& at) const { return newest(at, &documents::hook); }
  [[nodiscard]] value error(const instance& at) const { return newest(at, &documents::error); }
  [[nodiscard]] int code(const instance& at) const;
  [[nodiscard]] std::int64_t answered_ms(const instance& at) const;
  /// What will be written about an activity.
  documents& written(const instance& at);
  /// Writes into the job's shared data; no key is in `members` twice.
  void write(json::object_t&& members);
  /// The job's shared data with what the step has written.
  [[nodiscard]] json shared() const;

  // Obligations

  [[nodiscard]] const obligation* owed(const instance& at) const;
  void owe(const instance& at, obligation what);
  void settle(const instance& at);
  /// Every obligation as it stands with this step.
  template <class Visit>
  void each_owed(Visit visit) const {
    for (const auto& [where, what] : before_.obligations())
      if (const auto* now = owed(where)) visit(where, *now);
    for (const auto& [where, what] : made_.what.owed)
      if (what && before_.owed(where) == nullptr) visit(where, *what);
  }
  /// How many digits are pending in the pass that only an answer of this re-enterable hook can
  /// open.
  [[nodiscard]] std::size_t pending_behind(const instance& at) const;

  /// What the job is found by.
  [[nodiscard]] const std::vector<std::pair<std::string, value>>& index() const noexcept {
    return made_.what.index.empty() ? before_.index() : made_.what.index;
  }

  void mark(std::string fact);
  [[nodiscard]] bool marked(std::string_view fact) const;

private:
  [[nodiscard]] value piece(const instance& at, value documents::*which) const;
  /// As `piece`; but of what is answered in this step only what it is answered with now, though it
  /// was answered before.
  [[nodiscard]] value newest(const instance& at, value documents::*which) const;
  void turn(std::uint32_t slice, std::uint32_t pass, std::uint32_t first, std::uint32_t count,
            digit from, digit to);
  void skip_range(std::uint32_t slice, std::uint32_t pass, std::uint32_t first,
                  std::uint32_t count);
  template <class Visit>
  void each_pass(Visit visit) const;

  const flow& rules_;
  const job& before_;
  outcome made_;
  std::map<pass_name, std::ptrdiff_t> open_by_; ///< by how much a pass's open digits have changed
  std::size_t open_;
  std::size_t begun_;
};

} // namespace quipu
