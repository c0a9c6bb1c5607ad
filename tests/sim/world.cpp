#include "tests/sim/world.hpp"

#include "actors/verbs.hpp"
#include "collation/replay.hpp"
#include "flows/definition.hpp"
#include "flows/read.hpp"
#include "flows/step.hpp"
#include "tests/sim/plant.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace quipu::sim {

namespace {

constexpr std::int64_t lease_ms = 3'000;
constexpr std::int64_t look_ms = 1'000;
constexpr std::int64_t troubles_end_ms = 15'000;
/// After the troubles: leases lapse, others take over, calls are answered.
constexpr std::int64_t calm_ms = 14'000;
constexpr std::int64_t round_ms = 3'000;
/// So long may mail lie when nothing is wrong: less than what it takes to find it by looking.
constexpr std::int64_t prompt_ms = 250;
static_assert(2 * prompt_ms < look_ms && round_ms % prompt_ms == 0);
constexpr int rounds = 12;
constexpr std::size_t most_happenings = 30'000;
constexpr std::int64_t an_hour_ms = 3'600'000;

answer to_answer(const said& what) {
  answer made;
  made.is = what.is == said::status::error     ? answer::status::error
            : what.is == said::status::pending ? answer::status::pending
                                               : answer::status::success;
  made.code = what.code;
  made.data = what.data;
  return made;
}

} // namespace

struct world::engine {
  std::size_t index = 0;
  std::uint64_t life = 0;
  bool is_alive = false;
  std::int64_t stopped_until_ms = 0;
  std::unique_ptr<runner> runs;
  token mine = 0;
  bool leased = false;
  std::int64_t calls_free_ms = 0;   ///< calls reach the store in order
  std::int64_t answers_free_ms = 0; ///< and so come their answers
  std::size_t may_arrive = 0; ///< how many calls of the life before are still to reach the store
};

world::world(settings with)
    : with_(std::move(with)), script_(write_script(with_.seed)),
      strikes_(with_.only ? strikes{with_.seed, *with_.only} : strikes{with_.seed}),
      dice_(mixed(with_.seed, "world")), store_([this] { return now_ms_; }),
      audit_(store_, script_.app) {}

world::~world() = default;

// Time

void world::at(std::int64_t when, std::function<void()> what) {
  to_come_.emplace(std::pair{when, ++happenings_}, happening{nobody, 0, std::move(what)});
}

void world::at(std::int64_t when, const engine& to, std::function<void()> what) {
  to_come_.emplace(std::pair{when, ++happenings_}, happening{to.index, to.life, std::move(what)});
}

void world::run_until(std::int64_t until) {
  while (!to_come_.empty() && to_come_.begin()->first.first <= until) {
    if (happenings_ > most_happenings) throw wrong{"it goes on and on: a loop that no time stops"};
    buried_.clear();
    auto node = to_come_.extract(to_come_.begin());
    auto& next = node.mapped();
    if (next.who != nobody) {
      const auto& to = *engines_[next.who];
      if (!to.is_alive || to.life != next.life) continue;
      if (to.stopped_until_ms > node.key().first) {
        // In the order in which it came, when the engine goes on.
        node.key().first = to.stopped_until_ms;
        to_come_.insert(std::move(node));
        continue;
      }
    }
    now_ms_ = std::max(now_ms_, node.key().first);
    plant_clock_ms() = now_ms_ + skew_ms_;
    next.what();
  }
  now_ms_ = std::max(now_ms_, until);
}

void world::note(std::string_view what, std::string_view whom, std::int64_t number) {
  trace_ = mixed(mixed(mixed(trace_, what), whom) ^
                 static_cast<std::uint64_t>(now_ms_ * 1'000 + number));
  if (with_.tells) fmt::print("{:>7} {} {} {}\n", now_ms_ - began_ms_, what, whom, number);
}

// The wire

/// One call of the store. `aside`: not behind the others of this engine.
template <class T, class Ask, class Then>
void world::ask(engine& one, std::string_view what, Ask ask, Then then, bool aside) {
  if (!one.is_alive) return;
  if (strikes_.here(trouble::crash)) {
    note("crash", what, static_cast<std::int64_t>(one.index));
    return crash(one);
  }
  if (strikes_.here(trouble::stop)) {
    one.stopped_until_ms = now_ms_ + strikes_.between(500, 8'000);
    note("stop", what, one.stopped_until_ms - now_ms_);
  }
  const bool lost = strikes_.here(trouble::lose_call);
  const bool unheard = strikes_.here(trouble::lose_answer);
  // What takes something gives it once: of these nothing is ever sent again.
  const bool takes_away = what == "claim" || what == "take" || what == "pop" || what == "seize";
  // What makes a job ours is on the connection that is lost with it, and compared after that.
  const bool late = strikes_.here(trouble::late_call) && what != "start" && !takes_away;
  const bool twice = strikes_.here(trouble::twice) && !takes_away;
  auto when = now_ms_ + 1;
  if (strikes_.here(trouble::slow_call)) when += strikes_.between(1, 2'500);
  if (!aside) when = one.calls_free_ms = std::max(when, one.calls_free_ms);
  const bool slow = strikes_.here(trouble::slow_answer);
  const auto takes = slow ? strikes_.between(1, 2'500) : 0;

  const auto answer = [this, &one, life = one.life, takes, aside, then,
                       what = std::string{what}](result<T> got) {
    auto back = now_ms_ + 1 + takes;
    if (one.life == life && !aside)
      back = one.answers_free_ms = std::max(back, one.answers_free_ms);
    to_come_.emplace(
        std::pair{back, ++happenings_},
        happening{one.index, life, [this, &one, then, what, got = std::move(got)]() mutable {
                    note(got ? "answer" : name(got.error().code), what,
                         static_cast<std::int64_t>(one.index));
                    then(std::move(got));
                  }});
  };
  const auto unknown = failure{fault::unreachable, "the answer was lost"};
  if (lost || late) at(when, one, [answer, unknown] { answer(unknown); });
  if (lost) return;
  if (late) when += 200;
  at(when, [this, &one, life = one.life, ask, answer, unheard, late, twice, unknown,
            what = std::string{what}] {
    if (one.life != life || !one.is_alive) {
      // Of what a dead engine had sent, what had left it arrives.
      if (one.may_arrive == 0) return;
      --one.may_arrive;
    }
    note("call", what, static_cast<std::int64_t>(one.index));
    std::optional<result<T>> got;
    const auto keep = [&got](result<T> told) { got.emplace(std::move(told)); };
    ask(keep);
    if (twice) ask(keep);
    if (!late) answer(unheard ? result<T>{unknown} : std::move(*got));
  });
}

// Engines

void world::boot(engine& one) {
  note("boot", "engine", static_cast<std::int64_t>(one.index));
  one.is_alive = true;
  one.leased = false;
  one.stopped_until_ms = 0;
  one.calls_free_ms = one.answers_free_ms = now_ms_;
  one.runs = std::make_unique<runner>(plans_);
  draw_token(one);
  at(now_ms_ + look_ms, one, [this, &one] { look(one); });
}

void world::crash(engine& one) {
  one.is_alive = false;
  ++one.life;
  one.may_arrive = static_cast<std::size_t>(strikes_.between(0, 4));
  buried_.push_back(std::move(one.runs));
  at(now_ms_ + strikes_.between(100, 5'000), [this, &one] {
    if (!one.is_alive) boot(one);
  });
}

void world::draw_token(engine& one) {
  one.leased = false;
  one.mine = mixed(mixed(with_.seed, "token") ^ ++names_) | 1U;
  one.runs->own(one.mine);
  renew(one);
}

void world::renew(engine& one) {
  const auto mine = one.mine;
  if (strikes_.here(trouble::lose_renewal)) {
    at(now_ms_ + lease_ms / 3, one, [this, &one, mine] {
      if (one.mine == mine) renew(one);
    });
    return;
  }
  ask<void>(
      one, "renew", [this, mine](auto done) { audit_.renew(mine, lease_ms, "sim", done); },
      [this, &one, mine](const result<void>& got) {
        if (one.mine != mine) return;
        if (!got) {
          one.runs->forget_all();
          return draw_token(one);
        }
        const bool is_new = !std::exchange(one.leased, true);
        at(now_ms_ + lease_ms / 3, one, [this, &one, mine] {
          if (one.mine == mine) renew(one);
        });
        if (is_new) {
          look_for_mail(one);
          look_for_jobs(one);
        }
      });
}

void world::look(engine& one) {
  at(now_ms_ + look_ms, one, [this, &one] { look(one); });
  fire(one);
  if (!one.is_alive || !one.leased) return;
  tell(one, [&] { one.runs->look_again(); });
  if (!one.is_alive) return;
  look_for_mail(one);
  look_for_jobs(one);
  for (const auto& topic : worker_topics) {
    if (is_hidden(topic)) continue;
    const auto serve = [&](const std::string& backlog, std::size_t most) {
      ask<std::size_t>(
          one, "serve", [this, backlog, most](auto done) { audit_.serve(backlog, most, done); },
          [](const result<std::size_t>&) {}, true);
    };
    serve(topic, 100);
    serve(backlog_of_suspects(topic), 1);
  }
  ask<std::vector<lease>>(
      one, "leases", [this](auto done) { audit_.leases(done); },
      [this, &one](const result<std::vector<lease>>& got) {
        if (!got) return;
        for (const auto& each : *got) {
          if (each.owner == one.mine || each.until_ms > now_ms_) continue;
          const auto mine = one.mine;
          ask<std::vector<snapshot>>(
              one, "take",
              [this, mine, dead = each.owner](auto done) { audit_.take(dead, mine, 64, done); },
              [this, &one, mine](const result<std::vector<snapshot>>& jobs) {
                if (one.mine != mine) return;
                if (!jobs) return in_doubt(one, jobs.error());
                tell(one, [&] {
                  for (const auto& job : *jobs) one.runs->took(job, true);
                });
              });
        }
      });
}

/// An answer that is lost may have been anything: as after a lost connection, what the store says is
/// this engine's is compared with what it knows.
void world::in_doubt(engine& one, const failure& why) {
  if (why.code != fault::unreachable) return;
  using owned = std::unordered_map<std::string, owned_job>;
  const auto mine = one.mine;
  ask<owned>(
      one, "compare",
      [this, mine](auto done) {
        owned all;
        for (const auto& [job, of] : audit_.jobs())
          if (of.owner == mine)
            audit_.read(job, [&, &job = job](const result<snapshot>& got) {
              all.emplace(job, owned_job{got->at, got->mail});
            });
        done(std::move(all));
      },
      [this, &one, mine](const result<owned>& got) {
        if (one.mine != mine) return;
        if (!got) return in_doubt(one, got.error());
        tell(one, [&] { one.runs->compare(*got); });
      });
}

void world::look_for_jobs(engine& one) {
  const auto mine = one.mine;
  ask<std::vector<snapshot>>(
      one, "claim", [this, mine](auto done) { audit_.claim(mine, 64, done); },
      [this, &one, mine](const result<std::vector<snapshot>>& got) {
        if (one.mine != mine) return;
        if (got)
          return tell(one, [&] {
            for (const auto& job : *got) one.runs->took(job, false);
          });
        in_doubt(one, got.error());
      });
}

void world::look_for_mail(engine& one) {
  using popped = std::vector<std::pair<std::string, std::vector<mail>>>;
  const auto mine = one.mine;
  ask<popped>(
      one, "pop", [this, mine](auto done) { audit_.pop(mine, 16, done); },
      [this, &one, mine](const result<popped>& got) {
        if (one.mine != mine) return;
        if (!got) return in_doubt(one, got.error());
        const auto deliver = [this, &one, got] {
          tell(one, [&] {
            for (const auto& [job, mail] : *got) one.runs->popped(job, mail);
          });
        };
        deliver();
        if (!got->empty() && strikes_.here(trouble::pop_twice))
          at(now_ms_ + strikes_.between(1, 500), one, deliver);
      });
}

bool world::is_hidden(const std::string& topic) const {
  const auto until = hidden_.find(topic);
  return until != hidden_.end() && until->second > now_ms_;
}

void world::fire(engine& one) {
  if (strikes_.here(trouble::jump_clock)) skew_ms_ = strikes_.between(-20'000, 20'000);
  ask<fired>(
      one, "due", [this](auto done) { audit_.due(audit_.now(), 256, done); },
      [](const result<fired>&) {}, true);
}

template <class Tell>
void world::tell(engine& one, Tell tell) {
  if (!one.is_alive) return;
  one.runs->tick(now_ms_);
  tell();
  perform(one);
}

void world::perform(engine& one) {
  const auto life = one.life;
  while (one.life == life && !one.runs->wishes.empty()) {
    auto wishes = std::exchange(one.runs->wishes, {});
    for (auto& each : wishes) {
      if (one.life != life) return;
      std::visit([&](auto& what) { perform(one, what); }, each);
    }
  }
}

void world::perform(engine& one, wish::step& what) {
  auto when = now_ms_;
  if (strikes_.here(trouble::slow_step)) when += strikes_.between(1, 1'500);
  const bool lost = strikes_.here(trouble::lose_step);
  at(when, one, [this, &one, what, lost] {
    note(lost ? "step lost" : "step", what.job, static_cast<std::int64_t>(what.what.why));
    if (lost) return tell(one, [&] { one.runs->step_lost(what.job, what.number); });
    auto made = step({*what.app, *what.rules, what.now_ms, what.limits}, *what.view, what.what);
    tell(one, [&] { one.runs->stepped(what.job, what.number, std::move(made)); });
  });
}

void world::perform(engine& one, wish::start& what) {
  const auto job = what.what.job;
  ask<receipt>(
      one, "start", [this, birth = what.what](auto done) { audit_.start(birth, done); },
      [this, &one, job, made = what.what.first.makes](const result<receipt>& got) {
        tell(one, [&] { one.runs->started(job, made, got); });
      });
}

void world::perform(engine& one, wish::commit& what) {
  const auto job = what.what.job;
  ask<receipt>(
      one, "commit", [this, commit = what.what](auto done) { audit_.apply(commit, done); },
      [this, &one, job, made = what.what.what.makes](const result<receipt>& got) {
        tell(one, [&] { one.runs->committed(job, made, got); });
      });
}

void world::perform(engine& one, wish::call& what) {
  const auto& asked = what.what;
  const auto& topic = asked.topic;
  if (is_hidden(topic)) return one.runs->shelve(what.job, asked.at, asked.attempt);
  const auto key = fmt::format("{}.{}.{}", what.gid, asked.activity, asked.at.pass);
  note("worker", key, asked.attempt);
  audit_.called(what.job, key, what.gid, asked.at, asked.attempt, topic, json(*asked.input));
  // How often this very attempt has been made, by whomever: each may be answered otherwise.
  const auto nth = ++calls_[fmt::format("{}#{}", key, asked.attempt)];
  dice throws{mixed(mixed(with_.seed, key) ^ (std::uint64_t{asked.attempt} << 32U) ^ nth)};
  auto reply = reply_of(throws, asked.at.pass, ++replies_);
  if (!troubled_) reply.after_ms = std::min<std::int64_t>(reply.after_ms, 600);
  if (strikes_.here(trouble::slow_reply)) reply.after_ms += strikes_.between(500, 5'000);
  const auto send = [this, &one, job = what.job, at = asked.at, attempt = asked.attempt, reply] {
    note("reply", job, reply.code);
    audit_.will_reply(job, at, attempt, reply);
    tell(one, [&] { one.runs->replied(job, at, attempt, to_answer(reply)); });
  };
  at(now_ms_ + reply.after_ms, one, send);
  if (strikes_.here(trouble::reply_twice))
    at(now_ms_ + reply.after_ms + strikes_.between(0, 1'000), one, send);
}

void world::perform(engine&, wish::cancel&) {}

void world::perform(engine& one, wish::read& what) {
  ask<snapshot>(
      one, "read", [this, job = what.job](auto done) { audit_.read(job, done); },
      [this, &one, job = what.job](const result<snapshot>& got) {
        tell(one, [&] { one.runs->reread(job, got); });
      });
}

void world::perform(engine&, wish::accept& what) {
  auto& start = asked_.at(what.request);
  note(what.answer ? "accepted" : name(what.answer.error().code), start.job);
  if (std::exchange(start.answered, true))
    throw wrong{fmt::format("job {}: its start is answered twice", start.job)};
  if (!what.answer) return;
  audit_.accepted(*what.answer);
  start.accepted = true;
}

void world::perform(engine&, wish::tell& what) {
  note("ended", what.job);
  audit_.told(what.job, json(what.report));
}

void world::perform(engine& one, wish::alarm& what) {
  if (strikes_.here(trouble::lose_alarm)) return;
  at(what.due_ms, one, [this, &one] { fire(one); });
}

void world::perform(engine& one, wish::interrupt& what) {
  const auto mine = one.mine;
  ask<snapshot>(
      one, "seize", [this, mine, job = what.what.job](auto done) { audit_.seize(job, mine, done); },
      [this, &one, mine, what](const result<snapshot>& got) {
        if (one.mine != mine) return;
        tell(one, [&] { one.runs->seized(what, got); });
        if (!got) in_doubt(one, got.error());
      },
      true);
}

/// As the archivist does, without being asked twice: whoever has the job next finds what is left.
void world::perform(engine& one, wish::condense& what) {
  ask<history_page>(
      one, "history",
      [this, job = what.job, upto = what.upto](auto done) { audit_.history(job, 1, upto, done); },
      [this, &one, job = what.job, upto = what.upto](const result<history_page>& got) {
        replay oldest;
        if (!got || !oldest.take(*got, upto) || oldest.next() == 1) return;
        ask<void>(
            one, "condense",
            [this, job, last = oldest.next() - 1, checkpoint = oldest.checkpoint()](auto done) {
              audit_.condense(job, last, checkpoint, done);
            },
            [](const result<void>&) {}, true);
      },
      true);
}

void world::perform(engine&, wish::trace&) {}

void world::perform(engine&, wish::warn& what) { note("warning", what.job + ": " + what.message); }

// People

world::engine* world::alive() {
  const auto first = dice_.below(engines_.size());
  for (std::size_t at = 0; at < engines_.size(); ++at) {
    auto& one = *engines_[(first + at) % engines_.size()];
    if (one.is_alive && one.stopped_until_ms <= now_ms_) return &one;
  }
  return nullptr;
}

void world::act(const deed& what) {
  switch (what.is) {
  case deed::kind::publish: return publish(what, 0);
  case deed::kind::signal: return signal(what.topic, what.data, what.id);
  case deed::kind::interrupt: return interrupt(what.job, what.throws, what.descend, 0);
  }
}

void world::publish(const deed& what, int tries) {
  auto* to = alive();
  if (to == nullptr) {
    if (tries < 20) at(now_ms_ + 500, [this, what, tries] { publish(what, tries + 1); });
    return;
  }
  const auto gid = fmt::format("gid{}", ++names_);
  note("publish", what.job, static_cast<std::int64_t>(to->index));
  audit_.will_start(what.job, gid, what.data);
  const auto request = ++names_;
  asked_[request] = {what.job, to->index, to->life};
  tell(*to, [&] {
    to->runs->start(request, what.topic, "sim", what.job, quipu::json(what.data), gid,
                    what.owned && to->leased);
  });
}

void world::signal(const std::string& topic, const json& data, const std::string& id) {
  const auto mail = fmt::format("mail{}", ++names_);
  audit_.will_signal(mail, topic, data);
  send_signal(audit_, plans_, {"sim", topic, quipu::json(data), id, mail},
              [&](const result<signalled>& got) {
                note("signal", fmt::format("{} {} {}", topic, data.dump(), mail),
                     got ? static_cast<int>(*got) : -1);
                audit_.signal_answered(mail, got);
              });
}

/// As the client does: asked for again until the job has ended.
void world::interrupt(const std::string& job, bool throws, bool descend, int tries) {
  const auto again = [this, job, throws, descend, tries] {
    if (tries < 40) at(now_ms_ + 500, [=, this] { interrupt(job, throws, descend, tries + 1); });
  };
  const auto known = audit_.jobs().find(job);
  if (known != audit_.jobs().end() && known->second.state.ended()) return;
  auto* to = alive();
  if (to == nullptr) return again();
  audit_.will_interrupt(job, throws, descend);
  const quipu::json how{
      {"reason", "enough"}, {"code", 410}, {"throw", throws}, {"descend", descend}};
  const auto mine = to->mine;
  ask<snapshot>(
      *to, "seize", [this, job, mine](auto done) { audit_.seize(job, mine, done); },
      [this, to, how, mine](const result<snapshot>& got) {
        if (to->mine != mine) return;
        if (got) return tell(*to, [&] { to->runs->seized(*got, how); });
        in_doubt(*to, got.error());
      },
      true);
  if (known != audit_.jobs().end()) again();
}

void world::complete(const std::string& job, const std::string& activity, std::uint32_t pass,
                     said with, const std::string& id) {
  completion what;
  what.job = job;
  what.activity = activity;
  what.dimension = pass;
  what.reply = to_answer(with);
  what.id = id;
  what.mail = fmt::format("done{}", ++names_);
  audit_.will_complete(id.empty() ? what.mail : "complete:" + id, with);
  quipu::complete(audit_, plans_, std::move(what), [&](const result<void>& got) {
    note("complete", job, got ? 0 : static_cast<int>(got.error().code));
  });
}

/// A call has become pending: it is completed in the end, perhaps after another 202, or twice.
void world::pending(const std::string& job, const std::string& activity, std::uint32_t pass) {
  auto reply = reply_of(dice_, pass, ++replies_);
  if (dice_.chance(60)) reply.is = said::status::success, reply.code = 200;
  if (!troubled_) reply.after_ms = 10;
  const auto id = dice_.chance(40) ? fmt::format("once{}", ++names_) : std::string{};
  const auto send = [=, this] { complete(job, activity, pass, reply, id); };
  at(now_ms_ + reply.after_ms + dice_.between(0, 3'000), send);
  if (dice_.chance(30)) at(now_ms_ + reply.after_ms + dice_.between(0, 4'000), send);
}

/// What waits for the outside is answered; what goes on and on is ended.
void world::answer_everything(int round) {
  std::vector<std::function<void()>> all;
  for (const auto& [id, of] : audit_.jobs()) {
    if (of.state.ended()) continue;
    if (round >= 4) all.push_back([this, id = id] { interrupt(id, true, true, 0); });
    for (const auto& [at, owes] : of.state.owed()) {
      if (owes.is == obligation::kind::wait && !owes.topic.empty())
        all.push_back([this, topic = owes.topic, k = owes.k] {
          signal(topic, {{"k", k}, {"n", 100}}, {});
        });
      if (owes.is == obligation::kind::pending)
        all.push_back(
            [this, id = id, pass = at.pass, activity = of.state.rules().nodes.at(at.activity).id] {
              complete(id, activity, pass,
                       {said::status::success, 200, {{"n", 0}, {"k", 0}, {"more", false}}, 0}, {});
            });
    }
  }
  for (const auto& each : all) each();
}

void world::check_starts() {
  for (const auto& [request, start] : asked_) {
    if (!start.answered && engines_[start.whom]->life == start.life)
      throw wrong{fmt::format("job {}: its start is not answered", start.job)};
    if (start.job.starts_with("late") && !start.accepted)
      throw wrong{fmt::format("job {}: a start is not accepted although nothing is wrong any more",
                              start.job)};
  }
}

/// I8: what was for a job goes with it.
void world::check_nothing_is_left() {
  for (auto& one : engines_) {
    one->is_alive = false;
    one->runs.reset();
  }
  to_come_.clear();
  for (const auto wait : {an_hour_ms, an_hour_ms, 25 * an_hour_ms}) {
    now_ms_ += wait;
    plant_clock_ms() = now_ms_;
    for (bool more = true; more;)
      store_.due(now_ms_, 1'000, [&more](const result<fired>& got) { more = got->count > 0; });
  }
  for (const auto& row : store_.dump())
    if (!row.starts_with("apps ") && !row.starts_with("leases "))
      throw wrong{"when every job has ended and expired, a row is left: " + row};
}

ending_of_world world::live() {
  ending_of_world end;
  try {
    findings faults;
    const auto source = written(script_.app);
    const auto app = read_definition(to_tree(source), faults);
    const auto plan = app ? compile(*app, faults) : nullptr;
    if (!plan) throw wrong{"the story is refused: " + to_string(faults.all().front())};
    store_.deploy({plan->app, plan->version, "hash", source.dump(), plan->public_topics()}, {});
    store_.activate(plan->app, plan->version, {});
    plans_.put(plan);
    plans_.activate(plan->app, plan->version);
    if (with_.tells) fmt::print("{}\n", source.dump(1));

    if (dice_.chance(25))
      hidden_["w" + std::to_string(dice_.below(3))] = now_ms_ + dice_.between(1, 10) * 1'000;
    audit_.on_pending = [this](const auto& job, const auto& activity, auto pass) {
      pending(job, activity, pass);
    };
    store_.on_bell([this](token whose) {
      for (auto& each : engines_) {
        auto& one = *each;
        if (!one.is_alive || !one.leased || (whose != 0 && one.mine != whose)) continue;
        if (strikes_.here(trouble::lose_bell)) continue;
        at(now_ms_, one, [this, &one, whose] {
          if (!one.leased) return;
          if (whose == 0)
            look_for_jobs(one);
          else
            look_for_mail(one);
        });
      }
    });
    const auto count = 1 + dice_.below(3);
    for (std::size_t index = 0; index < count; ++index) {
      engines_.push_back(std::make_unique<engine>());
      engines_.back()->index = index;
      boot(*engines_.back());
    }
    for (const auto& each : script_.deeds)
      at(began_ms_ + 50 + each.at_ms, [this, &each] { act(each); });

    run_until(began_ms_ + troubles_end_ms);
    note("calm", "");
    strikes_.stop();
    troubled_ = false;
    skew_ms_ = 0;
    auto calm = now_ms_; // it begins when nobody is stopped any more
    for (const auto& each : engines_) calm = std::max(calm, each->stopped_until_ms);
    run_until(calm + calm_ms);
    audit_.check_rest();
    audit_.check_states();

    deed late;
    late.topic = script_.app.graphs.front().topic;
    late.data = {{"k", 1}, {"child", "c9"}, {"victim", "nobody"}};
    for (std::size_t index = 0; index < engines_.size(); ++index) {
      late.job = fmt::format("late{}", index);
      late.data["id"] = late.job;
      publish(late, 0);
    }
    for (int round = 0; round < rounds; ++round) {
      answer_everything(round);
      for (const auto until = now_ms_ + round_ms; now_ms_ < until;) {
        const auto lies_there = audit_.mail_there();
        run_until(now_ms_ + prompt_ms);
        audit_.check_taken(lies_there);
      }
      if (round == 0) check_starts();
      const auto& jobs = audit_.jobs();
      if (std::all_of(jobs.begin(), jobs.end(),
                      [](const auto& each) { return each.second.state.ended(); }))
        break;
    }
    audit_.check_rest();
    audit_.check_ends();
    audit_.check_states();
    check_nothing_is_left();
  } catch (const wrong& why) {
    end.wrong = why.what();
  } catch (const std::exception& why) {
    end.wrong = fmt::format("it stopped: {}", why.what());
  }
  end.strikes = strikes_.made();
  end.trace = trace_;
  end.records = audit_.seen();
  end.jobs = audit_.jobs().size();
  return end;
}

} // namespace quipu::sim
