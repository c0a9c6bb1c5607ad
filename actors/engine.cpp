#include "actors/engine.hpp"

#include "actors/activity.hpp"

#include <caf/send.hpp>
#include <fmt/format.h>

#include <utility>

namespace quipu {

namespace {

answer answer_in(const call_answered& said) {
  return {static_cast<answer::status>(said.status), said.code, said.data ? *said.data : json()};
}

result<receipt> receipt_in(write_done& told) {
  if (told.refused) return *told.refused;
  return std::move(told.got);
}

} // namespace

caf::behavior make_engine(engine_actor* self, engine_parts parts) {
  return self->state.make(self, std::move(parts));
}

caf::behavior engine_state::make(caf::event_based_actor* self, engine_parts parts) {
  self_ = self;
  parts_ = std::move(parts);
  runner_ = std::make_unique<runner>(*parts_.plans, parts_.terms);
  random_.seed(parts_.seed != 0 ? parts_.seed : std::random_device{}());
  self->set_down_handler([this](const caf::down_msg& what) { activity_died(what); });
  begin_token();

  // Each message is told to the runner at the ledger's time, then what it wants is performed.
  const auto told = [this](auto tell) {
    runner_->tick(parts_.store->now());
    tell();
    perform();
  };
  return {
      [=, this](step_made& made) {
        if (const auto with = stepping_.find(made.number); with != stepping_.end()) {
          activities_[with->second].steps.erase(made.number);
          stepping_.erase(with);
        }
        told([&] { runner_->stepped(made.job, made.number, std::move(made.what)); });
      },
      [=, this](write_done& done) {
        tell_of(done);
        told([&] {
          const auto job = done.job;
          if (done.born)
            runner_->started(job, done.made, receipt_in(done));
          else
            runner_->committed(job, done.made, receipt_in(done));
        });
      },
      [=, this](call_answered& said) {
        tell_of(said);
        told([&] {
          runner_->replied(said.job, {said.activity, said.pass}, said.attempt, answer_in(said));
        });
      },
      [=, this](start_asked& asked) {
        told([&] {
          runner_->start(asked.request, asked.topic, asked.app, std::move(asked.id),
                         asked.message ? *asked.message : json(), std::move(asked.gid),
                         leased_ && !draining_ && runner_->has_room());
        });
      },
      [=, this](revive_asked& asked) {
        told([&] {
          runner_->revive(asked.request, std::move(asked.failed), asked.id, std::move(asked.gid),
                          leased_ && !draining_ && runner_->has_room());
        });
      },
      [=, this](jobs_taken& got) {
        told([&] {
          for (const auto& each : got.jobs) runner_->took(each, got.dead);
        });
        if (got.more && !got.dead) look();
      },
      [=, this](mail_popped& got) {
        told([&] {
          for (const auto& [job, mail] : got.jobs) runner_->popped(job, mail);
        });
      },
      [=, this](job_read& got) {
        told([&] {
          if (got.what)
            runner_->reread(got.job, std::move(*got.what));
          else
            runner_->reread(got.job, *got.refused);
        });
      },
      [=, this](job_seized& got) {
        told([&] {
          if (!got.by)
            runner_->seized(*got.what, std::move(got.how));
          else if (got.what)
            runner_->seized(*got.by, std::move(*got.what));
          else
            runner_->seized(*got.by, *got.refused);
        });
      },
      [=, this](const seize_asked& asked) {
        parts_.store->seize(asked.job, mine_,
                            [self = caf::actor{self_}, asked](result<snapshot> answer) {
                              if (answer)
                                caf::anon_send(self, job_seized{asked.job, *answer, std::nullopt,
                                                                asked.how, std::nullopt});
                              asked.done(answer ? result<void>{} : result<void>{answer.error()});
                            });
      },
      [=, this](const bell_rung& rung) {
        if (rung.ready) {
          if (leased_ && !draining_ && runner_->has_room())
            self_->send(parts_.writer, jobs_asked{mine_, 0, 64});
        } else {
          self_->send(parts_.writer, mail_asked{mine_});
        }
      },
      [=, this](doubt_told) { compare({}); },
      [=, this](jobs_owned& got) {
        if (got.mine == mine_) told([&] { compare(got); });
      },
      [=, this](const lease_answered& answered) {
        if (leaving_) {
          if (answered.given_up) leaving_->deliver(std::uint64_t{runner_->size()});
          return;
        }
        // Unknown, or not asked: the lease may hold.
        if (answered.refused && answered.refused->code != fault::fenced) {
          self_->delayed_send(self_, parts_.look, lease_asked{mine_, 0});
          return;
        }
        if (!answered.refused) {
          const bool is_new = !std::exchange(leased_, true);
          self_->delayed_send(self_, parts_.lease / 3, lease_asked{mine_, 0});
          if (is_new) look();
          return;
        }
        // The jobs of the old token are anybody's: forget them before somebody takes them.
        runner_->forget_all();
        begin_token();
      },
      [=, this](const lease_asked& due) {
        if (due.mine == mine_ && !leaving_)
          self_->send(parts_.writer, lease_asked{mine_, parts_.lease.count()});
      },
      [=, this](const dead_found& found) {
        if (draining_) return;
        for (auto dead : found.lapsed) self_->send(parts_.writer, jobs_asked{mine_, dead, 64});
      },
      [=, this](tick) {
        look();
        self_->delayed_send(self_, parts_.look, tick{});
      },
      [=, this](drain) { draining_ = true; },
      [=, this](rest_asked) { return static_cast<std::uint64_t>(runner_->size()); },
      [=, this](leave_asked) -> caf::result<std::uint64_t> {
        leased_ = false;
        leaving_ = self_->make_response_promise<std::uint64_t>();
        self_->send(parts_.writer, lease_asked{mine_, 0});
        return *leaving_;
      },
  };
}

/// A fresh name to own jobs under; the first look comes when its lease is there.
void engine_state::begin_token() {
  leased_ = false;
  do {
    mine_ = random_();
  } while (mine_ == 0);
  runner_->own(mine_);
  parts_.rings->enlist(mine_, caf::actor{self_});
  self_->send(parts_.writer, lease_asked{mine_, parts_.lease.count()});
}

/// Reads all that the store says is ours, page by page, and compares it with what is held.
void engine_state::compare(std::string after) {
  constexpr std::size_t at_once = 64;
  auto* store = dynamic_cast<shared_ledger*>(parts_.store.get());
  if (store == nullptr) return;
  if (after.empty()) owned_.clear();
  store->owned(mine_, std::move(after), at_once,
               [self = caf::actor{self_}, mine = mine_](result<owned_page> answer) {
                 jobs_owned told{mine, std::nullopt};
                 if (answer) told.page = std::move(*answer);
                 caf::anon_send(self, std::move(told));
               });
}

void engine_state::compare(jobs_owned& got) {
  if (!got.page) return; // the connection was lost again, and doubt comes again with the next
  for (auto& each : got.page->jobs)
    owned_.insert_or_assign(each.job, owned_job{each.at, std::move(each.mail)});
  if (!got.page->next.empty()) return compare(std::move(got.page->next));
  runner_->compare(owned_);
  owned_.clear();
}

/// What nobody rang for is found by looking.
void engine_state::look() {
  if (!leased_) return;
  runner_->look_again();
  perform();
  self_->send(parts_.writer, mail_asked{mine_});
  if (draining_) return;
  if (runner_->has_room()) self_->send(parts_.writer, jobs_asked{mine_, 0, 64});
  self_->send(parts_.writer, dead_asked{mine_});
  if (parts_.alone) parts_.alone->look();
  if (parts_.left) parts_.left->look();
}

void engine_state::perform() {
  // Performing may make the runner want more; what it wants is worked off in order.
  while (!runner_->wishes.empty()) {
    auto wishes = std::exchange(runner_->wishes, {});
    for (auto& each : wishes) std::visit([this](auto& wish) { perform(wish); }, each);
  }
}

caf::actor engine_state::activity_of(const wish::step& what) {
  auto& with = activities_[{what.rules, what.what.at.activity}];
  if (!with.actor) with.actor = self_->spawn<caf::monitored>(activity_actor);
  with.steps.insert_or_assign(what.number, what.job);
  return with.actor;
}

std::vector<caf::actor> engine_state::activities() const {
  std::vector<caf::actor> all;
  for (const auto& [key, with] : activities_)
    if (with.actor) all.push_back(with.actor);
  return all;
}

void engine_state::activity_died(const caf::down_msg& what) {
  for (auto& [key, with] : activities_) {
    if (with.actor != what.source) continue;
    with.actor = nullptr;
    const auto lost = std::exchange(with.steps, {});
    runner_->tick(parts_.store->now());
    for (const auto& [number, job] : lost) {
      stepping_.erase(number);
      runner_->step_lost(job, number);
    }
    perform();
    return;
  }
}

void engine_state::perform(wish::step& what) {
  const auto actor = activity_of(what);
  stepping_.insert_or_assign(what.number, activity_key{what.rules, what.what.at.activity});
  self_->send(actor, step_asked{std::move(what)});
}

void engine_state::perform(wish::start& what) {
  self_->send(parts_.writer, write_asked{std::move(what.what), {}});
}

void engine_state::perform(wish::commit& what) {
  if (parts_.alone) parts_.alone->notice(what.what.what);
  self_->send(parts_.writer, write_asked{std::nullopt, std::move(what.what)});
}

void engine_state::perform(wish::call& what) {
  auto& [job, gid, asked] = what;
  const auto topic = parts_.topics.find(asked.topic);
  // A node that stops, and one without such a worker, leave the call to the store's backlog.
  if (draining_ || topic == parts_.topics.end()) {
    runner_->shelve(job, asked.at, asked.attempt);
    return;
  }
  if (parts_.log && parts_.log->says(component::worker, log_level::debug))
    parts_.log->say(component::worker, log_level::debug,
                    fmt::format("is called, attempt {}", asked.attempt),
                    {.job = job, .activity = asked.activity, .topic = asked.topic});
  if (asked.alone && parts_.alone)
    parts_.alone->begins({job, asked.at.activity, asked.at.pass, asked.attempt});
  self_->send(topic->second,
              call_asked{std::move(job), std::move(gid), asked.at.activity, asked.at.pass,
                         std::move(asked.activity), std::move(asked.topic), asked.attempt,
                         asked.due_ms.value_or(0), std::move(asked.input)});
}

void engine_state::perform(wish::cancel& what) {
  if (const auto topic = parts_.topics.find(what.topic); topic != parts_.topics.end())
    self_->send(topic->second,
                call_cancelled{std::move(what.job), what.at.activity, what.at.pass, what.attempt});
}

void engine_state::perform(wish::read& what) {
  self_->send(parts_.writer, read_asked{std::move(what.job)});
}

void engine_state::perform(wish::accept& what) {
  if (parts_.log && parts_.log->says(component::engine, log_level::debug))
    parts_.log->say(component::engine, log_level::debug,
                    what.answer ? "begins" : "is refused: " + what.answer.error().message,
                    {.job = what.answer ? *what.answer : std::string_view{}});
  start_answered told{what.request, {}, std::nullopt};
  if (what.answer)
    told.job = *what.answer;
  else
    told.refused = what.answer.error();
  self_->send(parts_.hub, std::move(told));
}

void engine_state::perform(wish::tell& what) {
  if (parts_.log && parts_.log->says(component::engine, log_level::debug))
    parts_.log->say(component::engine, log_level::debug,
                    fmt::format("has ended: {}", what.report.value("state", "")),
                    {.job = what.job});
  self_->send(parts_.hub, job_told{std::move(what.job), std::move(what.report)});
}

void engine_state::perform(wish::alarm& what) { self_->send(parts_.timer, alarm_set{what.due_ms}); }

void engine_state::perform(wish::interrupt& what) {
  const auto& job = what.what.job;
  parts_.store->seize(job, mine_, [self = caf::actor{self_}, what](result<snapshot> got) {
    job_seized told{what.what.job, std::nullopt, std::nullopt, {}, what};
    if (got)
      told.what = std::move(*got);
    else
      told.refused = got.error();
    caf::anon_send(self, std::move(told));
  });
}

/// A write that another owner was faster with is everyday; one that the store could not make is not.
void engine_state::tell_of(const write_done& done) const {
  if (!parts_.log || !done.refused) return;
  const auto code = done.refused->code;
  const bool everyday = code == fault::stale || code == fault::taken || code == fault::fenced ||
                        code == fault::conflict || code == fault::overloaded;
  parts_.log->say(component::store, everyday ? log_level::debug : log_level::error,
                  fmt::format("{}: {}", quipu::name(code), done.refused->message),
                  {.job = done.job});
}

void engine_state::tell_of(const call_answered& said) const {
  if (!parts_.log || !parts_.log->says(component::worker, log_level::debug)) return;
  std::string why;
  if (said.status == static_cast<std::uint8_t>(answer::status::error) && said.data &&
      (*said.data).is_object())
    why = (*said.data).value("message", json()).dump(-1, ' ', true, json::error_handler_t::replace);
  parts_.log->say(component::worker, log_level::debug,
                  fmt::format("answers {}{}{}", said.code, why.empty() ? "" : ": ", why),
                  {.job = said.job, .activity = runner_->activity(said.job, said.activity)});
}

void engine_state::perform(wish::trace& what) {
  if (parts_.log)
    parts_.log->say(
        component::engine, log_level::info, "has settled",
        {.job = what.job, .activity = what.activity, .attributes = what.attributes.get()});
}

void engine_state::perform(wish::condense& what) {
  if (parts_.archivist)
    self_->send(parts_.archivist, condense_asked{std::move(what.job), what.upto});
}

void engine_state::perform(wish::warn& what) {
  if (parts_.log)
    parts_.log->say(component::engine, log_level::warning, what.message, {.job = what.job});
}

} // namespace quipu
