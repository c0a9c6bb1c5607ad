#pragma once

#include "redis_bridge/calls.hpp"
#include "redis_bridge/crossing.hpp"
#include "redis_bridge/fan_out.hpp"
#include "redis_bridge/redis_ledger.hpp"

#include <atomic>
#include <memory>
#include <string>

namespace quipu {

struct redis_ledger::inside : redis::calls {
  using calls::calls;

  std::string title;
  std::shared_ptr<redis::sequence> jobs =
      std::make_shared<redis::sequence>(); ///< of several partitions
  std::atomic<unsigned> turn{0};           ///< which one is asked first

  template <class T, class Read>
  void reads(const redis::command& words, then<T> done, Read read, redis::refused why = {}) {
    make<T>(does::reads, words, std::move(done), std::move(read), std::move(why));
  }
  template <class T, class Read>
  void tells(const redis::command& words, then<T> done, Read read, redis::refused why) {
    make<T>(does::tells, words, std::move(done), std::move(read), std::move(why));
  }
  template <class T, class Read>
  void writes(const redis::command& words, then<T> done, Read read, redis::refused why = {}) {
    make<T>(does::writes, words, std::move(done), std::move(read), std::move(why));
  }

  /// `T`: a receipt, or with what is still to be asked.
  template <class T, class Read>
  void begin_job(const birth& what, const redis::promise* with, then<T> done, Read read);
  template <class T, class Read>
  void write_job(const commit& what, const redis::promise* with, then<T> done, Read read);
};

} // namespace quipu
