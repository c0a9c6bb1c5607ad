#include "redis_bridge/redis_ledger.hpp"

#include "redis_bridge/doctor.hpp"
#include "redis_bridge/redis_ledger/answers.hpp"
#include "redis_bridge/redis_ledger/inside.hpp"

#include <fmt/format.h>

#include <future>

namespace quipu {

using namespace redis;

result<std::unique_ptr<redis_ledger>> redis_ledger::open(options with) {
  const auto complain = std::move(with.complain);
  calls::settings to;
  to.server.server.to = with.at;
  to.server.server.password = std::move(with.password);
  to.server.most_queued = with.most_queued;
  to.server.patience = with.patience;
  to.server.complain = complain;
  to.read_only = with.read_only;
  to.clock = std::move(with.clock);
  auto made = std::make_unique<inside>(std::move(to));
  if (auto opened = made->wait(); !opened) return opened.error();
  made->title = with.at.text();
  if (made->partitions() > 1 && with.at.partitions == 0)
    made->title += fmt::format(", {} partitions", made->partitions());
  if (with.read_only) {
    made->title += ", read only";
  } else {
    const auto seen = look_at(*made);
    if (!seen) return seen.error();
    for (const auto& each : remarks(*seen)) {
      if (each.is == remark::weight::fault)
        return failure{fault::unavailable, fmt::format("{}: {}", with.at.text(), each.text)};
      if (each.is == remark::weight::warning && complain)
        complain(fmt::format("{}: {}", with.at.text(), each.text));
    }
    made->title += ", " + seen->durability();
    if (with.at.wait > 0) made->title += fmt::format(", {} replicas", with.at.wait);
  }
  // What a node left in outboxes when it ended: also for who only looks.
  if (made->partitions() > 1) {
    std::promise<void> carried;
    everywhere<bool>(
        made->partitions(),
        [&](unsigned at, then<bool> told) {
          made->reads<bool>(made->begin("quipu1_left", at), std::move(told),
                            [](const piece& said, std::string& bells) -> result<bool> {
                              bells = said.text();
                              return true;
                            });
        },
        [&](const result<std::vector<bool>>&) { carried.set_value(); });
    carried.get_future().wait();
  }
  return std::unique_ptr<redis_ledger>{new redis_ledger{std::move(made)}};
}

redis_ledger::redis_ledger(std::unique_ptr<inside> made) : inside_{std::move(made)} {}

redis_ledger::~redis_ledger() {
  if (!inside_->at().space.starts_with(thrown_away)) return;
  for (unsigned at = 0; at < inside_->partitions(); ++at)
    inside_->writes<void>(inside_->begin("quipu1_erase", at), {}, nothing);
}

std::int64_t redis_ledger::now() const { return inside_->now(); }
std::string redis_ledger::describe() const { return inside_->title; }

unsigned redis_ledger::partitions() const { return inside_->partitions(); }
void redis_ledger::on_doubt(std::function<void()> tell) { inside_->on_doubt(std::move(tell)); }
void redis_ledger::on_bell(std::function<void(token)> ring) { inside_->on_bell(std::move(ring)); }

} // namespace quipu
