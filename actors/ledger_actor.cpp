#include "actors/ledger_actor.hpp"

#include <caf/send.hpp>

namespace quipu {

namespace {

caf::actor sender(caf::event_based_actor* self) {
  return caf::actor_cast<caf::actor>(self->current_sender());
}

template <class T>
std::optional<failure> why(const result<T>& answer) {
  return answer ? std::nullopt : std::optional{answer.error()};
}

} // namespace

caf::behavior ledger_actor(caf::event_based_actor* self, std::shared_ptr<ledger> store) {
  return {
      [=](write_asked& asked) {
        const auto engine = sender(self);
        const bool born = asked.born.has_value();
        auto done = [engine, born, made = born ? asked.born->first.makes : asked.what.what.makes,
                     job = born ? asked.born->job : asked.what.job](result<receipt> answer) {
          write_done told{job, born, made, {}, why(answer)};
          if (answer) told.got = std::move(*answer);
          caf::anon_send(engine, std::move(told));
        };
        if (born)
          store->start(std::move(*asked.born), std::move(done));
        else
          store->apply(std::move(asked.what), std::move(done));
      },
      [=](const jobs_asked& asked) {
        const auto engine = sender(self);
        auto done = [engine, asked](result<std::vector<snapshot>> answer) {
          if (!answer) return;
          const bool more = answer->size() == asked.most;
          caf::anon_send(engine, jobs_taken{std::move(*answer), asked.dead != 0, more});
        };
        if (asked.dead != 0)
          store->take(asked.dead, asked.mine, asked.most, std::move(done));
        else
          store->claim(asked.mine, asked.most, std::move(done));
      },
      [=](const mail_asked& asked) {
        store->pop(asked.mine, 256, [engine = sender(self)](auto answer) {
          if (answer && !answer->empty()) caf::anon_send(engine, mail_popped{std::move(*answer)});
        });
      },
      [=](const read_asked& asked) {
        store->read(asked.job, [engine = sender(self), job = asked.job](result<snapshot> answer) {
          job_read told{job, std::nullopt, why(answer)};
          if (answer) told.what = std::move(*answer);
          caf::anon_send(engine, std::move(told));
        });
      },
      [=](const lease_asked& asked) {
        store->renew(asked.mine, asked.for_ms, "engine",
                     [engine = sender(self), last = asked.for_ms == 0](result<void> answer) {
                       caf::anon_send(engine, lease_answered{why(answer), last});
                     });
      },
      [=](const dead_asked& asked) {
        const auto now = store->now();
        store->leases([engine = sender(self), asked, now](result<std::vector<lease>> answer) {
          if (!answer) return;
          dead_found told;
          for (const auto& each : *answer)
            if (each.owner != asked.mine && each.until_ms <= now) told.lapsed.push_back(each.owner);
          if (!told.lapsed.empty()) caf::anon_send(engine, std::move(told));
        });
      },
  };
}

} // namespace quipu
