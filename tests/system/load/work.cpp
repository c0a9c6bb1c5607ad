#include "work.hpp"

#include <chrono>
#include <thread>

namespace {

constexpr int takes_ms = 40;
constexpr int last = 3;

} // namespace

quipu::reply work(const notes& to, quipu::call& call) {
  const auto& asked = call.data();
  to.add({{"call", call.idempotency_key()},
          {"job", call.job()},
          {"activity", call.activity()},
          {"dimension", call.dimension()},
          {"attempt", call.attempt()},
          {"input", asked}});
  const bool early = call.attempt() <= asked.value("until", 0U);
  const auto ms = asked.contains("takes") && early ? asked.value("takes", takes_ms) : takes_ms;
  std::this_thread::sleep_for(std::chrono::milliseconds{ms});
  const auto n = asked.value("n", 0);
  if (asked.contains("fails") && early) return quipu::fail(asked.value("fails", 500), "as asked");
  if (asked.value("pends", false)) return quipu::pending({{"n", n}});
  return quipu::ok({{"n", n + 1}, {"last", n + 1 >= last}});
}
