#pragma once

#include "lmdb_bridge/store.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace quipu::lmdb {

/// One call on the store, with the way to its caller.
class operation {
public:
  virtual ~operation() = default;
  /// Makes the call and keeps its answer; may be made again in another transaction, if this one
  /// came to nothing.
  virtual void perform(store& on) = 0;
  /// Keeps why the call was not made instead.
  virtual void refuse(failure why) = 0;
  /// Hands the answer to the caller.
  virtual void complete() = 0;

  bool begins_job = false; ///< may be refused when there is no room; what was accepted may not
  bool refused = false;    ///< never made
  std::optional<std::int64_t> at_ms; ///< the store's time when it was first made
};

template <class T, class Call>
class operation_of final : public operation {
public:
  operation_of(then<T> done, Call call) : done_{std::move(done)}, call_{std::move(call)} {}

  void perform(store& on) override { answer_.emplace(result<T>{call_(on)}); }
  void refuse(failure why) override {
    refused = true;
    answer_.emplace(std::move(why));
  }
  void complete() override {
    if (done_) done_(std::move(*answer_));
  }

private:
  then<T> done_;
  Call call_;
  std::optional<result<T>> answer_;
};

/// The only thread that touches the store: takes what has queued up, makes it one transaction and
/// one sync, then completes it.
///
/// `sync`: calls complete when their transaction is on disk. `relaxed`: they complete when they are
/// in the open transaction, which is committed, with its sync, every 20 ms and at the end.
///
/// No room left (MDB_MAP_FULL) refuses the call that met it, alone; what the transaction held is
/// made again without it. No room left on the disk: jobs that were to begin are refused, everything
/// else waits and is made again until there is room. Any other failed write or sync fences: nothing is accepted until the
/// store is opened again, since after a failed sync nobody knows what the disk has.
class writer {
public:
  struct settings {
    bool relaxed = false;
    bool read_only = false;
    std::size_t most_queued = 0; ///< beyond, no job is begun
    std::string describe;        ///< for messages
    std::function<std::int64_t()> now;
    std::function<void(std::string)> complain; ///< of damaged rows that are passed by
  };

  writer(store& on, settings with);
  /// Completes everything that was accepted.
  ~writer();

  void add(std::unique_ptr<operation> next);
  void on_bell(std::function<void(token)> ring);
  /// As `ledger::on_fault` says it.
  void on_fault(std::function<void(const std::string& why)> tell);

private:
  using operations = std::vector<std::unique_ptr<operation>>;
  using clock = std::chrono::steady_clock;

  void run();
  operations next_batch();
  void perform_all(operations batch);
  void perform(std::unique_ptr<operation> one);
  void attempt(operation& one);
  void again_without(std::unique_ptr<operation> culprit, const trouble& why);
  bool redo();
  void commit();
  void wait_for_room();
  void put_off(std::unique_ptr<operation> one);
  void complete(operations& done);
  void ring_bells();
  void complain();
  void tell_fault();
  void fence(const std::string& why);
  [[nodiscard]] failure damaged(const broken_row& why) const;
  [[nodiscard]] failure no_room(const operation& one, store::room why) const;

  store& on_;
  settings with_;
  std::optional<failure> fenced_;
  operations in_transaction_; ///< made, and not yet on disk; completed already if relaxed
  std::size_t completed_ = 0; ///< how many of these
  clock::time_point commit_at_;
  bool waits_for_room_ = false; ///< the disk is full: nothing of `in_transaction_` is made
  operations waiting_;          ///< has come since, and has not been made yet

  std::mutex mutex_;
  std::condition_variable wake_;
  operations queue_;
  bool stopping_ = false;
  std::function<void(token)> ring_;
  std::function<void(const std::string& why)> tell_; ///< empty once it has been told
  std::optional<std::string> fault_;                 ///< why it is fenced
  std::thread thread_;
};

} // namespace quipu::lmdb
