#include "tests/flows/driven.hpp"

using namespace quipu;

namespace {

std::shared_ptr<const plan> worker(const std::string& with) {
  return compiled_flow("      activities: {t: {type: trigger}, w: {type: worker, topic: w" + with +
                       "}}\n      transitions: {t: [{to: w}]}\n");
}

const obligation& owed(const driven& by) { return by.view().obligations().begin()->second; }

} // namespace

TEST_CASE("the time of an attempt runs from its own leg 1, also after a takeover") {
  driven job{worker(", timeout: 10s")};
  const auto first = owed(job);
  REQUIRE(first.due_ms == first.since_ms + 10'000);
  const auto later = *first.due_ms + 60'000; // nobody was there meanwhile
  job.at_ms(later);
  REQUIRE(job.handle(job.about(cause::recalled)));
  CHECK(owed(job).attempt == 2);
  CHECK(owed(job).since_ms == later);
  CHECK(owed(job).due_ms == later + 10'000);
  REQUIRE(job.last().calls.size() == 1);
  CHECK(job.last().calls[0].due_ms == later + 10'000);
  CHECK_FALSE(job.handle(job.about(cause::timed_out)));
}

TEST_CASE("the time of an attempt runs on while it waits for a worker, and when it is served") {
  driven job{worker(", timeout: 10s")};
  const auto due = owed(job).due_ms;
  REQUIRE(job.handle(job.about(cause::shelved)));
  CHECK(owed(job).due_ms == due);
  job.at_ms(*due - 1);
  REQUIRE(job.handle(job.about(cause::served)));
  CHECK(owed(job).due_ms == due);
  CHECK(job.last().calls.at(0).due_ms == due);
  REQUIRE(job.handle(job.about(cause::timed_out)));
  CHECK(job.view().ended());
}

TEST_CASE("a call whose input can no more be mapped is an error, and asks for nothing else") {
  const auto asks = worker(", retry: {'500': [2, 0]}, input: {maps: {m: '{t.output.data.m}'}}");
  step_limits low;
  low.mapping.output_bytes = 100;
  const auto fails = [&](driven& job, cause why) {
    job.limit(low);
    CHECK_FALSE(call_of(job.on(), job.view(), job.about(why).at));
    REQUIRE(job.handle(job.about(why)));
    CHECK(job.last().calls.empty());
    REQUIRE(job.view().ended());
    const auto& error = *job.view().end()->error;
    CHECK(error.value("activity", "") == "w");
    CHECK(error.value("code", 0) == 500);
    CHECK(job.view().key() == "67");
  };
  SECTION("at a takeover") {
    driven job{asks};
    fails(job, cause::recalled);
  }
  SECTION("when a worker comes") {
    driven job{asks};
    REQUIRE(job.handle(job.about(cause::shelved)));
    fails(job, cause::served);
  }
  SECTION("when it is retried") {
    driven job{asks};
    auto reply = job.about(cause::replied);
    reply.what.code = 500;
    REQUIRE(job.handle(reply));
    fails(job, cause::retried);
  }
}

TEST_CASE("a wait of nothing stays nothing, however often it is doubled") {
  driven job{worker(", retry: {attempts: 300, initial: 0, factor: 1000}")};
  for (int attempt = 1; attempt < 200; ++attempt) {
    auto reply = job.about(cause::replied);
    reply.what.code = 500;
    REQUIRE(job.handle(reply));
    REQUIRE(owed(job).due_ms == owed(job).since_ms);
    REQUIRE(job.handle(job.about(cause::retried)));
  }
}
