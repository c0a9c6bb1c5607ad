#include "flows/condition.hpp"

#include "flows/mapper/context.hpp"

#include <catch2/catch.hpp>

using namespace quipu;

namespace {

const json data = json::parse(R"({"t1": {"output": {"data": {
  "ok": true, "n": 1, "half": 0.5, "text": "1", "none": null, "list": [1, {"b": 2, "a": 1}]}}}})");

const mapper::context in(data, 0);

struct compiled {
  condition made;
  findings faults;
};

compiled compile(const char* written) {
  compiled all;
  all.made = condition::compile(to_tree(json::parse(written)), in, all.faults);
  return all;
}

bool holds(const std::string& matches) {
  findings faults;
  auto made = condition::compile(to_tree(json::parse(R"({"match": )" + matches + "}")), in, faults);
  return made.holds(in).value();
}

std::string refusal(const char* written) {
  auto all = compile(written);
  return all.faults.failed() ? all.faults.all()[0].message : "nothing";
}

} // namespace

TEST_CASE("without a code a condition admits every success, but no pending reply and no error") {
  auto made = compile("{}").made;
  CHECK(made.admits(200));
  CHECK(made.admits(201));
  CHECK_FALSE(made.admits(202));
  CHECK_FALSE(made.admits(404));
}

TEST_CASE("a condition admits the codes that it names and no others") {
  CHECK(compile(R"({"code": 202})").made.admits(202));
  CHECK_FALSE(compile(R"({"code": 202})").made.admits(200));
  CHECK(compile(R"({"code": [404, "500"]})").made.admits(500));
  CHECK(compile(R"({"code": [700, "999"]})").made.admits(999)); // as an interrupt may say
  CHECK_FALSE(compile(R"({"code": []})").made.admits(200));
}

TEST_CASE("true is taken whatever the code, false never") {
  CHECK(compile("true").made.admits(500));
  CHECK(compile("true").made.holds(in).value());
  CHECK_FALSE(compile("false").made.admits(200));
  CHECK_FALSE(compile("false").made.holds(in).value());
}

TEST_CASE("a match compares by JSON value and type") {
  CHECK(holds(R"([{"expected": 1, "actual": "{t1.output.data.n}"}])"));
  CHECK(holds(R"([{"expected": 1.0, "actual": "{t1.output.data.n}"}])"));
  CHECK_FALSE(holds(R"([{"expected": 1, "actual": "{t1.output.data.text}"}])"));
  CHECK_FALSE(holds(R"([{"expected": true, "actual": "{t1.output.data.n}"}])"));
  CHECK(holds(R"([{"expected": [1, {"a": 1, "b": 2}], "actual": "{t1.output.data.list}"}])"));
  CHECK_FALSE(holds(R"([{"expected": [1, {"a": 1}], "actual": "{t1.output.data.list}"}])"));
  CHECK(holds(R"([{"expected": {"x": 1}, "actual": {"x": "{t1.output.data.n}"}}])"));
}

TEST_CASE("what is expected may be computed") {
  CHECK(holds(R"([{"expected": {"@pipe": [["{t1.output.data.half}", 2], ["{@math.multiply}"]]},
                   "actual": "{t1.output.data.n}"}])"));
}

TEST_CASE("undefined equals nothing, not even undefined or null") {
  CHECK_FALSE(holds(R"([{"expected": null, "actual": "{t1.output.data.nope}"}])"));
  CHECK_FALSE(
      holds(R"([{"expected": "{t1.output.data.nope}", "actual": "{t1.output.data.nope}"}])"));
  CHECK(holds(R"([{"expected": null, "actual": "{t1.output.data.none}"}])"));
}

TEST_CASE("all matches must hold, or with the gate or one of them") {
  const char* two = R"({"gate": "GATE", "match": [{"expected": 2, "actual": "{t1.output.data.n}"},
                                                 {"expected": true, "actual": "{t1.output.data.ok}"}]})";
  auto with = [&](const char* gate) {
    std::string text = two;
    return compile(text.replace(text.find("GATE"), 4, gate).c_str()).made.holds(in).value();
  };
  CHECK_FALSE(with("and"));
  CHECK(with("or"));
  CHECK(holds("[]"));
  CHECK_FALSE(compile(R"({"gate": "or", "match": []})").made.holds(in).value());
  CHECK(compile(R"({"gate": "or"})").made.holds(in).value());
}

TEST_CASE("matches are looked at in order, and only as far as needed") {
  auto made = compile(R"({"match": [{"expected": 1, "actual": 2},
      {"expected": 1, "actual": {"@pipe": [["{t1.output.data.n}"], ["{@string.trim}"]]}}]})")
                  .made;
  CHECK_FALSE(made.holds(in).value());
  made =
      compile(
          R"({"match": [{"expected": 1, "actual": {"@pipe": [["{t1.output.data.n}"], ["{@string.trim}"]]}}]})")
          .made;
  CHECK_FALSE(made.holds(in).ok());
}

TEST_CASE("a condition that cannot be meant so is refused") {
  CHECK(refusal(R"({"code": "abc"})") == "a code is a number from 100 to 999, not \"abc\"");
  CHECK(refusal(R"({"code": [200, 7]})") == "a code is a number from 100 to 999, not 7");
  CHECK(refusal(R"({"gate": "xor"})") ==
        "a gate is \"and\" or \"or\", not \"xor\"; did you mean \"or\"?");
  CHECK(refusal(R"({"codes": 200})").find("did you mean \"code\"?") != std::string::npos);
  CHECK(refusal(R"({"match": {"expected": 1}})").find("a list") != std::string::npos);
  CHECK(refusal(R"({"match": [{"expected": 1}]})").find("\"actual\" is missing") !=
        std::string::npos);
  CHECK(refusal(R"({"match": [{"expected": 1, "actual": 1, "actal": 2}]})")
            .find("did you mean \"actual\"?") != std::string::npos);
  CHECK(refusal(R"([1])").find("conditions are a map") != std::string::npos);
}

TEST_CASE("a wrong code is told at its value, a wrong key at the key") {
  auto written = to_tree(json::parse(R"({"code": "abc", "gaet": "or"})"));
  written.entries[0].value.at = {nullptr, 5, 11};
  written.entries[1].at = {nullptr, 6, 5};
  findings faults;
  auto made = condition::compile(written, in, faults);
  REQUIRE(faults.all().size() == 2);
  CHECK(faults.all()[0].at.column == 11);
  CHECK(faults.all()[1].at.line == 6);
  CHECK_FALSE(made.admits(200));
}

TEST_CASE("equal JSON is the same whatever the order of its keys and the kind of its numbers") {
  CHECK(same(json::parse(R"({"a": 1, "b": [2.0]})"), json::parse(R"({"b": [2], "a": 1.0})")));
  CHECK_FALSE(same(json::parse(R"({"a": 1})"), json::parse(R"({"b": 1})")));
  CHECK_FALSE(same(json::parse("[1, 2]"), json::parse("[2, 1]")));
  CHECK_FALSE(same(json::parse("null"), json::parse("false")));
}
