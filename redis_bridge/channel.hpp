#pragma once

#include "redis_bridge/line.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

namespace quipu::redis {

/// Calls of the function library on their way: written while answers to those before come in, at
/// most so many at once; the others queue. Answers come in the order of the calls, on the loop's
/// thread.
///
/// A call that is not answered in time ends the connection. When a connection is lost, what was
/// written is `unreachable` (nobody knows whether it was done) and what was not waits for the next
/// connection, up to its time: then it is `unavailable`.
///
/// A server that does not know the library is given it, and what it refused is sent again.
class channel {
public:
  struct settings {
    line::settings server;
    std::size_t most_queued = 65'536; ///< beyond, no job is begun
    bool only_looks = false;          ///< nothing is made of a namespace that is not there
    std::chrono::milliseconds patience{10'000};
    /// A connection has been made again: the store may be older than what was said. Before anything
    /// is sent on it.
    std::function<void()> reconnected;
    std::function<void(std::string)> complain; ///< connections that are lost, and made again
  };
  using handler = std::function<void(result<whole_reply>)>;

  channel(loop& on, settings with);
  /// As `close`.
  ~channel() { close(); }
  channel(const channel&) = delete;
  channel& operator=(const channel&) = delete;

  /// Waits for the first connection, or why there is none.
  result<void> wait();
  /// Of the store, once it is open.
  [[nodiscard]] unsigned partitions() const { return partitions_; }
  /// Any thread: one that finds nothing in flight writes it itself, which spares a hand-over; else the
  /// loop's thread writes together what has come. `begins_job`: it is refused (`overloaded`) when
  /// too much is queued.
  void send(std::string bytes, handler done, bool begins_job = false);
  /// Answers everything that was accepted, and what those answers ask for, then ends: what is asked
  /// from then on, on the loop's thread, is `unreachable` at once. Not on the loop's thread.
  void close();

  /// Epoch milliseconds: what the server last said plus steady time since, so never ahead of it.
  [[nodiscard]] std::int64_t now() const;

private:
  using clock = std::chrono::steady_clock;
  struct call {
    std::string bytes;
    handler done;
    clock::time_point since; ///< it was queued; then: it was written
  };
  enum class state : std::uint8_t { apart, greeting, loading, ready };

  void become(state next);
  void flush();
  void exchange(std::string bytes, handler done);
  void greet();
  void open_store(const result<whole_reply>& said, unsigned wanted);
  void load_library();
  void begin();
  void ask_time();
  void answered(whole_reply got);
  void lost(const failure& why);
  void look();
  void refuse(const failure& why);

  loop& on_;
  settings with_;
  std::atomic<unsigned> partitions_ = 0; ///< 0: nobody knows yet
  bool offered_ = false;                 ///< the library, on this connection
  bool been_ready_ = false;              ///< the store was open before
  bool complained_ = false;
  std::string last_trouble_;
  std::deque<call> again_;             ///< refused for want of the library
  std::atomic<std::int64_t> ahead_{0}; ///< the server's clock over CLOCK_BOOTTIME
  mutable std::atomic<std::int64_t> newest_{0};

  std::mutex mutex_;
  state state_ = state::apart; ///< changes on the loop's thread
  std::deque<call> in_flight_; ///< written, or behind what was
  std::deque<call> queue_;
  std::size_t size_ = 0; ///< of everything that is not answered
  bool woken_ = false;
  bool stopping_ = false;
  bool closed_ = false;
  std::optional<result<void>> opened_;
  std::condition_variable changed_;

  std::shared_ptr<const void> alive_ = std::make_shared<int>();
  std::optional<line> line_;
};

} // namespace quipu::redis
