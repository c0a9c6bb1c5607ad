#pragma once

#include "collation/shared_ledger.hpp"
#include "redis_bridge/address.hpp"

#include <chrono>
#include <memory>

namespace quipu {

/// The store that many nodes share: a Redis 7 server.
///
/// Every call is one call of the function library (`library/`), which is one atomic unit of the
/// server and of its append-only file; in a namespace of several partitions it is one of each
/// partition that it concerns (README.md says what that does not promise). Calls may be made from any thread and return at once;
/// completions and bells come on the store's own thread, which waits for them, so they hand on and
/// return.
///
/// A call whose connection was lost is `unreachable`: nobody knows whether it was done, and nothing
/// is sent again here; `on_doubt` says when the owner may compare. A call that was never sent is
/// `unavailable`.
class redis_ledger final : public shared_ledger {
public:
  struct options {
    redis::address at;
    std::string password;                       ///< empty: the server asks for none
    std::size_t most_queued = 65'536;           ///< calls; beyond, no job is begun
    std::chrono::milliseconds patience{10'000}; ///< for an answer; then the connection is made anew
    bool read_only = false;                     ///< what writes is refused (`unavailable`)
    /// Told of connections that are lost and made again. The store's own thread.
    std::function<void(const std::string&)> complain;
    /// Epoch milliseconds, for tests. None: the server's clock.
    std::function<std::int64_t()> clock;
  };

  /// A namespace that begins so is gone when its store is closed: for tests.
  static constexpr std::string_view thrown_away = "test-";

  /// `unavailable`: no server there, no permission, a newer format, a server that throws away what it
  /// has when its memory is full; the message says which. `complain` hears what else of the server's
  /// settings endangers jobs (doctor.hpp).
  static result<std::unique_ptr<redis_ledger>> open(options with);
  ~redis_ledger() override;

  [[nodiscard]] std::int64_t now() const override;
  [[nodiscard]] std::string describe() const override;
  [[nodiscard]] unsigned partitions() const override;

  void deploy(app_version what, then<void> done) override;
  void activate(std::string app, std::string version, then<void> done) override;
  void fetch(std::string app, std::string version, then<app_version> done) override;
  void apps(then<std::vector<app_version>> done) override;

  void renew(token mine, std::int64_t for_ms, std::string who, then<void> done) override;
  void leases(then<std::vector<lease>> done) override;
  void claim(token mine, std::size_t most, then<std::vector<snapshot>> done) override;
  void take(token dead, token mine, std::size_t most, then<std::vector<snapshot>> done) override;
  void seize(std::string job, token mine, then<snapshot> done) override;
  void pop(token mine, std::size_t most,
           then<std::vector<std::pair<std::string, std::vector<mail>>>> done) override;
  void owned(token mine, std::string after, std::size_t most, then<owned_page> done) override;
  void on_doubt(std::function<void()> tell) override;
  void on_bell(std::function<void(token)> ring) override;

  void start(birth what, then<receipt> done) override;
  void apply(commit what, then<receipt> done) override;
  void send(post what, then<void> done) override;
  void send(signal what, then<signalled> done) override;
  void due(std::int64_t now_ms, std::size_t most, then<fired> done) override;
  void serve(std::string topic, std::size_t most, then<std::size_t> done) override;
  void scrub(std::string job, then<void> done) override;
  void condense(std::string job, std::uint64_t upto, std::string checkpoint,
                then<void> done) override;

  void read(std::string job, then<snapshot> done) override;
  void history(std::string job, std::uint64_t first, std::size_t most,
               then<history_page> done) override;
  void jobs(job_filter which, then<job_page> done) override;
  void measures(measures_filter which, then<measures_page> done) override;
  void published(std::string after, std::size_t most,
                 then<std::vector<published_row>> done) override;

  void audit(std::string after, std::size_t most, then<audit_page> done) override;
  void mend(audit_row what, then<void> done) override;

private:
  struct inside;
  explicit redis_ledger(std::unique_ptr<inside> made);
  std::unique_ptr<inside> inside_;
};

} // namespace quipu
