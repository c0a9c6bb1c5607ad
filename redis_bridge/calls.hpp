#pragma once

#include "collation/ledger.hpp"
#include "collation/partition.hpp"
#include "redis_bridge/bell.hpp"
#include "redis_bridge/carrier.hpp"
#include "redis_bridge/channel.hpp"
#include "redis_bridge/rows.hpp"
#include "redis_bridge/witness.hpp"
#include "redis_bridge/writes.hpp"

namespace quipu::redis {

/// What a function refused, by its name for it, and what its message is made of.
using refused = std::function<failure(std::string_view why, const piece& said)>;

/// Calls of the function library: words out, answers in. What a call has sent to other partitions is
/// carried before its completion; its bells are rung behind it.
class calls {
public:
  struct settings {
    channel::settings server;
    bool read_only = false;
    std::function<std::int64_t()> clock; ///< a test's; none: the server's
  };

  explicit calls(settings with);
  ~calls();

  [[nodiscard]] result<void> wait();
  /// Of the store, once it is open.
  [[nodiscard]] unsigned partitions() const { return channel_->partitions(); }
  [[nodiscard]] unsigned of(std::string_view job) const { return partition_of(job, partitions()); }
  [[nodiscard]] std::int64_t now() const;
  /// For an answer.
  [[nodiscard]] std::chrono::milliseconds patience() const { return with_.server.patience; }
  [[nodiscard]] const address& at() const { return with_.server.server.to; }
  void on_bell(std::function<void(token)> ring);
  void on_doubt(std::function<void()> tell);
  void listen(token to) { bell_->listen(to); }

  enum class does : std::uint8_t {
    reads,
    writes,
    carries, ///< between partitions, also where nothing else is changed
    begins,  ///< a job: refused when too much is queued; and told
    tells,   ///< something to the outside: with `wait`, only what replicas have
    ends     ///< a job: told when they have it, however long that takes
  };

  /// A command of the server itself. Waits: not on the store's thread.
  [[nodiscard]] result<whole_reply> ask(const command& words);

  /// The first words of a call to a partition.
  [[nodiscard]] command begin(std::string_view function, unsigned partition = 0);
  /// 64 random bits, in 16 digits.
  [[nodiscard]] std::string random_name();

  /// Makes a call. `read` makes a T of the answer and tells which piece of it holds bells (tokens in
  /// one text), if any did; `why` makes a failure of a refusal.
  template <class T, class Read>
  void make(does what, const command& words, then<T> done, Read read, refused why = {}) {
    if (what != does::reads && what != does::carries && with_.read_only)
      return complete(std::move(done),
                      failure{fault::unavailable, at().text() + " is only looked at, not changed"});
    channel_->send(
        words.bytes(),
        [this, what, done = std::move(done), read = std::move(read),
         why = std::move(why)](result<whole_reply> got) mutable {
          std::string bells;
          auto answer =
              got ? understood<T>(piece{got->get()}, read, why, bells) : result<T>{got.error()};
          got = failure{}; // free it before others are woken
          auto finish = [this, what, done = std::move(done)](result<T> said,
                                                             const std::string& rung) mutable {
            tell(what, std::move(said), std::move(done));
            ring(rung);
          };
          auto boxes = take_boxes(bells);
          if (boxes.empty()) return finish(std::move(answer), bells);
          carrier_.settle(std::move(boxes),
                          [finish = std::move(finish), answer = std::move(answer),
                           bells]() mutable { finish(std::move(answer), bells); });
        },
        what == does::begins);
  }

  /// Carries what these have; on the store's own thread.
  void settle(std::vector<box> boxes, std::function<void()> done) {
    carrier_.settle(std::move(boxes), std::move(done));
  }

  /// Completes on the store's own thread.
  template <class T>
  void complete(then<T> done, failure why) {
    loop_.post([done = std::move(done), why = std::move(why)] {
      if (done) done(why);
    });
  }

private:
  /// What is told to the outside is told when enough replicas have it.
  template <class T>
  void tell(does what, result<T> answer, then<T> done) {
    if (!done) return;
    if (!witness_ || !answer || what == does::reads || what == does::writes ||
        what == does::carries)
      return done(std::move(answer));
    auto told = [this, answer = std::move(answer), done = std::move(done)](result<void> seen) {
      if (seen) return done(answer);
      done(seen.error());
      doubt(); // it is done here, and who asked does not know
    };
    if (what == does::ends)
      witness_->insist(std::move(told));
    else
      witness_->ask(std::move(told));
  }

  template <class T, class Read>
  result<T> understood(const piece& said, const Read& read, const refused& why,
                       std::string& bells) {
    if (said.is_error()) return trouble(said.text());
    try {
      if (said.size() > 0 && said[0].is_nothing()) {
        const auto name = said[1].text();
        if (name == "forbidden")
          return failure{fault::unavailable,
                         at().text() + ": the user may not run " + said[2].string() +
                             "; nothing was written (redis_bridge/README.md lists what it needs)"};
        return why(name, said);
      }
      return read(said, bells);
    } catch (const broken_row& what) {
      return failure{fault::corrupt, at().text() + ": " + what.what()};
    }
  }
  [[nodiscard]] failure trouble(std::string_view error) const;
  void ring(std::string_view bells);
  void doubt();

  settings with_;
  std::string self_;
  std::string asker_;                 ///< as each call says it
  std::vector<std::string> prefixes_; ///< of the partitions
  std::mutex mutex_;
  std::function<void(token)> ring_;
  std::function<void()> doubt_;
  loop loop_;
  carrier carrier_{*this};
  std::optional<channel> channel_;
  std::optional<bell> bell_;
  std::optional<witness> witness_;
};

} // namespace quipu::redis
