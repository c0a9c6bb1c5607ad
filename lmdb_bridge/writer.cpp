#include "lmdb_bridge/writer.hpp"

#include <fmt/format.h>

#include <set>

#include <pthread.h>

namespace quipu::lmdb {

namespace {

constexpr std::chrono::milliseconds longest_unsynced{20};

// How often a full disk is tried again.
constexpr std::chrono::milliseconds between_tries{100};

// So that a transaction and its sync stay short, however much has queued up.
constexpr std::size_t most_in_batch = 1024;

bool is_full_disk(const trouble& why) { return why.code == ENOSPC || why.code == EDQUOT; }

} // namespace

writer::writer(store& on, settings with) : on_{on}, with_{std::move(with)} {
  thread_ = std::thread{[this] { run(); }};
  pthread_setname_np(thread_.native_handle(), "quipu-lmdb"); // what ps and top show
}

writer::~writer() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void writer::add(std::unique_ptr<operation> next) {
  bool was_empty = false;
  {
    const std::lock_guard lock{mutex_};
    if (next->begins_job && queue_.size() >= with_.most_queued)
      next->refuse(
          {fault::overloaded, fmt::format("{} calls are queued for {} and no job is begun; "
                                          "limits.store.calls is {}: try again",
                                          queue_.size(), with_.describe, with_.most_queued)});
    was_empty = queue_.empty();
    queue_.push_back(std::move(next));
  }
  if (was_empty) wake_.notify_one();
}

void writer::on_bell(std::function<void(token)> ring) {
  const std::lock_guard lock{mutex_};
  ring_ = std::move(ring);
}

void writer::on_fault(std::function<void(const std::string& why)> tell) {
  {
    const std::lock_guard lock{mutex_};
    tell_ = std::move(tell);
    if (!tell_ || !fault_) return;
  }
  wake_.notify_one();
}

void writer::run() {
  for (;;) {
    auto batch = next_batch();
    const bool done = batch.empty() && !on_.is_open() && in_transaction_.empty();
    perform_all(std::move(batch));
    tell_fault();
    if (!done) continue;
    const std::lock_guard lock{mutex_};
    if (stopping_ && queue_.empty()) return;
  }
}

// Waits until there is something to do or the open transaction is to be committed.
writer::operations writer::next_batch() {
  std::unique_lock lock{mutex_};
  const auto ready = [&] { return stopping_ || !queue_.empty() || (fault_ && tell_); };
  if (on_.is_open() || waits_for_room_)
    wake_.wait_until(lock, commit_at_, ready);
  else
    wake_.wait(lock, ready);
  operations batch;
  if (queue_.size() <= most_in_batch) {
    batch.swap(queue_);
  } else {
    const auto end = queue_.begin() + most_in_batch;
    std::move(queue_.begin(), end, std::back_inserter(batch));
    queue_.erase(queue_.begin(), end);
  }
  return batch;
}

void writer::perform_all(operations batch) {
  const bool idle = batch.empty();
  for (auto& one : batch) perform(std::move(one));
  bool stop = false;
  {
    const std::lock_guard lock{mutex_};
    stop = stopping_ && queue_.empty();
  }
  if (waits_for_room_) {
    if (!stop && clock::now() < commit_at_) return;
    if (redo()) commit();
    if (stop && waits_for_room_) fence("cannot commit: no space left on the disk");
    if (!waits_for_room_) perform_all(std::exchange(waiting_, {}));
  } else if (with_.relaxed && !with_.read_only) {
    complete(in_transaction_);
    ring_bells();
    if ((stop || idle || clock::now() >= commit_at_)) commit();
  } else {
    commit();
  }
}

void writer::perform(std::unique_ptr<operation> one) {
  if (fenced_) {
    one->refuse(*fenced_);
    return one->complete();
  }
  if (waits_for_room_) return put_off(std::move(one));
  for (bool again = true; again;) {
    again = false;
    try {
      attempt(*one);
    } catch (const trouble& why) {
      return again_without(std::move(one), why);
    } catch (const broken_row& why) {
      // A queue is gone through again without the row that it stumbled over.
      const bool passes = on_.pass_by(why);
      on_.abort();
      again = redo() && passes;
      if (!again) one->refuse(damaged(why));
    }
  }
  complain();
  in_transaction_.push_back(std::move(one));
}

void writer::attempt(operation& one) {
  if (one.refused) return;
  if (!on_.is_open()) {
    on_.begin(with_.read_only);
    commit_at_ = clock::now() + longest_unsynced;
  }
  // What was made once has had its answer, or will: it is not refused any more.
  if (one.begins_job && !one.at_ms)
    if (const auto room = on_.room_for_jobs(); room != store::room::enough)
      return one.refuse(no_room(one, room));
  if (!one.at_ms) one.at_ms = with_.now();
  on_.now = *one.at_ms;
  one.perform(on_);
  on_.flush();
}

void writer::again_without(std::unique_ptr<operation> culprit, const trouble& why) {
  on_.abort();
  if (is_full_disk(why)) {
    wait_for_room();
    return put_off(std::move(culprit));
  }
  if (why.code != MDB_MAP_FULL && why.code != MDB_TXN_FULL) {
    fence(why.what());
    culprit->refuse(*fenced_);
    return culprit->complete();
  }
  (void)redo();
  if (fenced_) {
    culprit->refuse(*fenced_);
    return culprit->complete();
  }
  // Once more, behind a commit: that sets pages free.
  if (!waits_for_room_) commit();
  if (waits_for_room_) return put_off(std::move(culprit));
  if (!culprit->begins_job && !fenced_) {
    try {
      attempt(*culprit);
      in_transaction_.push_back(std::move(culprit));
      return;
    } catch (const trouble& again) {
      on_.abort();
      if (is_full_disk(again)) {
        wait_for_room();
        return put_off(std::move(culprit));
      }
    } catch (const broken_row& row) {
      (void)on_.pass_by(row);
      on_.abort(); // nothing else is in it
      culprit->refuse(damaged(row));
      return culprit->complete();
    }
  }
  culprit->refuse(fenced_ ? *fenced_ : no_room(*culprit, store::room::full_file));
  culprit->complete();
}

// What has not been made is made when there is room; a job does not begin before.
void writer::put_off(std::unique_ptr<operation> one) {
  if (!one->begins_job) return waiting_.push_back(std::move(one));
  one->refuse(no_room(*one, store::room::full_disk));
  one->complete();
}

// Makes the calls of a transaction that came to nothing again, in a new one. False: they cannot be.
// Each has been made before, so what it meets now is the fault of the store.
bool writer::redo() {
  try {
    for (const auto& one : in_transaction_) attempt(*one);
    return true;
  } catch (const trouble& why) {
    on_.abort();
    is_full_disk(why) ? wait_for_room() : fence(why.what());
  } catch (const broken_row& why) {
    on_.abort();
    fence(why.what());
  }
  return false;
}

void writer::commit() {
  try {
    if (on_.is_open()) on_.commit();
    complete(in_transaction_);
    in_transaction_.clear();
    completed_ = 0;
    waits_for_room_ = false;
    ring_bells();
  } catch (const trouble& why) {
    on_.abort();
    if (is_full_disk(why)) return wait_for_room();
    // Each call has found room, what the commit writes besides has not.
    if (why.code == MDB_MAP_FULL && on_.stretch()) {
      if (redo()) commit();
      return;
    }
    fence(why.what());
  }
}

// Nothing of the transaction is on disk. Jobs that nobody was told of yet do not begin; all else
// stays, and is made again later.
void writer::wait_for_room() {
  waits_for_room_ = true;
  commit_at_ = clock::now() + between_tries;
  operations refused;
  for (auto at = completed_; at < in_transaction_.size(); ++at)
    if (in_transaction_[at]->begins_job) refused.push_back(std::move(in_transaction_[at]));
  std::erase(in_transaction_, nullptr);
  for (auto& one : refused) {
    if (!one->refused) one->refuse(no_room(*one, store::room::full_disk));
    one->complete();
  }
}

void writer::complete(operations& done) {
  for (; completed_ < done.size(); ++completed_) done[completed_]->complete();
}

void writer::ring_bells() {
  if (on_.bells.empty()) return;
  const std::set<token> bells{on_.bells.begin(), on_.bells.end()};
  on_.bells.clear();
  std::function<void(token)> ring;
  {
    const std::lock_guard lock{mutex_};
    ring = ring_;
  }
  if (ring)
    for (auto whose : bells) ring(whose);
}

void writer::complain() {
  for (const auto& each : std::exchange(on_.complaints, {}))
    if (with_.complain) with_.complain(fmt::format("{}: {}", with_.describe, each));
}

// Once, when those whose calls were in the transaction have had their answers.
void writer::tell_fault() {
  std::function<void(const std::string& why)> tell;
  std::string why;
  {
    const std::lock_guard lock{mutex_};
    if (!fault_ || !tell_) return;
    tell = std::exchange(tell_, nullptr);
    why = *fault_;
  }
  tell(why);
}

// What was in the transaction may be on disk or not.
void writer::fence(const std::string& why) {
  fenced_ = failure{
      fault::unavailable,
      fmt::format("{} {}; it takes nothing more until it is opened again", with_.describe, why)};
  const failure unknown{fault::unreachable, fenced_->message};
  for (auto at = completed_; at < in_transaction_.size(); ++at)
    in_transaction_[at]->refuse(unknown);
  complete(in_transaction_);
  in_transaction_.clear();
  completed_ = 0;
  waits_for_room_ = false;
  const std::lock_guard lock{mutex_};
  fault_ = fenced_->message;
}

failure writer::damaged(const broken_row& why) const {
  return {fault::corrupt, fmt::format("{}: {}", with_.describe, why.what())};
}

failure writer::no_room(const operation& one, store::room why) const {
  if (why == store::room::full_disk)
    return {fault::unavailable,
            fmt::format("no space left on the disk of {}, so no job is begun; what has begun goes "
                        "on: free some",
                        with_.describe)};
  return {fault::unavailable,
          fmt::format("{} is full{}: raise limits.store.bytes, or scrub ended jobs", with_.describe,
                      one.begins_job ? ", so no job is begun" : "")};
}

} // namespace quipu::lmdb
