#include "lmdb_bridge/writer.hpp"

#include <fmt/format.h>

#include <set>

namespace quipu::lmdb {

namespace {

constexpr std::chrono::milliseconds longest_unsynced{20};

// So that a transaction and its sync stay short, however much has queued up.
constexpr std::size_t most_in_batch = 1024;

} // namespace

writer::writer(store& on, settings with) : on_{on}, with_{std::move(with)} {
  thread_ = std::thread{[this] { run(); }};
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

void writer::run() {
  for (;;) {
    auto batch = next_batch();
    const bool done = batch.empty() && !on_.is_open();
    perform_all(std::move(batch));
    if (!done) continue;
    const std::lock_guard lock{mutex_};
    if (stopping_ && queue_.empty()) return;
  }
}

// Waits until there is something to do or the open transaction is to be committed.
writer::operations writer::next_batch() {
  std::unique_lock lock{mutex_};
  const auto ready = [&] { return stopping_ || !queue_.empty(); };
  if (on_.is_open())
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
  if (with_.relaxed && !with_.read_only) {
    complete(in_transaction_);
    ring_bells();
    bool stop = false;
    {
      const std::lock_guard lock{mutex_};
      stop = stopping_ && queue_.empty();
    }
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
  try {
    attempt(*one);
    in_transaction_.push_back(std::move(one));
  } catch (const trouble& why) {
    again_without(std::move(one), why);
  } catch (const broken_row& why) {
    on_.abort();
    redo();
    one->refuse({fault::corrupt, fmt::format("{}: {}", with_.describe, why.what())});
    in_transaction_.push_back(std::move(one));
  }
}

void writer::attempt(operation& one) {
  if (one.refused) return;
  if (!on_.is_open()) {
    on_.begin(with_.read_only);
    commit_at_ = clock::now() + longest_unsynced;
  }
  if (one.begins_job && !on_.has_room()) return one.refuse(no_room(one));
  if (!one.at_ms) one.at_ms = with_.now();
  on_.now = *one.at_ms;
  one.perform(on_);
  on_.flush();
}

void writer::again_without(std::unique_ptr<operation> culprit, const trouble& why) {
  on_.abort();
  if (why.code != MDB_MAP_FULL && why.code != MDB_TXN_FULL) {
    fence(why.what());
    culprit->refuse(*fenced_);
    return culprit->complete();
  }
  redo();
  if (fenced_) {
    culprit->refuse(*fenced_);
    return culprit->complete();
  }
  // Once more, behind a commit: that sets pages free.
  commit();
  if (!culprit->begins_job && !fenced_) {
    try {
      attempt(*culprit);
      in_transaction_.push_back(std::move(culprit));
      return;
    } catch (const trouble&) {
      on_.abort();
    }
  }
  culprit->refuse(fenced_ ? *fenced_ : no_room(*culprit));
  culprit->complete();
}

// Makes the calls of a transaction that came to nothing again, in a new one.
void writer::redo() {
  try {
    for (const auto& one : in_transaction_) attempt(*one);
  } catch (const std::runtime_error& why) {
    on_.abort();
    fence(why.what());
  }
}

void writer::commit() {
  try {
    if (on_.is_open()) on_.commit();
    complete(in_transaction_);
    in_transaction_.clear();
    completed_ = 0;
    ring_bells();
  } catch (const trouble& why) {
    on_.abort();
    fence(why.what());
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
}

failure writer::no_room(const operation& one) const {
  return {fault::unavailable,
          fmt::format("{} is full{}: raise limits.store.bytes, or scrub ended jobs", with_.describe,
                      one.begins_job ? ", so no job is begun" : "")};
}

} // namespace quipu::lmdb
