#include "collation/measuring.hpp"
#include "flows/definition.hpp"
#include "flows/read.hpp"
#include "flows/step.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace quipu;

namespace {

std::shared_ptr<const plan> compiled(const std::string& activities, const std::string& rest = {}) {
  findings faults;
  const auto document = read_text(
      "app:\n  id: x\n  version: '1'\n  graphs:\n    - subscribes: s\n      activities:\n" +
          activities + rest,
      "flow.yaml", faults);
  REQUIRE(document);
  const auto app = read_definition(*document, faults);
  for (const auto& each : faults.all()) UNSCOPED_INFO(to_string(each));
  REQUIRE(app);
  auto made = compile(*app, faults);
  for (const auto& each : faults.all()) UNSCOPED_INFO(to_string(each));
  REQUIRE(made);
  return made;
}

constexpr std::int64_t an_hour = 3'600'000;
constexpr std::int64_t half_past_ten = 1'700'000'000'000 / an_hour * an_hour + an_hour / 2;

/// A job up to the step of its trigger.
struct begun {
  std::shared_ptr<const plan> app;
  job view;
  outcome made;

  begun(std::shared_ptr<const plan> of, const json& message) : app(std::move(of)) {
    const auto& rules = app->flows.front();
    identity who{"j", "g", "x", "1", "s"};
    who.slices = static_cast<std::uint32_t>(rules.slices.size());
    REQUIRE(view.fold(create({*app, rules, half_past_ten - 1}, who, value{message}).what));
    event begin;
    begin.why = cause::begun;
    take(begin);
  }

  void take(const event& what) {
    auto stepped = step({*app, app->flows.front(), half_past_ten}, view, what);
    REQUIRE(stepped);
    made = std::move(*stepped);
    REQUIRE(view.fold(made.what));
  }
};

std::string trigger(const std::string& stats) {
  return "        t: {type: trigger, stats: " + stats + "}\n";
}

} // namespace

TEST_CASE(
    "a job is measured in the step of its trigger, in the stretch of time that the step is in") {
  for (const auto& [granularity, from] :
       {std::pair{"", half_past_ten - an_hour / 2},
        std::pair{", granularity: 1h", half_past_ten - an_hour / 2},
        std::pair{", granularity: 30m", half_past_ten},
        std::pair{", granularity: 15m", half_past_ten},
        std::pair{", granularity: infinity", all_time}}) {
    const begun job{compiled(trigger(fmt::format(
                        "{{key: '{{$self.output.data.k}}'{}, measures: [{{measure: sum, target: "
                        "'{{$self.output.data.n}}'}}]}}",
                        granularity))),
                    json{{"k", "eu"}, {"n", 5}}};
    REQUIRE(job.made.measured);
    CHECK(job.made.measured->key == "eu");
    CHECK(job.made.measured->from_ms == from);
    CHECK(job.made.measured->adds ==
          std::vector<addition>{{"n", addition::kind::sum, 1, {}},
                                {"sum.0 n", addition::kind::sum, 5, {}}});
    CHECK(job.made.warnings.empty());
  }
}

TEST_CASE("a trigger that only names or only indexes its jobs does not count them") {
  CHECK_FALSE(begun(compiled("        t: {type: trigger}\n"), json::object()).made.measured);
  CHECK_FALSE(begun(compiled(trigger("{id: j}")), json::object()).made.measured);
  const begun indexed{
      compiled(trigger("{measures: [{measure: index, target: '{$self.output.data.a.region}'}]}")),
      json{{"a", {{"region", "eu"}}}}};
  CHECK_FALSE(indexed.made.measured);
  REQUIRE(indexed.view.index().size() == 1);
  CHECK(indexed.view.index()[0] == std::pair{std::string{"region"}, value{"eu"}});
  CHECK(begun(compiled(trigger("{key: k}")), json::object()).made.measured);
  CHECK(begun(compiled(trigger("{measures: [{measure: count}]}")), json::object()).made.measured);
}

TEST_CASE("what cannot be measured is told, and is no error of the job") {
  const auto app =
      compiled("        t:\n          type: trigger\n          stats:\n"
               "            key: '{$self.output.data.k}'\n"
               "            measures: [{measure: sum, target: '{$self.output.data.n}'},\n"
               "                       {measure: min, target: {'@pipe': [['{$self.output.data.n}', "
               "-1], ['{@string.repeat}']]}}]\n");
  const begun text{app, json{{"k", "eu"}, {"n", "7"}}};
  REQUIRE(text.made.measured);
  CHECK(text.made.measured->adds.size() == 1);
  REQUIRE(text.made.warnings.size() == 2);
  CHECK_THAT(text.made.warnings[0], Catch::Contains("sum n is \"7\", no number"));
  CHECK_THAT(text.made.warnings[1], Catch::Contains("min n"));
  CHECK(text.view.state() == "completed");
  const begun list{app, json{{"k", json::array({1})}}};
  CHECK_FALSE(list.made.measured);
  CHECK_THAT(list.made.warnings.back(), Catch::Contains("key is [1]"));
  const begun lengthy{app, json{{"k", std::string(256, 'k')}}};
  CHECK_FALSE(lengthy.made.measured);
  CHECK_THAT(lengthy.made.warnings.back(), Catch::Contains("limits.id.bytes is 255"));
  CHECK(begun(app, json{{"k", std::string(255, 'k')}}).made.measured);
  CHECK(begun(app, json{{"k", 7.0}}).made.measured->key == "7");
  CHECK(begun(app, json::object()).made.measured->key.empty());
}

TEST_CASE("attributes of an activity that settles are in its record") {
  const auto app = compiled(
      "        t: {type: trigger, telemetry: {region: '{$self.output.data.k}', fixed: 1}}\n"
      "        w: {type: worker, topic: w, telemetry: {said: '{$self.output.data.x}', code: "
      "'{$self.output.metadata.ac}'}}\n",
      "      transitions: {t: [{to: w}]}\n");
  begun job{app, json{{"k", "eu"}}};
  using attributes = std::vector<std::pair<instance, value>>;
  CHECK(job.made.what.attributes ==
        attributes{{{0, 0}, value{json{{"region", "eu"}, {"fixed", 1}}}}});
  event reply;
  reply.why = cause::replied;
  reply.at = {1, 0};
  reply.attempt = 1;
  reply.what.data = json{{"x", "yes"}};
  job.take(reply);
  CHECK(job.made.what.attributes ==
        attributes{{{1, 0}, value{json{{"said", "yes"}, {"code", 200}}}}});
  CHECK(job.made.warnings.empty());
}
