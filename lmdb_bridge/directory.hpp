#pragma once

#include "collation/quipu/result.hpp"

#include <string>
#include <utility>

namespace quipu::lmdb {

/// LMDB's file in a data directory.
[[nodiscard]] std::string data_file(const std::string& path);

/// A data directory that is held by this process, as long as this lives: its file `quipu.lock` is
/// locked (flock, so a process that dies lets go) and says who holds it - pid, host, since when -
/// and whether a store has been kept in it.
class directory {
public:
  /// Makes the directory (0700) if it is not there. `conflict`: another process or another ledger
  /// of this one holds it; `unavailable`: it cannot be made or written; `corrupt`: a store was kept
  /// in it, and is gone.
  static result<directory> hold(const std::string& path);
  /// For looking: nobody holds it meanwhile, nothing is made or written.
  static result<directory> look(const std::string& path);

  /// A store is in it from now on: without its file it will not be opened again.
  void keep();

  directory(directory&& other) noexcept;
  directory& operator=(directory&&) = delete;
  ~directory();

private:
  directory(int descriptor, std::string path) : lock_{descriptor}, path_{std::move(path)} {}
  [[nodiscard]] result<void> check() const;

  int lock_;
  std::string path_;
  std::string says_; ///< what stands in its file
};

} // namespace quipu::lmdb
