#pragma once

#include "collation/memory_ledger.hpp"
#include "tests/sim/model.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace quipu::sim {

/// A ledger that looks at everything which comes through it: follows each record with the reference
/// interpreter, and watches owners, heads, mail, children, publications. What cannot be is thrown as
/// `wrong`, out of the call that showed it.
class auditor final : public ledger {
public:
  auditor(memory_ledger& store, const story& of) : store_(store), story_(of) {}

  // What the world outside does, told before it is done

  void will_start(const std::string& job, const std::string& gid, json message);
  void accepted(const std::string& job) const;
  void told(const std::string& job, const json& report) const;
  /// A worker has been asked.
  void called(const std::string& job, const std::string& key, const std::string& gid,
              const instance& at, std::uint32_t attempt, const std::string& topic,
              const json& input);
  void will_reply(const std::string& job, const instance& at, std::uint32_t attempt, said what);
  void will_signal(const std::string& mail, const std::string& topic, json data);
  void signal_answered(const std::string& mail, const result<signalled>& how);
  void will_complete(const std::string& mail, said what);
  void will_interrupt(const std::string& job, bool throws, bool descend);
  /// The caller was told that a job is interrupted.
  void interrupted(const std::string& job) { must_end_.insert(job); }

  /// A call has become pending: somebody may complete it.
  std::function<void(const std::string& job, const std::string& activity, std::uint32_t pass)>
      on_pending;

  struct kept {
    model state;
    std::string gid;
    std::string parent;
    instance parent_at;
    bool severed = false;
    token owner = 0;
    head at{};
    std::size_t takes = 0;   ///< from engines that had died
    std::size_t recalls = 0; ///< calls made again because of that
    std::vector<std::string> records;
    std::optional<json> report;
  };
  [[nodiscard]] const std::map<std::string, kept>& jobs() const noexcept { return jobs_; }

  /// L1: whatever does not wait for the outside has ended; nothing that came for a job lies about.
  void check_rest() const;
  /// What lies there for jobs: job, mail.
  [[nodiscard]] std::set<std::pair<std::string, std::string>> mail_there() const;
  /// Whoever is to take it up is told at once.
  void check_taken(const std::set<std::pair<std::string, std::string>>& before) const;
  /// I1, I5: every job has ended; its history folds to what is stored, byte for byte.
  void check_ends() const;
  void check_states() const;
  [[nodiscard]] std::uint64_t seen() const noexcept { return records_; }

  // ledger

  [[nodiscard]] std::int64_t now() const override { return store_.now(); }
  [[nodiscard]] std::string describe() const override { return store_.describe(); }
  void deploy(app_version what, then<void> done) override {
    store_.deploy(std::move(what), std::move(done));
  }
  void activate(std::string app, std::string version, then<void> done) override {
    store_.activate(std::move(app), std::move(version), std::move(done));
  }
  void fetch(std::string app, std::string version, then<app_version> done) override {
    store_.fetch(std::move(app), std::move(version), std::move(done));
  }
  void apps(then<std::vector<app_version>> done) override { store_.apps(std::move(done)); }
  void renew(token mine, std::int64_t for_ms, std::string who, then<void> done) override {
    store_.renew(mine, for_ms, std::move(who), std::move(done));
  }
  void leases(then<std::vector<lease>> done) override { store_.leases(std::move(done)); }
  void claim(token mine, std::size_t most, then<std::vector<snapshot>> done) override;
  void take(token dead, token mine, std::size_t most, then<std::vector<snapshot>> done) override;
  void seize(std::string job, token mine, then<snapshot> done) override;
  void pop(token mine, std::size_t most,
           then<std::vector<std::pair<std::string, std::vector<mail>>>> done) override {
    store_.pop(mine, most, std::move(done));
  }
  void on_bell(std::function<void(token)> ring) override { store_.on_bell(std::move(ring)); }
  void start(birth what, then<receipt> done) override;
  void apply(commit what, then<receipt> done) override;
  void send(post what, then<void> done) override { store_.send(std::move(what), std::move(done)); }
  void send(signal what, then<signalled> done) override {
    store_.send(std::move(what), std::move(done));
  }
  void due(std::int64_t now_ms, std::size_t most, then<fired> done) override {
    store_.due(now_ms, most, std::move(done));
  }
  void serve(std::string topic, std::size_t most, then<std::size_t> done) override {
    store_.serve(std::move(topic), most, std::move(done));
  }
  void scrub(std::string job, then<void> done) override {
    store_.scrub(std::move(job), std::move(done));
  }
  void condense(std::string job, std::uint64_t upto, std::string checkpoint,
                then<void> done) override {
    store_.condense(std::move(job), upto, std::move(checkpoint), std::move(done));
  }
  void audit(std::string after, std::size_t most, then<audit_page> done) override {
    store_.audit(std::move(after), most, std::move(done));
  }
  void mend(audit_row what, then<void> done) override {
    store_.mend(std::move(what), std::move(done));
  }
  void read(std::string job, then<snapshot> done) override {
    store_.read(std::move(job), std::move(done));
  }
  void history(std::string job, std::uint64_t first, std::size_t most,
               then<history_page> done) override {
    store_.history(std::move(job), first, most, std::move(done));
  }
  void jobs(job_filter which, then<job_page> done) override {
    store_.jobs(std::move(which), std::move(done));
  }
  void measures(measures_filter which, then<measures_page> done) override {
    store_.measures(std::move(which), std::move(done));
  }
  void published(std::string after, std::size_t most,
                 then<std::vector<published_row>> done) override {
    store_.published(std::move(after), most, std::move(done));
  }

private:
  struct sent {
    std::string topic;
    json data;
    std::string sender; ///< the job that sent it; empty: somebody outside
    bool all = false;
    bool keeps = false;
    std::optional<signalled> answer;
    bool refused = false;
    std::uint64_t order = 0; ///< of early ones that were kept
    std::int64_t at_ms = 0;
    std::uint64_t serial = 0; ///< as they were sent
  };
  struct asked {
    bool throws = true;
    bool descend = false;
    std::string mail; ///< of a parent that ends; empty: by taking the job over
  };
  /// One atomic write, and what its records called for.
  struct auditing {
    const std::string& job;
    const write& what;
    std::size_t children = 0;
    std::vector<json> notices;
  };

  kept& job(const std::string& id);
  void take_note(kept& of, const snapshot& got, token mine, const char* how);
  void birth_of(const birth& what, const kept* parent);
  void follow(const std::string& id, kept& of, const write& what);
  void follow(auditing& of, kept& job, const record& seen);
  [[nodiscard]] std::vector<circumstances> could_be(const std::string& id, const kept& of,
                                                    const record& seen, const write& in) const;
  void check_mail(const std::string& id, const kept& of, const record& seen);
  void after(auditing& of, kept& job, const record& seen, const consequences& made);
  void check_publications(const auditing& of) const;
  using signal_book = std::map<std::string, sent>; ///< by mail
  [[nodiscard]] signal_book::const_iterator newest_early(const std::string& topic,
                                                         const json& k) const;
  [[nodiscard]] bool is_gone(const sent& early) const;
  /// It can answer nothing any more.
  [[nodiscard]] bool is_over(const std::string& mail) const;
  const sent* find_signal(const std::string& mail, const std::string& obligation) const;

  memory_ledger& store_;
  const story& story_;
  std::map<std::string, kept> jobs_;
  std::map<std::string, std::pair<std::string, json>> starts_; ///< by gid: job, message
  std::map<std::tuple<std::string, instance, std::uint32_t>, std::vector<said>> replies_;
  signal_book signals_;
  std::map<std::string, said> completions_;
  std::map<std::string, std::vector<asked>> interrupts_;     ///< by job
  std::map<std::string, child_due> children_;                ///< that were called for
  std::map<std::string, std::string> keys_;                  ///< whose each key is
  std::set<std::pair<std::string, std::uint32_t>> attempts_; ///< that have been made, by key
  std::set<std::string> consumed_;                           ///< ids of mail that a job took up
  std::set<std::string> lapsed_; ///< ids of mail that a job still had when it ended
  std::set<std::string> must_end_;
  std::set<std::string> absent_; ///< that somebody would have ended, but they were not there
  std::uint64_t earlies_ = 0;
  std::uint64_t serials_ = 0;
  std::uint64_t records_ = 0;
};

} // namespace quipu::sim
