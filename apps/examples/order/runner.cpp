#include "apps/examples/order/runner.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace shop {

namespace {

using namespace std::chrono_literals;

outcome refused(const order& which, const quipu::failure& why) {
  outcome made;
  made.order = which.id;
  made.state = made.result = "not run";
  made.why = why.message;
  return made;
}

/// The runs of all orders, on several threads.
class run {
public:
  explicit run(quipu::client& client) : client_(client) {}

  outcome one(const order& which) {
    bool known = false;
    const auto started =
        client_.publish("order.placed", which.message, {.id = which.job, .app = "orders"});
    if (!started) {
      if (started.error().code != quipu::fault::conflict) return give_up(which, started.error());
      known = true;
      const auto earlier = client_.job(which.job);
      if (!earlier) return give_up(which, earlier.error());
      if (earlier->state != "running") {
        auto made = outcome_of(which.id, *earlier);
        made.before = true;
        return made;
      }
    }
    while (true) {
      const auto ended = client_.wait(which.job, 500ms);
      if (ended) break;
      if (ended.error().code != quipu::fault::timeout || broken_)
        return give_up(which, ended.error());
    }
    const auto job = client_.job(which.job);
    if (!job) return give_up(which, job.error());
    auto made = outcome_of(which.id, *job);
    made.resumed = known;
    return made;
  }

private:
  outcome give_up(const order& which, const quipu::failure& why) {
    if (why.code == quipu::fault::unavailable || why.code == quipu::fault::unreachable)
      broken_ = true;
    return refused(which, why);
  }

  quipu::client& client_;
  std::atomic<bool> broken_{false}; ///< the store takes nothing more: what waits need not wait
};

} // namespace

std::vector<outcome> run_orders(quipu::client& client, const std::vector<order>& orders,
                                std::size_t in_flight,
                                const std::function<void(const progress&)>& moved) {
  std::vector<outcome> outcomes(orders.size());
  std::atomic<std::size_t> next{0};
  std::mutex guard;
  progress so_far{0, orders.size()};
  run all{client};
  const auto work = [&] {
    for (std::size_t i = next++; i < orders.size(); i = next++) {
      outcomes[i] = all.one(orders[i]);
      const std::lock_guard lock{guard};
      ++so_far.done;
      moved(so_far);
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < std::min(in_flight, orders.size()); ++i) threads.emplace_back(work);
  threads.clear();
  return outcomes;
}

} // namespace shop
