#include "redis_bridge/channel.hpp"

#include "redis_bridge/command.hpp"
#include "redis_bridge/library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <future>
#include <iterator>
#include <utility>

namespace quipu::redis {

namespace {

constexpr std::size_t most_in_flight = 4'096;
constexpr std::size_t most_unwritten = 8U << 20U;
constexpr std::chrono::milliseconds look_every{100};
constexpr std::chrono::milliseconds time_every{1'000};
/// A server's clock that is further back than this has been put back.
constexpr std::int64_t put_back_ms = 1'000;
constexpr std::int64_t last_second = 253'402'300'799; // of the year 9999
constexpr std::string_view supported_format = "1";
constexpr std::string_view closed_early = "the store was closed before it had answered";

std::int64_t steady_ms() {
  timespec read{};
  clock_gettime(CLOCK_BOOTTIME, &read);
  return read.tv_sec * std::int64_t{1000} + read.tv_nsec / 1'000'000;
}

bool lacks_library(const piece& said) {
  return said.is_error() && said.text().find("Function not found") != std::string_view::npos;
}

} // namespace

channel::channel(loop& on, settings with) : on_{on}, with_{std::move(with)} {
  line::listener listener;
  listener.connected = [this] { greet(); };
  listener.answered = [this](whole_reply got) { answered(std::move(got)); };
  listener.lost = [this](const failure& why) { lost(why); };
  line_.emplace(on_, with_.server, std::move(listener));
  on_.every(look_every, alive_, [this] { look(); });
  on_.every(time_every, alive_, [this] {
    if (state_ == state::ready) ask_time();
  });
}

void channel::close() {
  std::unique_lock lock{mutex_};
  if (std::exchange(stopping_, true)) return;
  changed_.wait_for(lock, with_.patience * 2, [&] { return size_ == 0; });
  lock.unlock();
  const auto on_loop = [this](const std::function<void()>& what) {
    std::promise<void> done;
    on_.post([&] {
      what();
      done.set_value();
    });
    done.get_future().wait();
  };
  on_loop([this] {
    alive_.reset();
    {
      const std::lock_guard ending{mutex_};
      line_.reset();
      state_ = state::apart;
      closed_ = true;
      std::move(queue_.begin(), queue_.end(), std::back_inserter(in_flight_));
      queue_.clear();
    }
    refuse({fault::unreachable, std::string{closed_early}});
  });
  on_loop([] {}); // behind what calls had posted before it was closed
}

result<void> channel::wait() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [&] { return opened_.has_value(); });
  return *opened_;
}

void channel::send(std::string bytes, handler done, bool begins_job) {
  std::unique_lock lock{mutex_};
  if (closed_) {
    lock.unlock();
    return done(failure{fault::unreachable, std::string{closed_early}});
  }
  if (begins_job && size_ >= with_.most_queued) {
    const auto queued = size_;
    lock.unlock();
    // Completions come on the loop's thread, whatever they say.
    return on_.post([this, queued, done = std::move(done)] {
      done(failure{fault::overloaded,
                   fmt::format("{} calls are queued for {} and no job is begun; limits.store.calls "
                               "is {}: try again",
                               queued, with_.server.to.text(), with_.most_queued)});
    });
  }
  ++size_;
  const bool is_alone = state_ == state::ready && in_flight_.empty() && queue_.empty();
  if (is_alone && line_->write_at_once(bytes)) {
    in_flight_.push_back({std::move(bytes), std::move(done), clock::now()});
    return;
  }
  queue_.push_back({std::move(bytes), std::move(done), clock::now()});
  if (std::exchange(woken_, true)) return;
  lock.unlock();
  on_.post([this] { flush(); });
}

void channel::become(state next) {
  const std::lock_guard lock{mutex_};
  state_ = next;
}

/// Hands on what is queued, as far as there is room.
void channel::flush() {
  std::string together;
  {
    const std::lock_guard lock{mutex_};
    woken_ = false;
    if (state_ != state::ready) return;
    const auto now = clock::now();
    while (!queue_.empty() && in_flight_.size() < most_in_flight &&
           line_->unwritten() + together.size() < most_unwritten) {
      in_flight_.push_back(std::move(queue_.front()));
      queue_.pop_front();
      in_flight_.back().since = now;
      together += in_flight_.back().bytes;
    }
  }
  if (!together.empty()) line_->write(together);
}

/// Past the queue: what has to be settled before anything else is sent.
void channel::exchange(std::string bytes, handler done) {
  const std::lock_guard lock{mutex_};
  line_->write(bytes);
  in_flight_.push_back({std::move(bytes), std::move(done), clock::now()});
  ++size_;
}

void channel::greet() {
  become(state::greeting);
  offered_ = false;
  const auto known = partitions();
  const auto wanted = known != 0 ? known : with_.server.to.partitions;
  command words{"FCALL", "quipu1_open", "1"};
  words.add(with_.server.to.prefix())
      .add("")
      .add("")
      .number(std::max(wanted, 1U))
      .add(with_.only_looks ? "1" : "");
  exchange(words.bytes(), [this, wanted](result<whole_reply> said) { open_store(said, wanted); });
}

void channel::open_store(const result<whole_reply>& said, unsigned wanted) {
  if (!said) return;
  const piece what{said->get()};
  if (lacks_library(what) && !offered_) return load_library();
  std::string trouble;
  if (what.is_error() && what.text().find("unknown command") != std::string_view::npos)
    trouble = "it knows no functions: Redis 7 or newer is needed";
  else if (what.is_error())
    trouble = what.string();
  else if (what.size() > 0 && what[0].is_nothing())
    trouble = fmt::format("the user may not run {} (redis_bridge/README.md lists what it needs)",
                          what[2].text());
  else if (what.size() != 3 && what.size() != 4)
    trouble = "quipu1_open says something unknown";
  else if (what[0].text() != supported_format)
    trouble = fmt::format("its rows are of format {}, this program knows {}: a newer one is needed",
                          what[0].text(), supported_format);
  else if (what[2].text() != library_digest())
    trouble = fmt::format("another program has loaded another library {}: when no node runs, "
                          "FUNCTION DELETE {} makes room for this one",
                          library_name, library_name);
  else if (const auto there = what[3].text(); wanted != 0 && there != std::to_string(wanted))
    trouble = fmt::format("its namespace \"{}\" is of {} partition{}, not of {}: that is settled "
                          "when it is made; partitions={}, or none said, would be right",
                          with_.server.to.space, there, there == "1" ? "" : "s", wanted, there);
  else
    partitions_ = static_cast<unsigned>(what[3].number());
  if (!trouble.empty()) return line_->drop(trouble);
  ask_time();
}

void channel::load_library() {
  offered_ = true;
  exchange(command{"FUNCTION", "LOAD", library_text()}.bytes(), [this](result<whole_reply> said) {
    if (!said) return;
    // Another node may have been faster.
    const piece what{said->get()};
    if (what.is_error() && what.text().find("already exists") == std::string_view::npos)
      return line_->drop(
          fmt::format("the library {} cannot be loaded: {}", library_name, what.text()));
    if (state_ == state::greeting) return greet();
    begin();
  });
}

void channel::ask_time() {
  exchange(command{"TIME"}.bytes(), [this](result<whole_reply> said) {
    if (!said) return;
    const piece what{said->get()};
    const auto seconds = what.size() == 2 ? what[0].said_number() : std::nullopt;
    const auto rest_us = what.size() == 2 ? what[1].said_number() : std::nullopt;
    if (!seconds || !rest_us || *seconds < 0 || *seconds > last_second) {
      if (state_ == state::greeting) line_->drop("TIME is refused: " + what.string());
      return;
    }
    const auto server = *seconds * 1000 + *rest_us / 1000;
    // Both are cut to milliseconds; a millisecond less is never ahead.
    ahead_ = server - steady_ms() - 1;
    if (newest_ - server > put_back_ms) newest_ = server;
    if (state_ != state::greeting) return;
    if (std::exchange(been_ready_, true)) {
      if (with_.complain) with_.complain(fmt::format("{} is there again", with_.server.to.text()));
      if (with_.reconnected) with_.reconnected();
    }
    complained_ = false;
    {
      const std::lock_guard lock{mutex_};
      opened_ = result<void>{};
    }
    changed_.notify_all();
    begin();
  });
}

/// The store is open: what was refused for want of the library first, then the queue.
void channel::begin() {
  {
    const std::lock_guard lock{mutex_};
    for (; !again_.empty(); again_.pop_back()) queue_.push_front(std::move(again_.back()));
    state_ = state::ready;
  }
  flush();
}

void channel::answered(whole_reply got) {
  std::unique_lock lock{mutex_};
  if (in_flight_.empty()) {
    lock.unlock();
    return line_->drop("an answer came that nobody asked for");
  }
  auto first = std::move(in_flight_.front());
  in_flight_.pop_front();
  if (lacks_library(piece{got.get()}) && (state_ == state::ready || state_ == state::loading)) {
    again_.push_back(std::move(first));
    const auto was = std::exchange(state_, state::loading);
    lock.unlock();
    if (was == state::ready) load_library();
    return;
  }
  const bool more = !queue_.empty() && !woken_;
  lock.unlock();
  first.done(std::move(got));
  lock.lock();
  if (--size_ == 0 && stopping_) changed_.notify_all();
  lock.unlock();
  if (more && state_ == state::ready) flush();
}

void channel::lost(const failure& why) {
  become(state::apart);
  last_trouble_ = why.message;
  if (!been_ready_) {
    {
      const std::lock_guard lock{mutex_};
      if (!opened_) opened_ = result<void>{why};
    }
    changed_.notify_all();
  } else if (with_.complain && !std::exchange(complained_, true)) {
    with_.complain("lost " + why.message);
  }
  refuse({fault::unreachable, why.message + "; whether it was done is unknown"});
}

/// What was written has no answer any more.
void channel::refuse(const failure& why) {
  std::deque<call> gone;
  {
    const std::lock_guard lock{mutex_};
    gone.swap(in_flight_);
  }
  for (auto& each : again_) gone.push_back(std::move(each));
  again_.clear();
  for (auto& each : gone) each.done(why);
  const std::lock_guard lock{mutex_};
  size_ -= gone.size();
  if (size_ == 0 && stopping_) changed_.notify_all();
}

/// What has waited too long.
void channel::look() {
  const auto then = clock::now() - with_.patience;
  bool is_stuck = false;
  {
    const std::lock_guard lock{mutex_};
    is_stuck = !in_flight_.empty() && in_flight_.front().since < then;
  }
  if (is_stuck && line_) line_->drop(fmt::format("no answer within {} ms", with_.patience.count()));
  std::deque<call> late;
  {
    const std::lock_guard lock{mutex_};
    if (state_ == state::ready) return;
    while (!queue_.empty() && queue_.front().since < then) {
      late.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
  }
  for (auto& each : late)
    each.done(failure{fault::unavailable, last_trouble_ + "; nothing was sent"});
  const std::lock_guard lock{mutex_};
  size_ -= late.size();
  if (size_ == 0 && stopping_) changed_.notify_all();
}

std::int64_t channel::now() const {
  const auto read = steady_ms() + ahead_;
  auto newest = newest_.load();
  while (newest < read && !newest_.compare_exchange_weak(newest, read)) {
  }
  return std::max(newest, read);
}

} // namespace quipu::redis
