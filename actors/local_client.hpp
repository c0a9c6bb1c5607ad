#pragma once

#include "actors/gate.hpp"
#include "actors/messages.hpp"
#include "actors/open_calls.hpp"
#include "actors/shelf.hpp"
#include "flows/limits.hpp"

#include <quipu/client.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

namespace quipu {

/// The verbs of the node in this process. Starting and waiting go through the hub; looking goes to the store. It may be
/// called at any time: while there is no node that runs, every verb but `validate` is `unavailable`.
class local_client final : public client {
public:
  struct parts {
    std::shared_ptr<ledger> store;
    std::shared_ptr<shelf> plans;
    caf::actor hub;                   ///< none: the node only looks
    std::shared_ptr<open_calls> open; ///< none: the node has no workers
    std::size_t payload_bytes = 1 << 20;
    read_limits definitions{};
    bool keeps = false; ///< without a hub: what needs only the store is done, nothing runs
  };

  local_client() = default;
  explicit local_client(parts with) { open(std::move(with)); }

  /// The node runs.
  void open(parts with);
  /// It stops: whoever calls from now on is refused.
  void close() { gate_.close(); }
  /// It has stopped: waits for those whose calls are under way, and lets go of everything. The hub has
  /// ended by now, so nobody waits for an end.
  void leave();

  result<std::string> publish(const std::string& topic, json data,
                              publish_options options) override;
  result<ending> run(const std::string& topic, json data, run_options options) override;
  result<ending> wait(const std::string& job, std::chrono::milliseconds timeout) override;
  result<reception> signal(const std::string& topic, json data, signal_options options) override;
  result<void> complete(const std::string& job, const std::string& activity, reply with,
                        complete_options options) override;
  result<void> interrupt(const std::string& job, interrupt_options options) override;
  result<std::string> retry(const std::string& job, retry_options options) override;
  result<feed> listen(const std::string& topic, const std::string& after,
                      std::chrono::milliseconds limit) override;
  result<job_info> job(const std::string& id) override;
  result<std::vector<json>> history(const std::string& id) override;
  result<job_list> jobs(const job_query& which) override;
  result<std::vector<stats_info>> stats(const stats_query& which) override;
  result<version_info> validate(const std::string& file) override;
  result<version_info> deploy(const std::string& file) override;
  result<void> activate(const std::string& app, const std::string& version) override;
  result<std::vector<version_info>> versions(const std::string& app) override;
  result<json> definition(const std::string& app, const std::string& version) override;
  result<void> scrub(const std::string& job) override;

  /// Starts a job without blocking; the callbacks come on actors' threads.
  void publish(const std::string& topic, json data, publish_options options,
               std::function<void(result<std::string>)> accepted, end_told ended);
  /// Signals without blocking; `done` comes on the store's thread.
  void signal(const std::string& topic, json data, signal_options options,
              std::function<void(result<reception>)> done);

private:
  /// What a verb cannot do without.
  enum class needs : std::uint8_t { store, writing, engines };

  /// While the answer lives everything in `with_` does.
  [[nodiscard]] result<gate::entry> enter(needs what = needs::store) const;
  [[nodiscard]] result<value> checked(json data) const;
  [[nodiscard]] result<std::string> newest() const;
  void ask_to_start(const std::string& topic, json data, publish_options options,
                    std::function<void(result<std::string>)> accepted, std::uint64_t ticket,
                    end_told ended);

  parts with_;
  mutable gate gate_;
  std::mutex activating_; ///< the store and the shelf change in one order
  std::atomic<std::uint64_t> tickets_{0};
};

} // namespace quipu
