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
  made.state = made.result = "refused";
  made.why = why.message;
  return made;
}

outcome run_order(quipu::client& client, const order& which) {
  bool known = false;
  const auto started = client.publish("order.placed", which.message, {.id = which.job, .app = {}});
  if (!started) {
    if (started.error().code != quipu::fault::conflict) return refused(which, started.error());
    known = true;
    const auto earlier = client.job(which.job);
    if (!earlier) return refused(which, earlier.error());
    if (earlier->state != "running") {
      auto made = outcome_of(which.id, *earlier);
      made.before = true;
      return made;
    }
  }
  while (true) {
    const auto ended = client.wait(which.job, 1min);
    if (!ended && ended.error().code != quipu::fault::timeout) return refused(which, ended.error());
    if (ended) break;
  }
  const auto job = client.job(which.job);
  if (!job) return refused(which, job.error());
  auto made = outcome_of(which.id, *job);
  made.resumed = known;
  return made;
}

} // namespace

std::vector<outcome> run_orders(quipu::client& client, const std::vector<order>& orders,
                                std::size_t in_flight,
                                const std::function<void(const progress&)>& moved) {
  std::vector<outcome> outcomes(orders.size());
  std::atomic<std::size_t> next{0};
  std::mutex guard;
  progress so_far{0, orders.size()};
  const auto work = [&] {
    for (std::size_t i = next++; i < orders.size(); i = next++) {
      outcomes[i] = run_order(client, orders[i]);
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
