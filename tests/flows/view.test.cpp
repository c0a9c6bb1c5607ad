#include "flows/view.hpp"

#include "tests/flows/driven.hpp"

using namespace quipu;

TEST_CASE("a time is told as ECMAScript tells it, as far as it has times, and no further") {
  CHECK(iso_time(0) == "1970-01-01T00:00:00.000Z");
  CHECK(iso_time(1'700'000'000'123) == "2023-11-14T22:13:20.123Z");
  CHECK(iso_time(-1) == "1969-12-31T23:59:59.999Z");
  CHECK(iso_time(253'402'300'800'000) == "+010000-01-01T00:00:00.000Z");
  CHECK(iso_time(8'640'000'000'000'000) == "+275760-09-13T00:00:00.000Z");
  CHECK(iso_time(INT64_MAX) == "+275760-09-13T00:00:00.000Z");
  CHECK(iso_time(INT64_MIN) == "-271821-04-20T00:00:00.000Z");
}

TEST_CASE("a topic may read what the engine knows of its activity, and topics above it") {
  driven job{compiled_flow(R"(
      activities:
        t: {type: trigger}
        a: {type: worker, topic: '{$self.output.metadata.aid}'}
        b: {type: worker, topic: '{a.output.metadata.stp}'}
      transitions: {t: [{to: a}], a: [{to: b}]}
)")};
  REQUIRE(job.last().calls.size() == 1);
  CHECK(job.last().calls[0].topic == "a");
  REQUIRE(job.handle(job.about(cause::replied)));
  REQUIRE(job.last().calls.size() == 1);
  CHECK(job.last().calls[0].topic == "a");
}
