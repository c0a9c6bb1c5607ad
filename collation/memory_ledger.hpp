#pragma once

#include "collation/ledger.hpp"

#include <memory>

namespace quipu {

/// The reference among the stores: everything in maps, correct by being simple. For tests and
/// simulation; nothing outlives it.
///
/// Every call completes before it returns, on the thread that made it and outside the lock, so a
/// completion may call again: that inner call completes first. Bells ring after the completion of
/// the call that caused them.
class memory_ledger final : public ledger {
public:
  /// `clock` gives epoch milliseconds; it is the only time that leases, timers and `now` know, so a
  /// test that owns the clock owns the time. None: the machine's.
  explicit memory_ledger(std::function<std::int64_t()> clock = {});
  ~memory_ledger() override;

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
  [[nodiscard]] std::vector<std::string> dump() const;

private:
  struct inside;
  std::unique_ptr<inside> inside_;
};

} // namespace quipu
