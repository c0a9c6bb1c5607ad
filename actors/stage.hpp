#pragma once

#include "actors/runner.hpp"
#include "actors/shelf.hpp"
#include "actors/verbs.hpp"
#include "collation/ledger.hpp"

#include <quipu/client.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace quipu {

/// Time that moves only when it is told to. A store on a stage has it for its clock.
struct virtual_clock {
  std::int64_t now_ms = 1'700'000'000'000;
};

/// A reply to a call, and how long it takes.
struct late_reply {
  answer what;
  std::int64_t after_ms = 0;
};

/// One history record, described (inspect.hpp), and whose it is.
struct stage_entry {
  std::string job;
  std::int64_t at_ms = 0;
  json what;
};

/// An engine without threads: the same runner, over any store, in virtual time. Every verb returns
/// when nothing can move without time. The same script gives the same histories.
class stage {
public:
  /// Who answers a call; none: nobody serves its topic.
  using workers = std::function<std::optional<late_reply>(const wish::call&)>;

  /// All three outlive it. The store's clock is `time`.
  stage(ledger& store, virtual_clock& time, workers who, const job_terms& terms = {});

  /// Keeps a version and makes new jobs take it.
  result<void> activate(std::shared_ptr<const plan> app, const json& source);
  result<std::string> publish(const std::string& topic, json data, std::string id = {},
                              const std::string& app = {});
  result<signalled> signal(const std::string& topic, json data, std::string id = {},
                           const std::string& app = {});
  result<void> complete(completion what);
  result<void> interrupt(const std::string& job, const json& how);
  /// Starts a failed job again where it failed; gives the new one's id.
  result<std::string> retry(const std::string& job, std::string id = {});
  result<void> scrub(const std::string& job);
  /// Lets time pass, from one instant at which something is due to the next.
  void advance(std::int64_t by_ms);

  [[nodiscard]] result<job_info> job(const std::string& id);
  [[nodiscard]] result<std::vector<stage_entry>> history(const std::string& id);
  /// The measures of one key, or of all.
  [[nodiscard]] result<std::vector<stats_info>> stats(stats_query which);
  /// How many jobs are in memory.
  [[nodiscard]] std::size_t held() const noexcept { return runner_.size(); }
  /// How many calls have been made for a topic.
  [[nodiscard]] std::size_t calls(const std::string& topic) const;
  /// What has been published on a topic, in order.
  [[nodiscard]] const std::vector<json>& published(const std::string& topic) const;
  [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }

  /// Told of every record of every job when it has been written.
  std::function<void(const stage_entry&)> watch;
  /// More steps than this at one instant are a loop that time does not stop.
  std::size_t most_steps = 1'000'000;
  /// Set when that was exceeded, and the job that was last stepped.
  [[nodiscard]] const std::optional<std::string>& runaway() const noexcept { return runaway_; }

private:
  struct reply {
    std::string job;
    instance at;
    std::uint32_t attempt = 0;
    answer what;
  };

  void rest();
  bool perform();
  bool deliver();
  bool answer_next();
  void perform(wish::step& what);
  void perform(wish::start& what);
  void perform(wish::commit& what);
  void perform(wish::call& what);
  void perform(wish::cancel& what);
  void perform(wish::read& what);
  void perform(wish::accept& what);
  void perform(wish::tell& what);
  void perform(wish::alarm& what);
  void perform(wish::interrupt& what);
  void perform(wish::condense& what);
  void perform(wish::warn& what);
  void perform(wish::trace& what);
  result<snapshot> seize(const std::string& job);
  void listen();
  std::string random_name();
  /// A record as it is told: what it makes of the job is known only by folding all before it.
  std::optional<stage_entry> entry(const record& what, const quipu::job& after) const;
  void tell(const std::string& job, const write& what);

  ledger& store_;
  virtual_clock& time_;
  workers who_;
  shelf plans_;
  runner runner_;
  std::mt19937_64 random_{1};
  token mine_; ///< drawn from `random_`, as all names are
  std::uint64_t requests_ = 0;
  std::map<std::uint64_t, result<std::string>> accepted_;
  std::map<std::pair<std::int64_t, std::uint64_t>, reply>
      replies_; ///< by time, in order of calling
  std::uint64_t replies_made_ = 0;
  std::map<std::string, std::size_t> calls_;
  std::map<std::string, std::vector<json>> published_;
  std::string heard_; ///< the last publication
  std::vector<std::string> warnings_;
  std::map<std::string, quipu::job> watched_; ///< what has been told, folded
  std::size_t steps_ = 0;
  std::optional<std::string> runaway_;
};

} // namespace quipu
