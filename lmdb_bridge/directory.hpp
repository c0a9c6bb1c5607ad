#pragma once

#include "collation/quipu/result.hpp"

namespace quipu::lmdb {

/// A data directory that is held by this process, as long as this lives: its file `quipu.lock` is
/// locked (flock, so a process that dies lets go) and says who holds it: pid, host, since when.
class directory {
public:
  /// Makes the directory (0700) if it is not there. `conflict`: another process or another ledger
  /// of this one holds it; `unavailable`: it cannot be made or written.
  static result<directory> hold(const std::string& path);
  /// For looking: nobody holds it meanwhile, nothing is made or written.
  static result<directory> look(const std::string& path);

  directory(directory&& other) noexcept;
  directory& operator=(directory&&) = delete;
  ~directory();

private:
  explicit directory(int descriptor) : lock_{descriptor} {}

  int lock_;
};

} // namespace quipu::lmdb
