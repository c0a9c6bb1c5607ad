#include "tests/flows/driven.hpp"

using namespace quipu;

namespace {

std::shared_ptr<const plan> lenient(const std::string& below) {
  return compiled(
      "app:\n  id: x\n  version: '1'\n  schemas: warn\n  graphs:\n    - subscribes: s\n" + below);
}

} // namespace

TEST_CASE("schemas: warn warns of a message that breaks the graph's or the trigger's schema") {
  const driven graphs{lenient(R"(      input: {schema: {required: [who]}}
      activities: {t: {type: trigger}}
)")};
  REQUIRE(graphs.last().warnings.size() == 1);
  CHECK(graphs.last().warnings[0].find("the message to \"s\"") != std::string::npos);
  const driven triggers{
      lenient(R"(      activities: {t: {type: trigger, input: {schema: {required: [who]}}}}
)")};
  CHECK(triggers.last().warnings == graphs.last().warnings);
  const driven none{lenient(R"(      input: {schema: {required: [m]}}
      activities: {t: {type: trigger}}
)")};
  CHECK(none.last().warnings.empty());
}

TEST_CASE("schemas: warn warns of a signal that breaks the hook's schema") {
  driven job{lenient(
      R"(      activities: {t: {type: trigger}, h: {type: hook, hook: {schema: {required: [x]}}}}
      transitions: {t: [{to: h}]}
      hooks: {go: [{to: h}]}
)")};
  auto signal = job.about(cause::signalled);
  signal.what.data = json::object();
  REQUIRE(job.handle(signal));
  REQUIRE(job.last().warnings.size() == 1);
  CHECK(job.last().warnings[0].find("the signal to \"h\"") != std::string::npos);
}

TEST_CASE("schemas: warn warns once of a reply, also where retry names 422") {
  driven job{lenient(R"(      activities:
        t: {type: trigger}
        w: {type: worker, topic: w, retry: {'422': [3, 0]}, output: {schema: {required: [x]}}}
      transitions: {t: [{to: w}]}
)")};
  REQUIRE(job.handle(job.about(cause::replied)));
  CHECK(job.last().warnings.size() == 1);
  CHECK(job.view().state() == "completed");
}

TEST_CASE("a mapping whose failure is nobody's error is warned of") {
  const std::string fails = "{'@pipe': [['{'], ['{@json.parse}']]}";
  const auto warned = [](const driven& job, const std::string& of) {
    REQUIRE(job.last().warnings.size() == 1);
    INFO(job.last().warnings[0]);
    CHECK(job.last().warnings[0].starts_with(of + ": "));
    CHECK(job.view().state() != "failed");
  };
  const auto trigger = [&](const std::string& with) {
    return compiled_flow("      publishes: p\n      activities: {t: {type: trigger, " + with +
                         "}}\n");
  };
  warned(driven{trigger("emit: " + fails)}, "emit of \"t\"");
  warned(driven{trigger("persist: " + fails)}, "persist of \"t\"");
  warned(driven{trigger("telemetry: {a: " + fails + "}")}, "telemetry of \"t\"");
  const auto graph = [](const std::string& with) {
    return compiled_flow("      " + with + R"(
      activities: {t: {type: trigger}, h: {type: hook, cycle: true}}
      transitions: {t: [{to: h}]}
      hooks: {go: [{to: h}]}
)");
  };
  warned(driven{graph("expire: " + fails)}, "expire of \"s\"");
  warned(driven{graph("expire: {'@pipe': [['soon']]}")}, "expire of \"s\"");
  warned(driven{graph("persistent: " + fails)}, "persistent of \"s\"");
}
