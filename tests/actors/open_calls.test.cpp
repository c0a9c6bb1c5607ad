#include "actors/open_calls.hpp"

#include <catch2/catch.hpp>

namespace quipu {

namespace {

call_asked asked(std::string job, std::uint32_t attempt = 1) {
  call_asked made;
  made.job = std::move(job);
  made.gid = "g";
  made.activity = 3;
  made.pass = 2;
  made.activity_id = "pay";
  made.topic = "work.pay";
  made.attempt = attempt;
  made.due_ms = 1'000;
  made.input = value{json{{"n", 1}}};
  return made;
}

} // namespace

TEST_CASE("a call says what was asked") {
  open_calls all;
  const auto one = all.open(asked("o-1", 2));
  CHECK(one->job() == "o-1");
  CHECK(one->topic() == "work.pay");
  CHECK(one->activity() == "pay");
  CHECK(one->dimension() == 2);
  CHECK(one->attempt() == 2);
  CHECK(one->idempotency_key() == "g.pay.2");
  CHECK(one->deadline()->time_since_epoch() == std::chrono::seconds{1});
  CHECK(one->data() == json{{"n", 1}});
}

TEST_CASE("one attempt is cancelled, and no other") {
  open_calls all;
  const auto first = all.open(asked("o-1", 1));
  const auto second = all.open(asked("o-1", 2));
  const auto other = all.open(asked("o-2", 1));
  all.cancel({"o-1", 3, 2, 1});
  CHECK(first->cancelled());
  CHECK_FALSE(first->heartbeat());
  CHECK_FALSE(second->cancelled());
  CHECK(second->heartbeat());
  all.cancel_all();
  CHECK(second->cancelled());
  CHECK(other->cancelled());
}

TEST_CASE("a call is open for as long as its worker holds it, and its heartbeat can be read") {
  open_calls all;
  auto one = all.open(asked("o-1"));
  const auto other = all.open(asked("o-10"));
  REQUIRE(all.of("o-1").size() == 1);
  CHECK_FALSE(all.of("o-1")[0]->last_beat());
  one->heartbeat({{"done", 3}});
  one->heartbeat({{"done", 4}});
  CHECK(all.of("o-1")[0]->last_beat()->progress == json{{"done", 4}});
  one.reset();
  CHECK(all.of("o-1").empty());
  CHECK(all.of("o-10").size() == 1);
}

TEST_CASE("an attempt that is handed out twice is open until the last of both is done") {
  open_calls all;
  auto first = all.open(asked("o-1"));
  const auto second = all.open(asked("o-1"));
  first.reset();
  CHECK(all.of("o-1").size() == 1);
  all.cancel({"o-1", 3, 2, 1});
  CHECK(second->cancelled());
}

} // namespace quipu
