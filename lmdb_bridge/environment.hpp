#pragma once

#include "collation/quipu/result.hpp"
#include "lmdb_bridge/tables.hpp"

#include <lmdb.h>

#include <memory>
#include <optional>
#include <set>
#include <stdexcept>

namespace quipu::lmdb {

/// An error of LMDB in the middle of something; the writer alone turns it into a fault.
struct trouble : std::runtime_error {
  trouble(int error, std::string_view doing);
  int code; ///< of LMDB or errno
};

/// An open data file with all its tables: a resource, for one thread at a time.
class environment {
public:
  /// `unavailable`: it cannot be read or written; `corrupt`: it is not what quipu wrote, or is cut
  /// short (LMDB would die of SIGBUS on reading what is missing).
  static result<environment> open(const std::string& directory, std::size_t map_size,
                                  bool read_only);

  [[nodiscard]] MDB_env* raw() const { return env_.get(); }
  /// Bytes that the disk under the file has left.
  [[nodiscard]] std::size_t disk_room() const;
  /// Bytes that the file may have.
  [[nodiscard]] std::size_t map_size() const;
  /// Nothing of it may be in use; never less than the file has.
  void resize(std::size_t bytes) const;
  [[nodiscard]] MDB_dbi dbi(table which) const { return dbis_[static_cast<std::size_t>(which)]; }

private:
  result<void> check_size(const std::string& directory) const;
  result<void> open_tables(const std::string& directory, bool read_only);

  std::unique_ptr<MDB_env, decltype(&mdb_env_close)> env_{nullptr, &mdb_env_close};
  std::array<MDB_dbi, table_names.size()> dbis_{};
};

using stored_row = std::pair<std::string, std::string>;

/// A transaction: everything is written by `commit`, or nothing. What `get` gives is valid until
/// the next write. A row that does not match its checksum throws `broken_row`.
class transaction {
public:
  transaction(const environment& in, bool read_only);

  [[nodiscard]] std::optional<std::string_view> get(table in, std::string_view key) const;
  void put(table in, std::string_view key, std::string_view value);
  /// Whether there was such a row.
  bool erase(table in, std::string_view key);
  /// A copy of the first row whose key begins with `prefix`.
  [[nodiscard]] std::optional<stored_row> first(table in, std::string_view prefix) const;
  /// Calls `each(key, value)` with the rows whose keys begin with `prefix`, in order, as long as it
  /// says true; it must not write.
  template <class Each>
  void walk(table in, std::string_view prefix, Each each) const {
    walk_from(in, prefix, [&](std::string_view at, std::string_view value) {
      return at.starts_with(prefix) && each(at, value);
    });
  }
  /// As `walk`, from a key on, to the end of the table.
  template <class Each>
  void walk_from(table in, std::string_view from, Each each) const {
    const cursor at{*this, in};
    for (auto found = at.seek(from); found && each(found->first, found->second);)
      found = at.move(MDB_NEXT);
  }
  /// Backwards, beginning with the last row before `before`.
  template <class Each>
  void walk_back(table in, std::string_view before, Each each) const {
    const cursor at{*this, in};
    for (auto found = at.seek(before) ? at.move(MDB_PREV) : at.move(MDB_LAST);
         found && each(found->first, found->second);)
      found = at.move(MDB_PREV);
  }
  void erase_all(table in, std::string_view prefix);
  /// As `walk_from`, but `each(key, value, sound)` is also given what does not match its checksum.
  template <class Each>
  void inspect(table in, std::string_view from, Each each) const {
    const cursor at{*this, in};
    for (auto found = at.seek(from, false); found;) {
      const auto whole = unsealed(found->first, found->second);
      if (!each(found->first, whole.value_or(std::string_view{}), whole.has_value())) return;
      found = at.move(MDB_NEXT, false);
    }
  }

  /// Pages that are in use by no state of the file.
  [[nodiscard]] std::set<std::size_t> free_pages() const;

  void commit();
  [[nodiscard]] bool has_written() const { return has_written_; }
  [[nodiscard]] std::size_t written_bytes() const { return written_bytes_; }
  /// How many pages that is. Both are for read-only transactions.
  [[nodiscard]] std::size_t count_free() const;

private:
  /// The value without its checksum; none: it does not match.
  static std::optional<std::string_view> unsealed(std::string_view key, std::string_view stored);

  using found_row = std::optional<std::pair<std::string_view, std::string_view>>;
  class cursor {
  public:
    cursor(const transaction& of, table in);
    /// The row without its checksum, or as it is stored.
    found_row seek(std::string_view from, bool unseal = true) const;
    found_row move(MDB_cursor_op how, bool unseal = true) const;
    void erase() const;

  private:
    std::unique_ptr<MDB_cursor, decltype(&mdb_cursor_close)> raw_{nullptr, &mdb_cursor_close};
  };

  const environment* in_;
  bool has_written_ = false;
  std::size_t written_bytes_ = 0;
  std::unique_ptr<MDB_txn, decltype(&mdb_txn_abort)> raw_{nullptr, &mdb_txn_abort};
};

} // namespace quipu::lmdb
