#include "actors/actor_topic.hpp"

#include "tests/actors/conversation.hpp"

#include <caf/response_promise.hpp>

#include <stdexcept>

namespace quipu {

namespace {

/// An actor topic on the test coordinator, and somebody who asks it.
struct asking {
  explicit asking(worker who, std::size_t most = served_at_once) {
    config.add_message_types<caf::id_block::quipu_worker>();
    topic = system.spawn(make_actor_topic,
                         actor_topic_state::parts{
                             who.as_actor(), "work.charge", most, open, 1'000,
                             [this](const std::string& message) { warnings.push_back(message); }});
    engine = system.spawn([this](caf::event_based_actor* self) -> caf::behavior {
      return {
          [this, self](const call_asked& asked) { self->send(topic, asked); },
          [this](const call_answered& said) { answers.push_back(said); },
      };
    });
    run();
  }
  ~asking() {
    for (const auto& each : {topic, engine}) caf::anon_send_exit(each, caf::exit_reason::kill);
    run();
  }

  void ask(const std::string& job) {
    call_asked asked;
    asked.job = job;
    asked.topic = "work.charge";
    asked.input = value{json{{"job", job}}};
    caf::anon_send(engine, asked);
  }
  void run() { scheduler().run(); }
  void pass(std::chrono::milliseconds time) {
    scheduler().clock().advance_time(time);
    run();
  }
  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }
  std::vector<std::string> said() const {
    std::vector<std::string> all;
    for (const auto& each : answers)
      all.push_back(each.job + " " + std::to_string(each.code) + " " +
                    (*each.data).value("message", ""));
    return all;
  }

  static constexpr std::size_t served_at_once = 256;
  conversation::testing_config config;
  caf::actor_system system{config};
  std::shared_ptr<open_calls> open = std::make_shared<open_calls>();
  std::vector<call_answered> answers;
  std::vector<std::string> warnings;
  caf::actor topic, engine;
};

struct counting {
  int asked = 0;
};

/// A worker actor that keeps its calls until it is told to answer.
struct holder {
  worker made() {
    return actor([this](caf::event_based_actor* self) -> caf::behavior {
      who = self;
      return {[this, self](const call_ptr& asked) {
                held.emplace_back(asked, self->make_response_promise());
                return held.back().second;
              },
              [this](int which) { held[which].second.deliver(ok()); }};
    });
  }
  void answer(int which) const { caf::anon_send(who, which); }
  /// Before its actor system ends.
  void let_go() {
    held.clear();
    who = nullptr;
  }

  std::vector<std::pair<call_ptr, caf::response_promise>> held;
  caf::actor who;
};

} // namespace

TEST_CASE("a worker actor is asked, keeps its state, and its response is the answer") {
  asking with{actor([](caf::stateful_actor<counting>* self) -> caf::behavior {
    return {[self](const call_ptr& asked) {
      return ok({{"job", asked->job()}, {"asked", ++self->state.asked}});
    }};
  })};
  with.ask("a");
  with.ask("b");
  with.run();
  REQUIRE(with.answers.size() == 2);
  CHECK(*with.answers[0].data == json{{"job", "a"}, {"asked", 1}});
  CHECK(*with.answers[1].data == json{{"job", "b"}, {"asked", 2}});
  CHECK(with.answers[1].code == 200);
  CHECK(with.open->of("a").empty());
}

TEST_CASE("a worker actor may answer later, and has no more open at once than its topic says") {
  holder worker;
  auto& held = worker.held;
  {
    asking with{worker.made(), 3};
    for (const auto* job : {"a", "b", "c", "d", "e"}) with.ask(job);
    with.run();
    REQUIRE(held.size() == 3);
    CHECK(held[2].first->job() == "c");
    worker.answer(1);
    with.run();
    REQUIRE(held.size() == 4);
    CHECK(with.said() == std::vector<std::string>{"b 200 "});
    CHECK(held[3].first->job() == "d");
    with.open->cancel_all();
    CHECK(held[0].first->cancelled());
    worker.let_go();
  }
}

TEST_CASE("an actor that throws is spawned again; its call is an error, what waited goes on") {
  int lives = 0;
  asking with{actor([&lives]() -> caf::behavior {
    ++lives;
    return {[](const call_ptr& asked) -> reply {
      if (asked->job() == "bad") throw std::runtime_error{"no such card"};
      return ok();
    }};
  })};
  for (const auto* job : {"a", "bad", "b", "c"}) with.ask(job);
  with.run();
  with.pass(std::chrono::seconds{10});
  auto said = with.said();
  REQUIRE(said.size() == 4);
  std::sort(said.begin(), said.end());
  CHECK(said[0] == "a 200 ");
  CHECK(said[1] == "b 200 ");
  CHECK_THAT(said[2], Catch::StartsWith("bad 500 ") && Catch::Contains("no such card"));
  CHECK(said[3] == "c 200 ");
  CHECK(lives == 2);
  REQUIRE(with.warnings.size() == 1);
  CHECK_THAT(with.warnings[0], Catch::Contains("work.charge") && Catch::Contains("no such card"));
}

TEST_CASE("an actor that never takes up what it is asked is given up") {
  asking with{actor([](caf::event_based_actor* self) -> caf::behavior {
    self->quit(caf::sec::runtime_error);
    return {[](const call_ptr&) { return ok(); }};
  })};
  with.ask("a");
  for (int life = 0; life < 10; ++life) with.pass(std::chrono::seconds{10});
  REQUIRE(with.answers.size() == 1);
  CHECK(with.answers[0].code == 500);
  CHECK_THAT(with.said()[0], Catch::Contains("work.charge"));
}

TEST_CASE("a response that is an error, or no reply at all, is an error of the activity") {
  asking with{actor([]() -> caf::behavior {
    return {[](const call_ptr& asked) -> caf::result<reply> {
      if (asked->job() == "a") return caf::sec::cannot_open_file;
      return ok({{"text", std::string(2'000, 'x')}});
    }};
  })};
  with.ask("a");
  with.ask("b");
  with.run();
  const auto said = with.said();
  REQUIRE(said.size() == 2);
  CHECK_THAT(said[0], Catch::StartsWith("a 500 "));
  CHECK_THAT(said[1], Catch::StartsWith("b 413 ") && Catch::Contains("limits.payload.bytes"));
}

namespace {

struct unborn {
  unborn() { throw std::runtime_error{"no such device"}; }
};

} // namespace

TEST_CASE("an actor that cannot be spawned is an error of its calls, and the topic lives on") {
  asking with{actor([](caf::stateful_actor<unborn>*) -> caf::behavior {
    return {[](const call_ptr&) { return ok(); }};
  })};
  for (const auto* job : {"a", "b"}) {
    with.ask(job);
    for (int life = 0; life < 10; ++life) with.pass(std::chrono::seconds{10});
  }
  const auto said = with.said();
  REQUIRE(said.size() == 2);
  CHECK_THAT(said[0], Catch::StartsWith("a 500 ") && Catch::Contains("work.charge") &&
                          Catch::Contains("no such device"));
  CHECK_THAT(said[1], Catch::StartsWith("b 500 "));
  CHECK_FALSE(with.warnings.empty());
}

TEST_CASE("a call that nobody wants any more is not handed to the actor") {
  holder worker;
  auto& held = worker.held;
  {
    asking with{worker.made(), 1};
    for (const auto* job : {"a", "b", "c"}) with.ask(job);
    with.run();
    caf::anon_send(with.topic, call_cancelled{"b", 0, 0, 1});
    with.run();
    worker.answer(0);
    with.run();
    REQUIRE(held.size() == 2);
    CHECK(held[1].first->job() == "c");
    worker.let_go();
  }
}

} // namespace quipu
