#include "tests/flows/driven.hpp"

using namespace quipu;

TEST_CASE("a cycle that fails does not go round") {
  const auto flow = [](const std::string& edges) {
    return compiled_flow(R"(      activities:
        t: {type: trigger}
        h: {type: hook, cycle: true, emit: true}
        w: {type: worker, topic: w}
        c: {type: cycle, ancestor: h, job: {maps: {bad: {'@pipe': [['{'], ['{@json.parse}']]}}}}
        e: {type: hook}
      transitions: {t: [{to: h}], h: [{to: w}], w: [{to: c}], )" +
                         edges + "}\n");
  };
  const auto goes_round = [](driven& job) {
    const auto reply = job.possible();
    REQUIRE(reply.size() == 1);
    REQUIRE(job.handle(reply.front()));
    (void)job.possible();
    REQUIRE(job.view().ended());
    return job.view().opened(1) > 1;
  };
  SECTION("nobody catches it: the job has failed, and opens nothing more") {
    driven job{flow("c: [{to: e}]")};
    CHECK_FALSE(goes_round(job));
    CHECK(job.view().state() == "failed");
    CHECK(job.view().end()->error.get()->at("activity") == "c");
  }
  SECTION("an edge catches it") {
    driven job{flow("c: [{to: e, conditions: {code: 500}}]")};
    CHECK_FALSE(goes_round(job));
    CHECK(job.view().state() == "completed");
  }
}
