#include "actors/control_answer.hpp"

#include "actors/control_value.hpp"
#include "actors/instant.hpp"

#include <catch2/catch.hpp>

using namespace quipu;

TEST_CASE("what stands under ok is the answer, a fault is the failure that it was") {
  CHECK(*read_answer(R"({"ok":{"id":"o-1"}})", "it") == json{{"id", "o-1"}});
  CHECK(read_answer(R"({"ok":null})", "it")->is_null());
  const failure why{fault::conflict, "there already"};
  CHECK(read_answer(fault_line(why).dump(), "it").error() == why);
  CHECK(read_answer(R"({"fault":"of tomorrow","message":"m"})", "it").error() ==
        failure{fault::failed, "m"});
  CHECK(read_answer(R"({"fault":"conflict","message":""})", "quipu.sock").error() ==
        failure{fault::conflict, "quipu.sock: the node gave no reason"});
}

TEST_CASE("whatever else is answered is said to come from no node") {
  for (const auto* line : {"", "not JSON", "[1]", "{}", R"({"fault":7,"message":"m"})",
                           R"({"fault":"conflict"})", R"({"fault":"conflict","message":[]})"}) {
    INFO(line);
    CHECK(read_answer(line, "quipu.sock").error() ==
          failure{fault::failed, "quipu.sock: what answers is no node"});
  }
  const std::string deep(1'000'000, '[');
  CHECK(read_answer(R"({"ok":)" + deep + std::string(deep.size(), ']') + "}", "it").error().code ==
        fault::invalid);
}

TEST_CASE("a number of an answer that does not fit its place is of another shape") {
  const auto job = to_control(job_info{});
  const auto with = [&job](const char* key, const json& said) {
    auto changed = job;
    changed[key] = said;
    job_info read;
    from_control(changed, read);
    return read;
  };
  CHECK_THROWS(with("created", 1e300));
  CHECK_THROWS(with("created", UINT64_MAX));
  CHECK_THROWS(with("history", "full"));
  CHECK(name(with("history", 200).history) == "off"); // of a newer node
  CHECK_THROWS(with("error", {{"code", 1e10}, {"message", ""}, {"activity", ""}, {"data", 1}}));
}

TEST_CASE("an instant that a time point cannot hold is the furthest that it can") {
  using namespace std::chrono;
  CHECK(instant_of<milliseconds>(5).time_since_epoch() == 5ms);
  CHECK(instant_of<milliseconds>(INT64_MAX) > instant_of<milliseconds>(9'000'000'000'000));
  CHECK(instant_of<microseconds>(INT64_MIN) < instant_of<microseconds>(-9'000'000'000'000'000));
}
