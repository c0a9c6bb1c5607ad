#include "actors/runner.hpp"
#include "actors/runner/mail_event.hpp"

#include "collation/memory_ledger.hpp"
#include "collation/pack.hpp"
#include "flows/definition.hpp"
#include "flows/read.hpp"
#include "flows/step.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>

using namespace quipu;

namespace {

constexpr std::int64_t lease_ms = 10'000;

std::shared_ptr<const plan> flows() {
  static const std::string text = R"(app:
  id: x
  version: '1'
  graphs:
    - subscribes: work
      activities:
        t: {type: trigger}
        w: {type: worker, topic: ask, job: {maps: {x: '{$self.output.data.x}'}}}
        a: {type: await, topic: fold, input: {maps: {id: '{t.output.data.child}'}}}
      transitions:
        t: [{to: w}]
        w: [{to: a, conditions: {match: [{expected: true, actual: '{w.output.data.await}'}]}}]
    - subscribes: fold
      activities:
        ft: {type: trigger, stats: {id: '{$self.output.data.id}'}}
        f1: {type: hook}
        f2: {type: hook, job: {maps: {folded: true}}}
      transitions: {ft: [{to: f1}], f1: [{to: f2}]}
    - subscribes: nap
      activities: {nt: {type: trigger}, n1: {type: hook, sleep: 10s}}
      transitions: {nt: [{to: n1}]}
    - subscribes: cut
      activities:
        ct: {type: trigger}
        c1: {type: interrupt, target: '{ct.output.data.whom}'}
      transitions: {ct: [{to: c1}]}
    - subscribes: two
      activities:
        tt: {type: trigger}
        t1: {type: await, topic: fold, input: {maps: {id: inner}}}
      transitions: {tt: [{to: t1}]}
    - subscribes: sends
      activities:
        et: {type: trigger}
        e1: {type: worker, topic: ask}
        e2: {type: await, topic: fold, await: false, input: {maps: {id: sent}}}
        e3: {type: worker, topic: ask}
      transitions: {et: [{to: e1}, {to: e3}], e1: [{to: e2}]}
    - subscribes: slow
      activities:
        st: {type: trigger}
        s1: {type: worker, topic: ask, timeout: 1s, retry: {attempts: 2, initial: 10s}}
        s2: {type: worker, topic: ask}
      transitions: {st: [{to: s1}, {to: s2}]}
)";
  findings faults;
  const auto document = read_text(text, "flow.yaml", faults);
  const auto app = read_definition(*document, faults);
  auto made = compile(*app, faults);
  REQUIRE(made);
  return made;
}

/// A store with the flows above, and its time.
struct world {
  std::int64_t now = 1'000'000;
  memory_ledger store{[this] { return now; }};
  shelf plans;

  world() {
    const auto app = flows();
    store.deploy({app->app, app->version, "h", "{}", app->public_topics()}, {});
    store.activate(app->app, app->version, {});
    plans.put(app);
    plans.activate(app->app, app->version);
  }
};

/// An engine whose every wish is performed at once, but for its calls, which the test answers.
struct engine {
  engine(world& in, token owner) : engine(in, owner, in.plans, {}) {}
  engine(world& in, token owner, const shelf& plans, const job_terms& with)
      : around(in), mine(owner), runs(plans, with) {
    around.store.renew(mine, lease_ms, "test", {});
    runs.own(mine);
  }

  void start(const std::string& topic, const std::string& id, json data = json::object()) {
    runs.tick(around.now);
    runs.start(1, topic, {}, id, std::move(data), "gid-" + id, true);
    perform();
  }
  void reply(const wish::call& to, json data) {
    runs.tick(around.now);
    runs.replied(to.job, to.what.at, to.what.attempt,
                 {answer::status::success, 200, std::move(data)});
    perform();
  }
  /// Hears what has come for its jobs; what that makes it want is not performed.
  void hear() {
    runs.tick(around.now);
    around.store.pop(mine, 10, [this](auto got) {
      REQUIRE(got.ok());
      for (const auto& [job, mail] : *got) runs.popped(job, mail);
    });
  }
  void take(token dead) {
    runs.tick(around.now);
    around.store.take(dead, mine, 10, [this](auto got) {
      REQUIRE(got.ok());
      for (const auto& each : *got) runs.took(each, true);
    });
    perform();
  }
  void perform() {
    while (!runs.wishes.empty()) {
      auto all = std::exchange(runs.wishes, {});
      for (auto& each : all) std::visit([this](auto& what) { perform(what); }, each);
    }
  }
  void perform(wish::step& what) {
    if (holds_steps) {
      steps.push_back(std::move(what));
      return;
    }
    if (loses_steps > 0) {
      --loses_steps;
      return runs.step_lost(what.job, what.number);
    }
    auto made = step({*what.app, *what.rules, what.now_ms}, *what.view, what.what);
    runs.stepped(what.job, what.number, std::move(made));
  }
  void perform(wish::start& what) {
    ++writes;
    const auto job = what.what.job;
    const auto made = what.what.first.makes;
    around.store.start(std::move(what.what), [&](auto got) {
      if (holds_answers)
        answers.push_back([this, job, made, got] { runs.started(job, made, got); });
      else
        runs.started(job, made, got);
    });
  }
  void perform(wish::commit& what) {
    if (holds_commits) {
      held.push_back(std::move(what));
      return;
    }
    ++writes;
    const auto job = what.what.job;
    const auto made = what.what.what.makes;
    around.store.apply(std::move(what.what), [&](result<receipt> got) {
      if (std::exchange(loses_answer, false)) got = failure{fault::unreachable, "it was lost"};
      runs.committed(job, made, got);
    });
  }
  void perform(wish::interrupt& what) {
    if (loses_seizes > 0) {
      --loses_seizes;
      return runs.seized(what, failure{fault::unreachable, "the answer was lost"});
    }
    around.store.seize(what.what.job, mine, [&](auto got) { runs.seized(what, got); });
  }
  void perform(wish::call& what) { calls.push_back(std::move(what)); }
  void perform(wish::cancel& what) { cancelled.push_back(std::move(what)); }
  void perform(wish::read& what) {
    ++reads;
    around.store.read(what.job, [&](auto got) { runs.reread(what.job, got); });
  }
  void perform(wish::accept& what) { accepted = what.answer; }
  void perform(wish::warn& what) { warnings.push_back(std::move(what.message)); }
  template <class Other>
  void perform(Other&) {}

  world& around;
  token mine;
  runner runs;
  std::vector<wish::call> calls;
  std::vector<std::string> warnings;
  result<std::string> accepted{failure{}};
  std::vector<wish::cancel> cancelled;
  std::size_t writes = 0;
  std::size_t reads = 0;
  bool holds_answers = false; ///< to starts
  std::vector<std::function<void()>> answers;
  bool loses_answer = false; ///< the next one, to a commit
  int loses_steps = 0;
  bool holds_commits = false;
  std::vector<wish::commit> held;
  bool holds_steps = false;
  int loses_seizes = 0;
  std::vector<wish::step> steps;
};

snapshot read(world& in, const std::string& id) {
  snapshot found;
  in.store.read(id, [&](auto got) {
    REQUIRE(got.ok());
    found = std::move(*got);
  });
  return found;
}

std::string key_of(world& in, const std::string& id) { return job::load(read(in, id))->key(); }

} // namespace

TEST_CASE("a job of passthroughs only is one write, with a record for each step") {
  world in;
  engine ada{in, 1};
  ada.start("fold", "j", {{"id", "j"}});
  CHECK(ada.accepted.ok());
  CHECK(ada.writes == 1);
  CHECK(read(in, "j").records == 4);
  CHECK(read(in, "j").state == "completed");
  CHECK(ada.runs.size() == 0);
}

TEST_CASE("the second start of an id is a conflict that names the first") {
  world in;
  engine ada{in, 1};
  ada.start("work", "j");
  ada.runs.start(2, "work", {}, "j", json::object(), "another", true);
  ada.perform();
  REQUIRE_FALSE(ada.accepted.ok());
  CHECK(ada.accepted.error().code == fault::conflict);
  CHECK(ada.accepted.error().message.find("\"j\"") != std::string::npos);
}

TEST_CASE("a start is refused when a job of that name is taken over before it is written") {
  world in;
  engine ada{in, 1};
  engine bob{in, 2};
  bob.start("work", "j");
  in.now += lease_ms / 2;
  in.store.renew(1, lease_ms, "test", {});
  in.now += lease_ms / 2 + 1;
  ada.holds_steps = true;
  ada.start("work", "j");
  REQUIRE(ada.steps.size() == 1);
  ada.holds_steps = false;
  ada.take(2);
  REQUIRE_FALSE(ada.accepted.ok());
  CHECK(ada.accepted.error().code == fault::conflict);
  ada.perform(ada.steps.at(0));
  ada.perform();
  REQUIRE(ada.calls.size() == 1);
  CHECK(ada.calls[0].gid == "gid-j");
  CHECK(ada.calls[0].what.attempt == 2);
}

TEST_CASE("a start that is refused leaves nothing to be read") {
  world in;
  engine ada{in, 1};
  engine bob{in, 2};
  bob.start("work", "j");
  ada.runs.start(1, "two", {}, "j", json::object(), "another", true);
  ada.perform();
  REQUIRE_FALSE(ada.accepted.ok());
  CHECK(ada.accepted.error().code == fault::conflict);
  CHECK(ada.reads == 0);
}

TEST_CASE("mail that is faster than the answer to the start is taken up") {
  world in;
  engine ada{in, 1};
  ada.holds_answers = true;
  ada.start("work", "j");
  REQUIRE(ada.answers.size() == 1);
  in.store.send(post{"j", {"m", "interrupt", {}, pack(to_json(interruption{}))}, false}, {});
  ada.hear();
  SECTION("it is looked for before") { ada.perform(); }
  ada.answers[0]();
  ada.perform();
  CHECK(ada.accepted.ok());
  CHECK(read(in, "j").state == "interrupted");
  CHECK(ada.runs.size() == 0);
  for (const auto& each : ada.calls) CHECK(each.what.attempt == 1);
}

TEST_CASE("a call that was over with a commit of which nobody heard is called off") {
  world in;
  engine ada{in, 1};
  ada.start("slow", "j");
  REQUIRE(ada.calls.size() == 2);
  in.now += 1'001;
  in.store.due(in.now, 10, [](auto got) { REQUIRE(got->count == 1); });
  ada.loses_answer = true;
  ada.hear();
  ada.perform();
  CHECK_FALSE(ada.loses_answer);
  CHECK(ada.runs.size() == 1);
  CHECK(ada.calls.size() == 2);
  REQUIRE(ada.cancelled.size() == 1);
  CHECK(ada.cancelled[0].at == ada.calls[0].what.at);
}

TEST_CASE("a child that nobody awaits is run though its commit's answer is lost") {
  world in;
  engine ada{in, 1};
  ada.start("sends", "j");
  ada.loses_answer = true;
  ada.reply(ada.calls.at(0), json::object());
  CHECK_FALSE(ada.loses_answer);
  CHECK(ada.runs.size() == 1);
  CHECK(read(in, "sent").state == "completed");
}

TEST_CASE("a child of a start whose parent is ended before the answer is run") {
  world in;
  engine ada{in, 1};
  ada.holds_answers = true;
  ada.start("two", "j");
  REQUIRE(ada.answers.size() == 1);
  in.store.seize("j", 1, [&](auto got) { ada.runs.seized(*got, {{"reason", "enough"}}); });
  ada.perform();
  ada.answers[0]();
  ada.perform();
  CHECK(ada.accepted.ok());
  CHECK(read(in, "j").state == "interrupted");
  CHECK(read(in, "inner").state == "completed");
}

TEST_CASE("an engine that has lost its lease answers the starts that are under way") {
  world in;
  engine ada{in, 1};
  ada.holds_steps = true;
  ada.start("work", "j");
  ada.runs.forget_all();
  ada.perform();
  REQUIRE_FALSE(ada.accepted.ok());
  CHECK(ada.accepted.error().code == fault::unreachable);
}

TEST_CASE("a call whose engine has died is made again, and only the new owner's reply counts") {
  world in;
  engine ada{in, 1};
  ada.start("work", "j");
  REQUIRE(ada.calls.size() == 1);
  in.now += lease_ms + 1;
  engine bob{in, 2};
  bob.take(1);
  REQUIRE(bob.calls.size() == 1);
  CHECK(bob.calls[0].what.attempt == 2);
  CHECK(bob.calls[0].what.topic == "ask");
  ada.reply(ada.calls[0], {{"x", "late"}});
  CHECK(key_of(in, "j") == "689");
  CHECK(ada.runs.size() == 0);
  bob.reply(bob.calls[0], {{"x", "new"}});
  CHECK(key_of(in, "j") == "663");
  CHECK(*job::load(read(in, "j"))->data("x")->get() == "new");
}

TEST_CASE("a reply that comes twice is taken once") {
  world in;
  engine ada{in, 1};
  ada.start("work", "j");
  const auto call = ada.calls.at(0);
  ada.reply(call, {{"x", 1}});
  const auto records = read(in, "j").records;
  ada.reply(call, {{"x", 2}});
  CHECK(read(in, "j").records == records);
}

TEST_CASE("a step whose actor died is made again") {
  world in;
  engine ada{in, 1};
  ada.loses_steps = 3;
  ada.start("work", "j");
  CHECK(key_of(in, "j") == "689");
  CHECK(ada.calls.size() == 1);
}

TEST_CASE("a step at which actors die each time is not made for ever") {
  world in;
  engine ada{in, 1};
  ada.loses_steps = 1'000;
  ada.start("work", "i");
  CHECK(ada.loses_steps > 900);
  CHECK(ada.accepted.error().message.find("died 5 times") != std::string::npos);
  CHECK(ada.runs.size() == 0);
  ada.loses_steps = 0;
  ada.start("work", "j");
  ada.loses_steps = 1'000;
  ada.reply(ada.calls.at(0), {{"x", 1}});
  CHECK(ada.loses_steps > 900);
  REQUIRE(ada.warnings.size() == 1);
  CHECK(ada.warnings[0].find("died 5 times") != std::string::npos);
  ada.loses_steps = 0;
  ada.around.store.seize("j", 1, [&](auto got) { ada.runs.seized(*got, {{"reason", "enough"}}); });
  ada.perform();
  CHECK(read(in, "j").state == "interrupted");
}

TEST_CASE("jobs of a version that is not known here are said once, and take their room") {
  world in;
  engine ada{in, 1};
  ada.start("work", "j");
  ada.start("work", "k");
  shelf empty;
  job_terms two_jobs;
  two_jobs.room = 2;
  in.now += lease_ms + 1;
  engine bob{in, 2, empty, two_jobs};
  bob.take(1);
  CHECK(bob.warnings.size() == 1);
  CHECK(bob.runs.size() == 0);
  CHECK_FALSE(bob.runs.has_room());
  for (int look = 0; look < 3; ++look) {
    bob.runs.look_again();
    bob.perform();
  }
  CHECK(bob.warnings.size() == 1);
  empty.put(flows());
  bob.runs.look_again();
  bob.perform();
  CHECK(bob.runs.size() == 2);
  CHECK(bob.calls.size() == 2);
}

TEST_CASE("a child's id that is taken in the meantime is an error of the await") {
  world in;
  engine ada{in, 1};
  ada.start("fold", "c", {{"id", "c"}});
  ada.start("work", "j", {{"child", "c"}});
  ada.reply(ada.calls.at(0), {{"await", true}});
  const auto view = *job::load(read(in, "j"));
  CHECK(view.key() == "667");
  CHECK(view.end()->error.get()->at("code") == 409);
}

TEST_CASE("a job that waits for its worker is held by its engine, one that has ended is not") {
  world in;
  engine ada{in, 1};
  ada.start("work", "j");
  CHECK(ada.runs.size() == 1);
  CHECK(read(in, "j").owner == 1);
  ada.reply(ada.calls.at(0), {{"x", 1}});
  CHECK(ada.runs.size() == 0);
  CHECK(read(in, "j").owner == 0);
}

TEST_CASE("a call that nobody serves leaves the job at rest, and goes when somebody does") {
  world in;
  engine ada{in, 1};
  ada.start("work", "j");
  const auto call = ada.calls.at(0);
  ada.runs.shelve(call.job, call.what.at, call.what.attempt);
  ada.perform();
  CHECK(ada.runs.size() == 0);
  CHECK(read(in, "j").owner == 0);
  in.store.serve("ask", 10, {});
  in.store.claim(1, 10, [&](auto got) {
    for (const auto& each : *got) ada.runs.took(each, false);
  });
  ada.perform();
  REQUIRE(ada.calls.size() == 2);
  ada.reply(ada.calls[1], {{"x", 5}});
  CHECK(key_of(in, "j") == "663");
}

TEST_CASE("mail that comes while the end of its job is on its way changes nothing") {
  world in;
  engine ada{in, 1};
  ada.start("work", "j");
  const auto call = ada.calls.at(0);
  ada.holds_commits = true;
  ada.runs.replied(call.job, call.what.at, call.what.attempt, {answer::status::error, 500, {}});
  ada.perform();
  REQUIRE(ada.held.size() == 1);
  ada.runs.popped("j", {{"m", "child", name(call.what.at), pack(json{{"state", "completed"}})}});
  ada.perform();
  CHECK(ada.held.size() == 1);
  ada.holds_commits = false;
  ada.perform(ada.held.front());
  ada.perform();
  CHECK(read(in, "j").state == "failed");
  CHECK(ada.runs.size() == 0);
}

TEST_CASE("a job that is seized while its end is on its way ends as it does") {
  world in;
  engine ada{in, 1};
  ada.start("work", "j");
  ada.holds_commits = true;
  ada.reply(ada.calls.at(0), {{"x", 1}});
  REQUIRE(ada.held.size() == 1);
  in.store.seize("j", 1, [&](auto got) { ada.runs.seized(*got, json::object()); });
  ada.perform();
  CHECK(ada.held.size() == 1);
  ada.holds_commits = false;
  ada.perform(ada.held.front());
  ada.perform();
  CHECK(read(in, "j").state == "completed");
  CHECK(ada.runs.size() == 0);
}

TEST_CASE("a job that is seized while its end is on its way is ended when that is refused") {
  world in;
  engine ada{in, 1};
  ada.start("work", "j");
  ada.holds_commits = true;
  ada.reply(ada.calls.at(0), {{"x", 1}});
  in.store.seize("j", 1, [&](auto got) { ada.runs.seized(*got, json::object()); });
  ada.holds_commits = false;
  ada.runs.committed("j", ada.held.at(0).what.what.makes, failure{fault::stale, "refused"});
  ada.perform();
  CHECK(read(in, "j").state == "interrupted");
}

TEST_CASE("an activity that ends another job is told so when the end is written") {
  world in;
  engine ada{in, 1};
  ada.start("work", "j");
  ada.holds_commits = true;
  ada.start("cut", "c", {{"whom", "j"}});
  REQUIRE(ada.held.size() == 1);
  CHECK(key_of(in, "c") == "68");
  CHECK(read(in, "j").state == "running");
  ada.holds_commits = false;
  ada.perform(ada.held.front());
  ada.perform();
  CHECK(read(in, "j").state == "interrupted");
  CHECK(key_of(in, "c") == "66");
}

TEST_CASE("an activity whose end of another job is refused asks whoever has that job now") {
  world in;
  engine ada{in, 1};
  engine bob{in, 2};
  ada.start("work", "j");
  ada.holds_commits = true;
  ada.start("cut", "c", {{"whom", "j"}});
  const json other{{"reason", "another"}, {"code", 410}, {"throw", true}, {"descend", false}};
  in.store.seize("j", 2, [&](auto got) { bob.runs.seized(*got, other); });
  bob.perform();
  REQUIRE(read(in, "j").state == "interrupted");
  ada.holds_commits = false;
  ada.perform(ada.held.front());
  ada.perform();
  const auto view = *job::load(read(in, "c"));
  CHECK(view.key() == "67");
  CHECK(view.end()->error.get()->at("code") == 409);
}

TEST_CASE("an end that the store could not answer is asked for again when it is looked again") {
  world in;
  engine ada{in, 1};
  ada.start("work", "j");
  ada.start("cut", "c", {{"whom", "nobody"}});
  CHECK(key_of(in, "c") == "67");
  ada.runs.start(2, "cut", {}, "d", {{"whom", "j"}}, "gid-d", true);
  ada.loses_seizes = 1;
  ada.perform();
  CHECK(key_of(in, "d") == "68");
  CHECK(read(in, "j").state == "running");
  ada.runs.look_again();
  ada.perform();
  CHECK(key_of(in, "d") == "66");
  CHECK(read(in, "j").state == "interrupted");
}

TEST_CASE(
    "a step that was begun before its job was forgotten says nothing of the job as it is now") {
  world in;
  engine ada{in, 1};
  ada.start("work", "j");
  ada.holds_steps = true;
  ada.reply(ada.calls.at(0), {{"x", 1}});
  REQUIRE(ada.steps.size() == 1);
  ada.runs.forget_all();
  ada.mine = 3;
  in.now += lease_ms + 1;
  in.store.renew(3, lease_ms, "test", {});
  ada.runs.own(3);
  ada.take(1);
  REQUIRE(ada.steps.size() == 2);
  ada.holds_steps = false;
  ada.perform(ada.steps.at(0));
  ada.perform();
  CHECK(key_of(in, "j") == "689");
  ada.perform(ada.steps.at(1));
  ada.perform();
  REQUIRE(ada.calls.size() == 2);
  CHECK(ada.calls.at(1).what.attempt == 2);
}

TEST_CASE("mail that cannot be read is an error of what waits for it, and not its engine's end") {
  const auto body = GENERATE(as<std::string>{}, "", "no MessagePack", pack(json::array({1, 2})));
  world in;
  engine ada{in, 1};
  ada.start("work", "j");
  const auto call = ada.calls.at(0);
  ada.runs.replied(call.job, call.what.at, call.what.attempt, {answer::status::pending, 202, {}});
  ada.perform();
  result<void> sent{failure{}};
  in.store.send(post{"j", {"m", "complete", name(call.what.at), body}},
                [&](auto got) { sent = got; });
  REQUIRE(sent.ok());
  in.store.claim(1, 10, [&](auto got) {
    for (const auto& each : *got) ada.runs.took(each, false);
  });
  ada.perform();
  const auto view = *job::load(read(in, "j"));
  CHECK(view.key() == "673");
  REQUIRE(view.end());
  CHECK(view.end()->error.get()->at("code") == 500);
}

TEST_CASE("a timer that the store has fired counts also where the clock lags behind") {
  world in;
  engine ada{in, 1};
  ada.start("nap", "j");
  CHECK(read(in, "j").state == "running");
  const auto due = in.now + 10'000;
  in.store.due(due, 10, {});
  in.store.claim(1, 10, [&](auto got) {
    REQUIRE(got.ok());
    REQUIRE(got->size() == 1);
    ada.runs.tick(due - 5);
    ada.runs.took(got->front(), false);
  });
  ada.perform();
  CHECK(read(in, "j").state == "completed");
  CHECK(job::load(read(in, "j"))->updated_ms() == due);
}
