#include "flows/mapping.hpp"

#include <catch2/catch.hpp>

using namespace quipu;

namespace {

/// t1 (0), pay (1) and $self (2) may be read.
class three_above final : public scope {
public:
  result<std::uint32_t> activity(std::string_view name) const override {
    if (name == "t1") return 0U;
    if (name == "pay") return 1U;
    if (name == "$self") return 2U;
    return failure{fault::invalid, std::string(name) + " is not above ship; above it are: t1, pay"};
  }
};

class documents final : public environment {
public:
  const json* read(const slot& what) const override {
    for (const auto& [at, data] : all)
      if (at == what) return &data;
    return nullptr;
  }
  std::int64_t now() const override { return 1'000; }
  double chance() const override { return 0.25; }

  std::vector<std::pair<slot, json>> all;
};

constexpr slot t1_output{0, slot::document::output, slot::part::data};
constexpr slot job_data{};

documents some() {
  documents made;
  made.all.emplace_back(t1_output, json::parse(R"({
    "name": "Ada", "age": 36, "none": null, "list": [10, 20, 30], "deep": {"er": [{"x": 1}]},
    "big": 9007199254740993, "-tag": "a", "_tag": "b", "tag": "c"})"));
  made.all.emplace_back(job_data, json::parse(R"({"total": 7})"));
  return made;
}

struct compiled {
  mapping made;
  findings faults;
};

compiled compile(const char* written, mapping::role as = mapping::role::value) {
  compiled all;
  all.made = mapping::compile(to_tree(json::parse(written)), three_above(), all.faults, as);
  return all;
}

/// What it gives as JSON text; "undefined", or what went wrong.
std::string give(const char* written, const fuel& limit = {},
                 mapping::role as = mapping::role::value) {
  auto all = compile(written, as);
  if (all.faults.failed()) return "refused: " + all.faults.all()[0].message;
  auto made = all.made.evaluate(some(), limit);
  if (!made) return "failed: " + made.error().message;
  return *made ? (*made)->dump() : "undefined";
}

std::string refusal(const char* written) {
  auto all = compile(written);
  return all.faults.failed() ? all.faults.all()[0].message : "nothing";
}

bool says(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a reference reads the document that it names, by keys and indexes") {
  CHECK(give(R"("{t1.output.data.name}")") == R"("Ada")");
  CHECK(give(R"("{t1.output.data.list.1}")") == "20");
  CHECK(give(R"("{t1.output.data.deep.er.0.x}")") == "1");
  CHECK(give(R"("{$job.data.total}")") == "7");
  CHECK(give(R"("{t1.output.data.none}")") == "null");
  CHECK(give(R"("{t1.output.data.big}")") == "9007199254740993");
}

TEST_CASE("an array has a length, a text has none") {
  CHECK(give(R"("{t1.output.data.list.length}")") == "3");
  CHECK(give(R"("{t1.output.data.name.length}")") == "undefined");
  CHECK(give(R"("{t1.output.data.list.length.x}")") == "undefined");
}

TEST_CASE("what is not there is left out of an object and null in an array") {
  CHECK(give(R"("{t1.output.data.nope.deeper}")") == "undefined");
  CHECK(give(R"("{pay.output.data.x}")") == "undefined");
  CHECK(give(R"({"a": "{t1.output.data.nope}", "b": 1})") == R"({"b":1})");
  CHECK(give(R"(["{t1.output.data.nope}", 1])") == "[null,1]");
  CHECK(give(R"("{t1.output.data.list.-1}")") == "undefined");
  CHECK(give(R"("{t1.output.data.list.01}")") == "undefined");
}

TEST_CASE("a text that does not both begin and end with a brace is a literal") {
  for (const char* text :
       {R"("{t1.output.data.name} ")", R"("a{b}c")", R"("close}")", R"("$job.data.x")", R"("")"})
    CHECK(give(text) == text);
}

TEST_CASE("a map mirrors what is to be made and computes where a pipe stands") {
  CHECK(
      give(R"({"who": {"is": "{t1.output.data.name}"}, "list": [1, {"age": "{t1.output.data.age}"}],
                 "sum": {"@pipe": [["{t1.output.data.age}", 4], ["{@math.add}"]]}})") ==
      R"({"who":{"is":"Ada"},"list":[1,{"age":36}],"sum":40})");
}

TEST_CASE("a row's result and its other cells are the next row's operands") {
  CHECK(
      give(
          R"({"@pipe": [["{t1.output.data.name}"], ["{@string.toUpperCase}", "!"], ["{@string.concat}"]]})") ==
      R"("ADA!")");
  CHECK(give(R"({"@pipe": [["first", "second"]]})") == R"("first")");
}

TEST_CASE("the row behind nested pipes takes their results, not what stood before them") {
  CHECK(
      give(
          R"({"@pipe": [["dropped"], {"@pipe": [["a"]]}, {"@pipe": [["b"]]}, ["{@string.concat}"]]})") ==
      R"("ab")");
}

TEST_CASE("a nested pipe that begins with a function receives the operands of the row before it") {
  CHECK(
      give(
          R"({"@pipe": [[7, 2], {"@pipe": [["{@math.add}"]]}, {"@pipe": [["{@math.subtract}"]]}, ["{@math.multiply}"]]})") ==
      "45");
  CHECK(
      give(
          R"({"@pipe": [[7, 2], {"@pipe": [{"@pipe": [["{@math.add}"]]}, ["{@math.add}", 1], ["{@math.add}"]]}, ["{@math.add}"]]})") ==
      "10");
  CHECK(
      give(
          R"({"@pipe": [["{t1.output.data.list}"], {"@pipe": [["{@array.pop}"]]}, {"@pipe": [["{@array.shift}"]]}, ["{@math.subtract}"]]})") ==
      "20");
}

TEST_CASE("a reduce goes over items with what is so far, key and index") {
  CHECK(
      give(
          R"({"@pipe": [["{t1.output.data.list}", 0], {"@reduce": [["{$output}", "{$item}"], ["{@math.add}"]]}]})") ==
      "60");
  CHECK(
      give(
          R"({"@pipe": [[{"b": 1, "2": 5, "a": 3}, ""], {"@reduce": [["{$output}", "{$key}", "{$index}"], ["{@string.concat}"]]}]})") ==
      R"("20b1a2")");
  CHECK(give(R"({"@pipe": [[[], "start"], {"@reduce": [["{$item}"]]}]})") == R"("start")");
  CHECK(give(R"({"@pipe": [["{t1.output.data.none}"], {"@reduce": [["{$item}"]]}]})") == "null");
}

TEST_CASE("a round that begins with a function is called with what is so far") {
  CHECK(
      give(
          R"({"@pipe": [[[1, 2, 3], 100], {"@reduce": [["{@unary.negative}", "{$item}"], ["{@math.add}"]]}]})") ==
      "-98");
}

TEST_CASE("reduces in reduces have their own items") {
  CHECK(give(R"({"@pipe": [[[[1, 2], [3]], 0], {"@reduce": [
      {"@pipe": [["{$output}"]]},
      {"@pipe": [["{$item}", 0], {"@reduce": [["{$output}", "{$item}"], ["{@math.add}"]]}]},
      ["{@math.add}"]]}]})") == "6");
}

TEST_CASE("what is so far can be read more than once in a round") {
  CHECK(give(R"({"@pipe": [[["a", "b", "a"], {}], {"@reduce": [
      {"@pipe": [["{$output}"]]}, {"@pipe": [["{$item}"]]},
      {"@pipe": [["{$output}", "{$item}"], ["{@object.get}", 0], ["{@conditional.nullish}", 1], ["{@math.add}"]]},
      ["{@object.set}"]]}]})") == R"({"a":2,"b":1})");
}

TEST_CASE("no function changes what it was called on") {
  CHECK(give(R"({"sorted": {"@pipe": [["{t1.output.data.list}", "DESCENDING"], ["{@array.sort}"]]},
                 "same": "{t1.output.data.list}",
                 "pushed": {"@pipe": [["{t1.output.data.list}", 1], ["{@array.push}"]]},
                 "length": "{t1.output.data.list.length}"})") ==
        R"({"sorted":[30,20,10],"same":[10,20,30],"pushed":[10,20,30,1],"length":3})");
}

TEST_CASE("what JSON cannot say becomes what JSON.stringify makes of it") {
  CHECK(give(R"({"a": "{@symbol.NaN}", "b": ["{@symbol.undefined}"], "c": "{@symbol.undefined}",
                 "d": {"@pipe": [[0], ["{@unary.negative}"]]}, "e": "{@symbol.posInfinity}",
                 "f": {"@pipe": [["1970-01-02"], ["{@date.fromISOString}"]]},
                 "g": {"@pipe": [["😀", 0], ["{@string.charAt}"]]}})") ==
        R"({"a":null,"b":[null],"d":0,"e":null,"f":"1970-01-02T00:00:00.000Z","g":"�"})");
}

TEST_CASE("integers up to 2^53 have no fraction, what is larger stays a double") {
  CHECK(give(R"({"@pipe": [[9007199254740991, 1], ["{@math.add}"]]})") == "9007199254740992");
  CHECK(give(R"({"@pipe": [[1e21, 0], ["{@math.add}"]]})") == "1e+21");
  CHECK(give(R"({"@pipe": [[7, 2], ["{@math.divide}"]]})") == "3.5");
}

TEST_CASE("in job.maps a marked key spreads the members that begin with its mark") {
  CHECK(give(R"({"a": 1, "x[-]": "{t1.output.data}", "z": 2})", {}, mapping::role::job_maps) ==
        R"({"a":1,"-tag":"a","z":2})");
  CHECK(give(R"({"x[_]": "{t1.output.data}"})", {}, mapping::role::job_maps) == R"({"_tag":"b"})");
  CHECK(give(R"({"x[-]": "{t1.output.data.nope}"})", {}, mapping::role::job_maps) == "{}");
  CHECK(give(R"({"x[-]": 1})") == R"({"x[-]":1})");
}

TEST_CASE("the clock and chance are those of the step") {
  CHECK(give(R"("{@date.now}")") == "1000");
  CHECK(give(R"({"@pipe": [[], ["{@math.random}"]]})") == "0.25");
}

TEST_CASE("what depends on nothing is computed once, when it is compiled") {
  auto all = compile(R"({"a": {"@pipe": [[1, 2], ["{@math.add}"]]}, "b": ["x"]})");
  REQUIRE(all.made.literal() != nullptr);
  CHECK(all.made.literal()->dump() == R"({"a":3,"b":["x"]})");
  CHECK(compile(R"("{@date.now}")").made.literal() == nullptr);
  CHECK(compile(R"("{t1.output.data}")").made.literal() == nullptr);
  CHECK(mapping().literal() == nullptr);
}

TEST_CASE("a mapping says which documents it reads and whether it may give something else later") {
  auto all = compile(
      R"({"a": "{t1.output.data.x}", "b": ["{t1.output.data.y}", "{$self.input.metadata.aid}"]})");
  REQUIRE(all.made.reads().size() == 2);
  CHECK(all.made.reads()[0] == t1_output);
  CHECK(all.made.reads()[1] == slot{2, slot::document::input, slot::part::metadata});
  CHECK_FALSE(all.made.is_volatile());
  CHECK(compile(R"("{$job.data.x}")").made.is_volatile());
  CHECK(compile(R"({"@pipe": [[1], ["{@date.now}"]]})").made.is_volatile());
  CHECK(compile(R"({"@pipe": [["* * * * *"], ["{@cron.nextDelay}"]]})").made.is_volatile());
}

TEST_CASE("what a failing function was called on, and where, is said") {
  CHECK(says(give(R"({"@pipe": [["{t1.output.data.age}"], ["{@string.trim}"]]})"),
             "row 2 of a pipe, {@string.trim}"));
  CHECK(says(give(R"({"@pipe": [["{t1.output.data.age}"], ["{@string.trim}"]]})"),
             "wants a string as its first operand, not a number"));
}

TEST_CASE("an unknown function or domain is refused with the nearest one there is") {
  CHECK(says(refusal(R"({"@pipe": [[1], ["{@maths.add}"]]})"), "did you mean \"math\"?"));
  CHECK(says(refusal(R"({"@pipe": [[1], ["{@math.abss}"]]})"), "did you mean \"abs\"?"));
  CHECK(says(refusal(R"({"@pipe": [[1], ["{@math.Abs}"]]})"), "did you mean \"abs\"?"));
  CHECK(says(refusal(R"({"@pipe": [[1], ["{@math.stringify}"]]})"),
             "did you mean \"json.stringify\"?"));
  CHECK(says(refusal(R"({"@pipe": [[1], ["{@foo}"]]})"), "there is no domain \"foo\""));
}

TEST_CASE("a reference that leads nowhere is refused with why") {
  CHECK(says(refusal(R"("{ship.output.data.x}")"), "above it are: t1, pay"));
  CHECK(says(refusal(R"("{t1.outputs.data.x}")"), "did you mean \"output\"?"));
  CHECK(says(refusal(R"("{t1.output.date.x}")"), "did you mean \"data\"?"));
  CHECK(says(refusal(R"("{t1.output}")"), "stands data or metadata"));
  CHECK(says(refusal(R"("{$job.total}")"), "stands data or metadata"));
  CHECK(says(refusal(R"("{t1.output.data..x}")"), "without empty names"));
  CHECK(says(refusal(R"("{}")"), "a reference is"));
  CHECK(says(refusal(R"("{$item.x}")"), "only in a \"@reduce\""));
}

TEST_CASE("a pipe that cannot be meant so is refused") {
  CHECK(says(refusal(R"({"@pipe": "text"})"), "a list of rows"));
  CHECK(says(refusal(R"({"@pipe": [[1]], "other": 1})"), "must stand alone"));
  CHECK(says(refusal(R"({"@pipe": [[1], [2]]})"), "row 2 does not begin with a function"));
  CHECK(says(refusal(R"({"@pipe": [[1], []]})"), "row 2 does not begin with a function"));
  CHECK(says(refusal(R"({"@pipe": [[1], "{@math.abs}"]})"), "row 2 is no row"));
  CHECK(says(refusal(R"({"@pipe": [[1], {"@pip": []}]})"), "row 2 is a map"));
  CHECK(says(refusal(R"({"@pipe": [{"@reduce": [["{$item}"]]}]})"), "there is none"));
  CHECK(says(refusal(R"({"@reduce": [["{$item}"]]})"), "is a row of a \"@pipe\""));
  CHECK(
      says(refusal(R"({"@pipe": [[["{t1.output.data.x}"]]]})"), "a list or map in a cell is data"));
}

TEST_CASE("a cron expression that is known is checked when it is compiled") {
  CHECK(says(refusal(R"({"@pipe": [["61 * * * *"], ["{@cron.nextDelay}"]]})"), "cron.nextDelay"));
  CHECK(refusal(R"({"@pipe": [["*/5 * * * *"], ["{@cron.nextDelay}"]]})") == "nothing");
}

TEST_CASE("a fault is told at the value that is wrong") {
  auto written =
      to_tree(json::parse(R"({"a": {"@pipe": [["{nope.output.data}", 1], ["{@maths.add}"]]}})"));
  auto& rows = written.entries[0].value.entries[0].value;
  rows.items[0].items[0].at = {nullptr, 3, 7};
  rows.items[1].items[0].at = {nullptr, 4, 9};
  findings faults;
  auto made = mapping::compile(written, three_above(), faults);
  REQUIRE(faults.all().size() == 2);
  CHECK(faults.all()[0].at.line == 3);
  CHECK(faults.all()[0].at.column == 7);
  CHECK(faults.all()[1].at.line == 4);
  CHECK(faults.all()[1].at.column == 9);
  CHECK_FALSE(made.evaluate(some()).ok());
}

TEST_CASE("metadata that the engine does not write is warned of") {
  auto all = compile(R"("{$job.metadata.jidd}")");
  CHECK_FALSE(all.faults.failed());
  REQUIRE(all.faults.all().size() == 1);
  CHECK(says(all.faults.all()[0].message, "no metadata \"jidd\""));
  CHECK(compile(R"("{$job.metadata.jid}")").faults.all().empty());
}

TEST_CASE(
    "a reduce that grows a list changes it in place: a list of thousands fits into the steps") {
  CHECK(give(R"({"@pipe": [["x", 5000], ["{@string.repeat}", ""], ["{@string.split}", []],
      {"@reduce": [["{$output}", "{$item}"], ["{@array.push}"]]}, ["{@array.length}"]]})") ==
        "5000");
}

TEST_CASE("what a failure quotes is cut between characters and is UTF-8") {
  const std::string umlauts =
      give(R"({"@pipe": [["x", 50, "ä"], ["{@string.padEnd}"], ["{@date.getTime}"]]})");
  CHECK(says(umlauts, "ä...\" is no date"));
  CHECK_NOTHROW(json(umlauts).dump());
  const std::string half = give(
      R"({"@pipe": [{"@pipe": [[["x"]]]}, {"@pipe": [["😀", 0], ["{@string.charAt}"]]}, ["{@object.set}"]]})");
  CHECK(says(half, "no key \"\xef\xbf\xbd\""));
  CHECK_NOTHROW(json(half).dump());
}

TEST_CASE("a mapping that takes more steps than it may fails with the limit's name") {
  const char* many = R"({"@pipe": [["x", 2000], ["{@string.repeat}", ""], ["{@string.split}", 0],
      {"@reduce": [["{$output}", 1], ["{@math.add}"]]}]})";
  CHECK(give(many) == "2000");
  CHECK(says(give(many, {.steps = 500}),
             "500 steps, the limit of one mapping (limits.mapper.steps)"));
}

TEST_CASE("what is read of long texts and wide objects counts as steps, in every round") {
  auto from = some();
  auto& data = from.all[0].second;
  data["long"] = std::string(100'000, ' ') + "x";
  data["both"] = {data["long"], data["long"]};
  data["wide"] = json::object();
  for (int i = 0; i < 10'000; ++i)
    data["wide"].get_ref<json::object_t&>().push_back({"k" + std::to_string(i), i});
  std::string cells = "1";
  for (int i = 0; i < 1'000; ++i) cells += ", 1";
  const auto five_hundred_times = [&](const std::string& rows) {
    const auto written =
        R"({"@pipe": [["{t1.output.data.name}", 500, "-"], ["{@string.padEnd}", ""],
                            ["{@string.split}"], {"@reduce": [)" +
        rows + "]}]}";
    INFO(rows);
    const auto made = compile(written.c_str()).made.evaluate(from, {.steps = 4'000});
    return made ? "made" : made.error().message;
  };
  CHECK(five_hundred_times(R"(["{t1.output.data.name}"], ["{@string.trim}"])") == "made");
  CHECK(five_hundred_times(R"(["{t1.output.data.name}", 1], ["{@array.get}"])") == "made");
  for (const std::string rows :
       {R"(["{t1.output.data.long}"], ["{@string.trim}"])",
        R"(["{t1.output.data.long}"], ["{@string.trimEnd}"])",
        R"(["{t1.output.data.long}", 1], ["{@string.charAt}"])",
        R"(["{t1.output.data.long}", 1], ["{@array.get}"])",
        R"(["{t1.output.data.long}", "length"], ["{@object.get}"])",
        R"(["{t1.output.data.long}"], ["{@math.abs}"])",
        R"(["{t1.output.data.both}"], ["{@array.sort}"])", R"(["{t1.output.data.wide.k9999}"])",
        R"(["{t1.output.data.wide}", "k9999"], ["{@object.get}"])",
        R"(["0 0 30 2 *"], ["{@cron.nextDelay}"])"})
    CHECK(says(five_hundred_times(rows), "(limits.mapper.steps)"));
  CHECK(says(five_hundred_times("[" + cells + "]"), "(limits.mapper.steps)"));
}

TEST_CASE("a long text that was made is handed on, not copied, and stays what it is") {
  const std::string both = R"({"@pipe": [["{t1.output.data.name}", 100, "-"], ["{@string.padEnd}"],
      {"@pipe": [["{@string.toUpperCase}"]]}, {"@pipe": [["{@string.toLowerCase}"]]},
      ["{@string.concat}", )";
  CHECK(give((both + R"(0, 5], ["{@string.slice}"]]})").c_str()) == R"("ADA--")");
  CHECK(give((both + R"(99, 105], ["{@string.slice}"]]})").c_str()) == R"("-ada--")");
}

TEST_CASE("a value that is too large is not made") {
  CHECK(says(give(R"({"@pipe": [["{t1.output.data.name}", 1e15], ["{@string.repeat}"]]})"),
             "(limits.mapper.bytes)"));
  CHECK(says(give(R"({"@pipe": [["{t1.output.data.name}", 1e15], ["{@string.padStart}"]]})"),
             "(limits.mapper.bytes)"));
  CHECK(says(give(R"({"@pipe": [["{t1.output.data.name}", 1e15], ["{@string.padEnd}"]]})"),
             "(limits.mapper.bytes)"));
  CHECK(says(give(R"({"@pipe": [["{t1.output.data.list}", 4294967294, 1], ["{@object.set}"]]})"),
             "(limits.mapper.bytes)"));
  CHECK(says(give(R"(["{t1.output.data}", "{t1.output.data}"])", {.output_bytes = 200}),
             "(limits.mapper.bytes)"));
  // Doubling a text or a list in every round of a reduce comes to the limit soon.
  CHECK(says(
      give(
          R"({"@pipe": [["{t1.output.data.name}", 64], ["{@string.padEnd}", ""], ["{@string.split}", "x"],
      {"@reduce": [["{$output}", "{$output}"], ["{@string.concat}"]]}]})"),
      "(limits.mapper.bytes)"));
  CHECK(says(
      give(
          R"({"@pipe": [["{t1.output.data.name}", 64], ["{@string.padEnd}", ""], ["{@string.split}", [1]],
      {"@reduce": [["{$output}", "{$output}"], ["{@array.concat}"]]}]})"),
      "(limits.mapper.bytes)"));
}

TEST_CASE("a value that nests too deeply is not made") {
  CHECK(says(give(R"({"@pipe": [["x", 100], ["{@string.padEnd}", ""], ["{@string.split}", []],
      {"@reduce": [{"@pipe": [["{@symbol.array}"]]}, {"@pipe": [["{$output}"]]}, ["{@array.push}"]]}]})"),
             "(depth)"));
  CHECK(says(give(R"({"@pipe": [["x", 100], ["{@string.padEnd}", ""], ["{@string.split}", "1"],
      {"@reduce": [["[", "{$output}", "]"], ["{@string.concat}"]]}, ["{@json.parse}"]]})"),
             "(depth)"));
}

TEST_CASE("a value that is small but shares its parts a million times is not written out") {
  CHECK(says(give(R"({"@pipe": [["x", 50], ["{@string.padEnd}", ""], ["{@string.split}", [1]],
      {"@reduce": [{"@pipe": [["{@symbol.array}"]]}, {"@pipe": [["{$output}"]]}, {"@pipe": [["{$output}"]]}, ["{@array.push}"]]}]})"),
             "the limit of one mapping"));
}

TEST_CASE("pipes nested without end are refused, not followed") {
  auto inner = json::parse(R"({"@pipe": [[1]]})");
  for (int i = 0; i < 200; ++i) inner = json{{"@pipe", json::array({inner})}};
  findings faults;
  auto made = mapping::compile(to_tree(inner), three_above(), faults);
  CHECK(faults.failed());
}

TEST_CASE("a mapping can be evaluated by several at once, for it holds nothing of an evaluation") {
  auto all = compile(
      R"({"@pipe": [["{t1.output.data.list}", []], {"@reduce": [["{$output}", "{$item}"], ["{@array.push}"]]}]})");
  const auto& shared = all.made;
  for (int i = 0; i < 3; ++i) CHECK(shared.evaluate(some()).value()->dump() == "[10,20,30]");
}
