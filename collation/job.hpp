#pragma once

#include "collation/key.hpp"
#include "collation/ledger.hpp"
#include "collation/record.hpp"

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace quipu {

/// One opening of a slice, as it stands.
struct pass {
  std::uint32_t parent = 0;
  std::uint32_t first = 0;
  key digits;

  bool operator==(const pass&) const = default;
};

/// Which stored fields a fold has changed.
struct delta {
  std::set<std::uint32_t> data_pages;
  std::set<std::uint32_t> activity_pages;
  std::set<std::pair<pass_name, std::uint32_t>> chunks; ///< pieces of long keys
  std::set<pass_name> answers;
  std::map<std::string, value> large; ///< values that stand by themselves
  std::set<std::string>
      removed; ///< fields of such values, and of forgotten passes, that are no more
  bool born = false;
  bool index = false;
};

/// A job's state: what its records fold to. Engines hold one for each job they own, readers make
/// one from a snapshot, `verify` makes one from the history; all three are equal.
///
/// Stored as fields, in pages so that a commit rewrites only what it touched:
///
/// | field | holds |
/// |---|---|
/// | b | its identity |
/// | s | number of records, times, passes with their digits (up to 256), marks, end |
/// | k.SLICE.PASS.N | digits 128 N and on of a longer pass |
/// | d.N | entries 16 N to 16 N + 15 of the shared data, in the order of their first writing |
/// | a.N | documents, calls that are out and children of the activities 8 N to 8 N + 7 |
/// | x | what it is found by: measures `index` |
/// | w.SLICE.PASS | the answer that opened a pass |
/// | D.NAME, O.ACTIVITY.PASS.X | a value of more than 512 bytes that a page refers to |
class job {
public:
  /// Takes up one record; a checkpoint is the first, whatever its number. `corrupt`, and the job must be dropped, when the record does not fit the
  /// state: a digit is not what it was, its number is not the next. What changed is added to
  /// `touched`.
  result<void> fold(const record& what, delta* touched = nullptr);

  [[nodiscard]] const identity& born() const noexcept { return born_; }
  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }
  [[nodiscard]] std::int64_t created_ms() const noexcept { return created_ms_; }
  [[nodiscard]] std::int64_t updated_ms() const noexcept { return updated_ms_; }
  [[nodiscard]] const std::optional<conclusion>& end() const noexcept { return end_; }
  [[nodiscard]] bool ended() const noexcept { return end_.has_value(); }
  [[nodiscard]] std::string_view state() const noexcept {
    return end_ ? std::string_view{end_->state} : "running";
  }

  /// How many digits are open, over all passes.
  [[nodiscard]] std::size_t open() const noexcept { return open_; }
  /// How many digits are 8 or 5, over all passes.
  [[nodiscard]] std::size_t begun() const noexcept { return begun_; }
  [[nodiscard]] const std::map<pass_name, pass>& passes() const noexcept { return passes_; }
  /// How often a slice has been opened.
  [[nodiscard]] std::uint32_t opened(std::uint32_t slice) const;
  /// The digit of an activity in a pass of its slice; `not_applicable` when there is no such pass.
  [[nodiscard]] digit at(std::uint32_t slice, const instance& where) const;
  /// One digit an activity: of its newest pass, or the oldest in which it is open.
  [[nodiscard]] std::string key() const;
  /// For each activity the pass that `key` shows.
  [[nodiscard]] std::vector<std::uint32_t> shown() const;

  [[nodiscard]] const std::vector<std::pair<std::string, value>>& data() const noexcept {
    return data_;
  }
  [[nodiscard]] const value* data(const std::string& name) const;
  [[nodiscard]] const documents* at(const instance& where) const;
  /// The answer that opened a pass: what the activity in front of the slice says to those in it.
  [[nodiscard]] const documents* answer(const pass_name& at) const;
  [[nodiscard]] const std::map<instance, obligation>& obligations() const noexcept {
    return obligations_;
  }
  [[nodiscard]] const obligation* owed(const instance& where) const;
  [[nodiscard]] const std::map<instance, std::string>& children() const noexcept {
    return children_;
  }
  [[nodiscard]] const std::string* child(const instance& where) const;
  [[nodiscard]] bool marked(std::string_view fact) const noexcept;
  /// Its measures `index`: name and value.
  [[nodiscard]] const std::vector<std::pair<std::string, value>>& index() const noexcept {
    return index_;
  }
  /// Whether something is left that only its owner can do: a call that is out, a step to be made.
  [[nodiscard]] bool busy() const noexcept;

  /// All fields.
  [[nodiscard]] std::vector<field> fields() const;
  /// The fields that folding has touched, and the names of those that are no more.
  void fields(const delta& touched, std::vector<field>& set, std::vector<std::string>& unset) const;
  /// The state that a snapshot holds.
  [[nodiscard]] static result<job> load(const snapshot& from);

private:
  class loading;

  void count(digit which, std::size_t many, int sign) noexcept;
  [[nodiscard]] delta everything() const;
  result<void> begin(const record& what, delta& touched);
  result<void> begin_from(const record& what, delta& touched);
  [[nodiscard]] bool begin_pass(const opening& what, delta& touched);
  result<void> turn(const quipu::turn& what, delta& touched);
  void write(const record& what, delta& touched);
  result<void> forget(const pass_name& which, delta& touched);
  [[nodiscard]] std::string summary() const;
  [[nodiscard]] std::string index_field() const;
  [[nodiscard]] std::string data_page(std::uint32_t page) const;
  [[nodiscard]] std::string activity_page(std::uint32_t page) const;

  identity born_;
  std::uint64_t records_ = 0;
  std::int64_t created_ms_ = 0;
  std::int64_t updated_ms_ = 0;
  std::optional<conclusion> end_;
  std::map<pass_name, pass> passes_;
  std::vector<std::uint32_t> opened_;
  std::vector<std::pair<std::string, value>> data_;
  std::unordered_map<std::string, std::uint32_t> data_index_;
  std::map<instance, documents> documents_;
  std::map<pass_name, documents> answers_;
  std::map<instance, obligation> obligations_;
  std::size_t calls_ = 0; ///< obligations that are `called`
  std::map<instance, std::string> children_;
  std::vector<std::string> marks_;
  std::vector<std::pair<std::string, value>> index_;
  std::size_t open_ = 0;
  std::size_t begun_ = 0;
};

} // namespace quipu
