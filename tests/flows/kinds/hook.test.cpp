#include "tests/flows/driven.hpp"

using namespace quipu;

TEST_CASE("a hook that its time answers has no signal, in that commit and in later ones") {
  driven job{compiled_flow(R"(      activities:
        t: {type: trigger}
        h: {type: hook, sleep: 10s}
        now: {type: worker, topic: w, input: {maps: {heard: '{h.hook.data.x}'}}}
        later: {type: worker, topic: w, input: {maps: {heard: '{h.hook.data.x}'}}}
      transitions: {t: [{to: h}], h: [{to: now}], now: [{to: later}]}
      hooks: {go: [{to: h}]}
)")};
  auto signal = job.about(cause::signalled);
  signal.what = {answer::status::pending, 202, json{{"x", std::string(600, 'x')}}};
  REQUIRE(job.handle(signal)); // takes no edge: the hook stays
  job.at_ms(100'000);
  REQUIRE(job.handle(job.about(cause::woken)));
  REQUIRE(job.last().calls.size() == 1);
  CHECK(job.last().calls[0].input.get()->empty());
  REQUIRE(job.handle(job.about(cause::replied)));
  REQUIRE(job.last().calls.size() == 1);
  CHECK(job.last().calls[0].input.get()->empty());
  job.check_stored();
}
