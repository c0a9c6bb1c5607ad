#include "tests/flows/driven.hpp"

using namespace quipu;

namespace {

/// The trigger's message is {m: 'mmm...'}; the worker beside the interrupt writes `next`.
std::shared_ptr<const plan> interrupts(const std::string& with) {
  return compiled_flow(R"(      activities:
        t: {type: trigger, job: {maps: {next: first}}}
        w: {type: worker, topic: w, job: {maps: {next: second}}}
        i: {type: interrupt, )" +
                       with + R"(}
      transitions: {t: [{to: w}, {to: i}]}
)");
}

} // namespace

TEST_CASE("an interrupt that is asked for again is of the job that it was of") {
  driven job{interrupts("target: '{$job.data.next}'")};
  auto possible = job.possible();
  REQUIRE(job.last().interrupts.size() == 1);
  CHECK(job.last().interrupts[0].job == "first");
  const auto replies = [](const event& each) { return each.at.activity == 1; };
  const auto reply = std::find_if(possible.begin(), possible.end(), replies);
  REQUIRE(reply != possible.end());
  REQUIRE(job.handle(*reply));
  REQUIRE(*job.view().data("next")->get() == "second");
  REQUIRE(job.handle(job.about(cause::recalled)));
  REQUIRE(job.last().interrupts.size() == 1);
  CHECK(job.last().interrupts[0].job == "first");
  CHECK(job.view().obligations().begin()->second.child == "first");
}

TEST_CASE("an interrupt whose code is none is an error, whatever the number would wrap to") {
  const auto ends = [](const std::string& code) {
    driven job{interrupts("code: {'@pipe': [[" + code + "]]}")};
    (void)job.possible();
    REQUIRE(job.view().ended());
    return *job.view().end()->error;
  };
  for (const std::string none : {"1000", "99", "-410", "4294967706", "410.5", "gone"}) {
    INFO(none);
    const auto error = ends(none);
    CHECK(error.at("code") == 500);
    CHECK(error.at("message").get<std::string>().find("`code`") != std::string::npos);
  }
  CHECK(ends("999").at("code") == 999);
  CHECK(ends("null").at("code") == 410);
  CHECK(ends("200").at("code") == 500); // an error below 400
}

TEST_CASE("an interrupt whose input breaks its schema ends nothing: it is its error") {
  const auto ends = [](const std::string& schema) {
    driven job{interrupts("input: {schema: {" + schema + "}, maps: {m: '{t.output.data.m}'}}")};
    (void)job.possible();
    REQUIRE(job.view().ended());
    return *job.view().end();
  };
  CHECK(ends("required: [m]").state == "interrupted");
  const auto refused = ends("required: [n]");
  REQUIRE(refused.state == "failed");
  CHECK(refused.error.get()->at("code") == 422);
  CHECK(refused.error.get()->at("activity") == "i");
}
