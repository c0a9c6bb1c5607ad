#pragma once

#include "collation/ledger.hpp"

#include <memory>

namespace quipu {

/// The embedded store: a directory, no server. One process, and in it one thread that writes.
///
/// Calls may be made from any thread and return at once; completions and bells come on the
/// writer's thread, which waits for them, so they hand on and return.
class lmdb_ledger final : public ledger {
public:
  enum class durability : std::uint8_t {
    sync,    ///< a call completes when it is on disk; calls that queue up meanwhile share a sync
    relaxed, ///< a call completes before; a kill or power loss costs the last 20 ms, never the
             ///< store
  };

  struct options {
    std::string path; ///< the directory; made (0700) if it is not there
    durability durable = durability::sync;
    std::size_t map_size = std::size_t{64} << 30U; ///< most that the data file may become, bytes
    std::size_t most_queued = 65'536;              ///< calls; beyond, no job is begun
    /// Looks at a directory where no engine runs: what writes is refused (`unavailable`).
    bool read_only = false;
    /// Epoch milliseconds, for tests. None: the wall clock when the store was opened and steady
    /// time since, never behind the newest time that the store has known.
    std::function<std::int64_t()> clock;
    /// Told on the store's thread, once for each row at the head of a queue that is damaged and
    /// passed by.
    std::function<void(std::string)> complain;
  };

  /// All leases found have lapsed: whoever had them is dead, since only one process may hold the
  /// directory. `conflict`: another does, the message says who; `unavailable`: no permission, no
  /// room, a newer format; `corrupt`: not a data file of quipu, or damaged.
  static result<std::unique_ptr<lmdb_ledger>> open(options with);
  ~lmdb_ledger() override;

  [[nodiscard]] std::int64_t now() const override;
  [[nodiscard]] std::string describe() const override;

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
  void on_bell(std::function<void(token)> ring) override;
  void on_fault(std::function<void(const std::string& why)> tell) override;

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

  /// Every row there is, one line each, "TABLE KEY VALUE": for tests that compare before and after.
  void dump(then<std::vector<std::string>> done);

private:
  struct inside;
  explicit lmdb_ledger(std::unique_ptr<inside> made);
  std::unique_ptr<inside> inside_;
};

} // namespace quipu
