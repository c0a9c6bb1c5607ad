#include "flows/schema.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <string>
#include <thread>

using namespace quipu;

namespace {

schema compile(std::string_view written) {
  findings faults;
  auto made = schema::compile(to_tree(json::parse(written)), faults);
  INFO(written);
  INFO((faults.all().empty() ? std::string{} : to_string(faults.all().front())));
  REQUIRE(faults.all().empty());
  return made;
}

bool fits(std::string_view written, std::string_view data) {
  INFO(written << " with " << data);
  return compile(written).check(json::parse(data)).empty();
}

std::vector<breach> breaches(std::string_view written, std::string_view data,
                             std::size_t most = 100) {
  return compile(written).check(json::parse(data), most);
}

breach only_breach(std::string_view written, std::string_view data) {
  const auto found = breaches(written, data);
  INFO(written << " with " << data);
  REQUIRE(found.size() == 1);
  return found.front();
}

std::string nested(std::size_t levels, std::string_view open, std::string_view close) {
  std::string text;
  for (std::size_t i = 0; i < levels; ++i) text += open;
  text += "1";
  for (std::size_t i = 0; i < levels; ++i) text += close;
  return text;
}

} // namespace

TEST_CASE("an empty schema, true and annotations alone accept everything") {
  CHECK(schema{}.empty());
  CHECK(compile("{}").empty());
  CHECK(compile("true").empty());
  CHECK(compile(R"({"title": "x", "definitions": {"a": {"type": "null"}}})").empty());
  CHECK_FALSE(compile("false").empty());
  CHECK(schema{}.check(json::parse("[1]")).empty());
  CHECK_FALSE(fits("false", "null"));
}

TEST_CASE("type admits the kinds that it names") {
  for (const auto* type : {"null", "boolean", "number", "string", "array", "object"})
    for (const auto& [of, data] : {std::pair{"null", "null"},
                                   {"boolean", "false"},
                                   {"number", "1.5"},
                                   {"string", "\"\""},
                                   {"array", "[]"},
                                   {"object", "{}"}})
      CHECK(fits(json{{"type", type}}.dump(), data) == (std::string_view{type} == of));
  CHECK(fits(R"({"type": ["null", "string"]})", "null"));
  CHECK(fits(R"({"type": ["null", "string"]})", "\"x\""));
  CHECK_FALSE(fits(R"({"type": ["null", "string"]})", "1"));
}

TEST_CASE("an integer is a number without a fraction, however it is written") {
  CHECK(fits(R"({"type": "integer"})", "1.0"));
  CHECK(fits(R"({"type": "integer"})", "1e300"));
  CHECK(fits(R"({"type": "integer"})", "-3"));
  CHECK_FALSE(fits(R"({"type": "integer"})", "1.5"));
  CHECK_FALSE(fits(R"({"type": "integer"})", "\"1\""));
  CHECK(fits(R"({"type": "number"})", "1"));
  CHECK(fits(R"({"type": ["integer", "number"]})", "1.5"));
}

TEST_CASE("enum and const compare by JSON value") {
  CHECK(fits(R"({"enum": [1, "a"]})", "1.0"));
  CHECK_FALSE(fits(R"({"enum": [1, "a"]})", "\"1\""));
  CHECK(fits(R"({"const": {"a": 1, "b": [2]}})", R"({"b": [2.0], "a": 1})"));
  CHECK_FALSE(fits(R"({"const": {"a": 1}})", R"({"a": 1, "b": 2})"));
  CHECK_FALSE(fits(R"({"const": {"a": 1, "b": 2}})", R"({"b": 2, "c": 1})"));
  CHECK_FALSE(fits(R"({"const": {"a": 1, "b": 2}})", R"({"b": 1, "a": 2})"));
  CHECK_FALSE(fits(R"({"const": 0})", "false"));
  CHECK_FALSE(fits(R"({"const": false})", "0"));
  CHECK_FALSE(fits(R"({"const": null})", "0"));
  CHECK(fits(R"({"const": 0})", "-0.0"));
  CHECK_FALSE(fits(R"({"const": 9007199254740993})", "9007199254740992.0"));
  CHECK_FALSE(fits(R"({"const": 18446744073709551615})", "-1"));
}

TEST_CASE("numbers have bounds, inclusive and exclusive") {
  CHECK(fits(R"({"minimum": 3})", "3"));
  CHECK_FALSE(fits(R"({"minimum": 3})", "2.9"));
  CHECK_FALSE(fits(R"({"exclusiveMinimum": 3})", "3.0"));
  CHECK(fits(R"({"exclusiveMinimum": 3})", "3.1"));
  CHECK(fits(R"({"maximum": 3.5})", "3.5"));
  CHECK_FALSE(fits(R"({"maximum": 3.5})", "4"));
  CHECK_FALSE(fits(R"({"exclusiveMaximum": 3})", "3"));
  CHECK(fits(R"({"exclusiveMaximum": 3})", "-4"));
  CHECK(fits(R"({"minimum": 3})", "\"no number\""));
}

TEST_CASE("bounds hold for large integers to the last digit") {
  CHECK_FALSE(fits(R"({"maximum": 9007199254740992})", "9007199254740993"));
  CHECK_FALSE(fits(R"({"minimum": -1})", "-9223372036854775808"));
  CHECK(fits(R"({"minimum": -1})", "18446744073709551615"));
}

TEST_CASE("multipleOf counts in decimal") {
  CHECK(fits(R"({"multipleOf": 0.1})", "0.3"));
  CHECK(fits(R"({"multipleOf": 0.01})", "19.99"));
  CHECK(fits(R"({"multipleOf": 0.01})", "4.35"));
  CHECK_FALSE(fits(R"({"multipleOf": 0.01})", "4.355"));
  CHECK(fits(R"({"multipleOf": 1.5})", "-4.5"));
  CHECK_FALSE(fits(R"({"multipleOf": 10})", "15"));
  CHECK(fits(R"({"multipleOf": 3})", "-9"));
  CHECK(fits(R"({"multipleOf": 0.5})", "1e308"));
  CHECK_FALSE(fits(R"({"multipleOf": 1e300})", "1"));
  CHECK(fits(R"({"multipleOf": 7})", "0.0"));
}

TEST_CASE("lengths of strings are counted in characters") {
  CHECK(fits(R"({"maxLength": 2})", "\"h\xc3\xa4\""));
  CHECK(fits(R"({"maxLength": 1})", "\"\xf0\x9f\x92\xa9\""));
  CHECK_FALSE(fits(R"({"minLength": 2})", "\"\xf0\x9f\x92\xa9\""));
  CHECK_FALSE(fits(R"({"maxLength": 1})", "\"ab\""));
  CHECK(fits(R"({"minLength": 2.0})", "\"ab\""));
  CHECK(fits(R"({"minLength": 2})", "[]"));
}

TEST_CASE("a pattern may be found anywhere unless it is anchored") {
  CHECK(fits(R"({"pattern": "b+"})", "\"abc\""));
  CHECK_FALSE(fits(R"({"pattern": "^b+$"})", "\"abc\""));
  CHECK_FALSE(fits(R"({"pattern": "^b$"})", R"("b\n")"));
  CHECK(fits(R"({"pattern": "^b$"})", "7"));
}

TEST_CASE("a pattern over a long string takes no stack") {
  const auto compiled = compile(R"({"pattern": "^(a|b)*$"})");
  CHECK(compiled.check(std::string(2'000'000, 'a')).empty());
  CHECK_FALSE(compiled.check(std::string(2'000'000, 'a') + "c").empty());
}

TEST_CASE("items is for all, or for each by its place") {
  CHECK(fits(R"({"items": {"type": "integer"}})", "[1, 2]"));
  CHECK_FALSE(fits(R"({"items": {"type": "integer"}})", "[1, \"2\"]"));
  CHECK(fits(R"({"items": [{"type": "integer"}, {"type": "string"}]})", "[1, \"x\", null]"));
  CHECK(fits(R"({"items": [{"type": "integer"}, {"type": "string"}]})", "[1]"));
  CHECK_FALSE(fits(R"({"items": [{"type": "integer"}], "additionalItems": false})", "[1, 2]"));
  CHECK_FALSE(
      fits(R"({"items": [{"type": "integer"}], "additionalItems": {"type": "null"}})", "[1, 2]"));
  CHECK(fits(R"({"items": [{"type": "integer"}], "additionalItems": {"type": "null"}})",
             "[1, null]"));
  CHECK(fits(R"({"additionalItems": false})", "[1]"));
  CHECK(fits(R"({"items": {}, "additionalItems": false})", "[1]"));
}

TEST_CASE("arrays have sizes, may be free of doubles and must contain what contains wants") {
  CHECK(fits(R"({"maxItems": 1, "minItems": 1})", "[1]"));
  CHECK_FALSE(fits(R"({"maxItems": 1})", "[1, 2]"));
  CHECK_FALSE(fits(R"({"minItems": 1})", "[]"));
  CHECK_FALSE(fits(R"({"uniqueItems": true})", R"([{"a": 1, "b": 2}, 3, {"b": 2, "a": 1.0}])"));
  CHECK(fits(R"({"uniqueItems": true})", R"([0, false, null, "", [], {}, "0"])"));
  CHECK(fits(R"({"uniqueItems": false})", "[1, 1]"));
  CHECK(fits(R"({"contains": {"minimum": 5}})", "[1, 7]"));
  CHECK_FALSE(fits(R"({"contains": {"minimum": 5}})", "[1, 2]"));
  CHECK_FALSE(fits(R"({"contains": true})", "[]"));
}

TEST_CASE("objects have keys that must, may and may not be there") {
  CHECK_FALSE(fits(R"({"required": ["a", "b"]})", R"({"a": null})"));
  CHECK(fits(R"({"required": ["a"]})", R"({"a": null})"));
  CHECK(fits(R"({"required": ["a"]})", "[]"));
  CHECK_FALSE(fits(R"({"maxProperties": 1})", R"({"a": 1, "b": 2})"));
  CHECK_FALSE(fits(R"({"minProperties": 2})", R"({"a": 1})"));
  CHECK_FALSE(fits(R"({"properties": {"a": {"type": "null"}}})", R"({"a": 1})"));
  CHECK(fits(R"({"properties": {"a": {"type": "null"}}})", R"({"b": 1})"));
  CHECK_FALSE(fits(R"({"properties": {"a": false}})", R"({"a": 1})"));
  CHECK_FALSE(fits(R"({"additionalProperties": false})", R"({"a": 1})"));
  CHECK_FALSE(fits(R"({"additionalProperties": {"type": "string"}})", R"({"a": 1})"));
}

TEST_CASE("required keys are found in large objects too") {
  auto data = json::object();
  for (int i = 0; i < 1'500; ++i) data["k" + std::to_string(i)] = i;
  CHECK(compile(R"({"required": ["k0", "k1499"]})").check(data).empty());
  CHECK_FALSE(compile(R"({"required": ["k0", "k1500"]})").check(data).empty());
}

TEST_CASE(
    "a member is checked by its name, by every pattern of its name, else as an additional one") {
  constexpr auto* written = R"({"properties": {"ab": {"minimum": 1}},
    "patternProperties": {"^a": {"maximum": 9}, "b$": {"multipleOf": 2}},
    "additionalProperties": {"type": "null"}})";
  CHECK(fits(written, R"({"ab": 4, "ax": 3, "xb": 12, "c": null})"));
  CHECK_FALSE(fits(written, R"({"ab": 0})"));
  CHECK_FALSE(fits(written, R"({"ab": 10})"));
  CHECK_FALSE(fits(written, R"({"ab": 3})"));
  CHECK_FALSE(fits(written, R"({"xb": 3})"));
  CHECK_FALSE(fits(written, R"({"c": 1})"));
}

TEST_CASE("propertyNames looks at the names alone") {
  CHECK(fits(R"({"propertyNames": {"maxLength": 2}})", R"({"ab": "long"})"));
  CHECK_FALSE(fits(R"({"propertyNames": {"maxLength": 2}})", R"({"abc": 1})"));
}

TEST_CASE("dependencies ask for other keys, or for a schema") {
  CHECK_FALSE(fits(R"({"dependencies": {"a": ["b"]}})", R"({"a": 1})"));
  CHECK(fits(R"({"dependencies": {"a": ["b"]}})", R"({"a": 1, "b": 2})"));
  CHECK(fits(R"({"dependencies": {"a": ["b"]}})", R"({"c": 1})"));
  CHECK_FALSE(fits(R"({"dependencies": {"a": {"maxProperties": 1}}})", R"({"a": 1, "b": 2})"));
  CHECK(fits(R"({"dependencies": {"a": {"maxProperties": 1}}})", R"({"c": 1, "b": 2})"));
  CHECK_FALSE(fits(R"({"dependencies": {"a": false}})", R"({"a": 1})"));
}

TEST_CASE("allOf, anyOf, oneOf and not combine schemas for one value") {
  CHECK_FALSE(fits(R"({"allOf": [{"minimum": 1}, {"maximum": 2}]})", "3"));
  CHECK(fits(R"({"allOf": [{"minimum": 1}, {"maximum": 2}]})", "2"));
  CHECK(fits(R"({"anyOf": [{"type": "null"}, {"minimum": 2}]})", "2"));
  CHECK_FALSE(fits(R"({"anyOf": [{"type": "null"}, {"minimum": 2}]})", "1"));
  CHECK(fits(R"({"oneOf": [{"type": "integer"}, {"minimum": 2}]})", "1"));
  CHECK_FALSE(fits(R"({"oneOf": [{"type": "integer"}, {"minimum": 2}]})", "2"));
  CHECK_FALSE(fits(R"({"oneOf": [{"type": "integer"}, {"minimum": 2}]})", "1.5"));
  CHECK_FALSE(fits(R"({"not": {"type": "null"}})", "null"));
  CHECK(fits(R"({"not": {"not": {"type": "null"}}})", "null"));
}

TEST_CASE("if decides between then and else, and does nothing alone") {
  constexpr auto* written = R"({"if": {"type": "string"}, "then": {"minLength": 2},
                                "else": {"type": "null"}})";
  CHECK(fits(written, "\"ab\""));
  CHECK_FALSE(fits(written, "\"a\""));
  CHECK(fits(written, "null"));
  CHECK_FALSE(fits(written, "1"));
  CHECK(fits(R"({"if": {"type": "null"}})", "1"));
  CHECK(fits(R"({"then": false, "else": false})", "1"));
}

TEST_CASE("$ref leads to definitions, to the root, by $id and to draft-07's own schema") {
  constexpr auto* list = R"({"type": "object", "properties": {"next": {"$ref": "#"}},
                             "additionalProperties": false})";
  CHECK(fits(list, R"({"next": {"next": {}}})"));
  CHECK_FALSE(fits(list, R"({"next": {"next": {"x": 1}}})"));
  constexpr auto* named = R"~({"definitions": {"a/b~": {"type": "null"},
    "c": {"$id": "#see", "type": "string"}, "d": {"$id": "http://x.org/d", "type": "boolean",
    "definitions": {"e": {"type": "integer"}}, "items": {"$ref": "#/definitions/e"}}},
    "properties": {"p": {"$ref": "#/definitions/a~1b~0"}, "q": {"$ref": "#see"},
    "r": {"$ref": "http://x.org/d"}, "s": {"$ref": "http://x.org/d#/definitions/e"}}})~";
  CHECK(fits(named, R"({"p": null, "q": "", "r": true, "s": 1})"));
  for (const auto* bad : {R"({"p": 1})", R"({"q": 1})", R"({"r": 1})", R"({"s": true})"})
    CHECK_FALSE(fits(named, bad));
  CHECK(fits(R"({"$ref": "http://json-schema.org/draft-07/schema#"})", R"({"type": "string"})"));
  CHECK_FALSE(fits(R"({"$ref": "http://json-schema.org/draft-07/schema#"})",
                   R"({"properties": {"a": {"type": "strng"}}})"));
  CHECK_FALSE(fits(R"({"$ref": "http://json-schema.org/draft-07/schema#/definitions/stringArray"})",
                   R"(["a", "a"])"));
}

TEST_CASE("a $ref at the root is followed past the definitions beside it") {
  constexpr auto* written = R"({"definitions": {"a": {"type": "null"}, "b": {"type": "string"}},
                                "$ref": "#/definitions/b"})";
  CHECK(fits(written, "\"x\""));
  CHECK_FALSE(fits(written, "null"));
}

TEST_CASE("an $id is a new base for the references below it") {
  constexpr auto* written = R"({"$id": "http://x.org/root", "allOf": [{"$ref": "nested#here"}],
    "definitions": {"A": {"$id": "nested", "definitions": {"B": {"$id": "#here", "type": "integer"}}},
                    "C": {"$id": "http://y.org/c#there", "type": "integer"}},
    "not": {"$ref": "http://y.org/c#there", "$id": "http://z.org"}})";
  CHECK_FALSE(fits(written, "\"a\""));
  CHECK_FALSE(fits(written, "1"));
  CHECK(fits(R"({"$id": "http://x.org/a/b/c", "properties": {"p": {"$ref": "../d?q#/items"}},
    "definitions": {"d": {"$id": "http://x.org/a/d?q", "items": {"type": "null"}}}})",
             R"({"p": null})"));
}

TEST_CASE("an $id below an unknown keyword names nothing") {
  constexpr auto* written = R"({"$defs": {
    "a": {"not": {"x-list": [{"$id": "http://x.org/y", "type": "null"}]}},
    "b": {"$id": "http://x.org/y", "type": "string"}}, "$ref": "http://x.org/y"})";
  CHECK(fits(written, "\"x\""));
  CHECK_FALSE(fits(written, "null"));
}

TEST_CASE("a property may be called $ref, $id or type") {
  CHECK_FALSE(fits(R"({"properties": {"$ref": {"type": "string"}}})", R"({"$ref": 1})"));
  CHECK(fits(R"({"properties": {"$id": {"type": "string"}, "type": true}})", R"({"type": 1})"));
  CHECK(fits(R"({"enum": [{"$ref": "#/nowhere"}]})", R"({"$ref": "#/nowhere"})"));
}

TEST_CASE("a breach says where, which rule, and what would be right") {
  const auto wrong = only_breach(R"({"properties": {"a/b~": {"items": {"type": "integer"}}}})",
                                 R"({"a/b~": [1, "x"]})");
  CHECK(wrong == breach{"/a~1b~0/1", "type", R"(is "x", must be an integer)"});
  CHECK(to_string(wrong) == R"(/a~1b~0/1 is "x", must be an integer (type))");
  CHECK(to_string(only_breach(R"({"required": ["sku"]})", "{}")) ==
        R"(the whole has no "sku" (required))");
  CHECK(only_breach(R"({"properties": {"quantity": {}}, "additionalProperties": false})",
                    R"({"quantty": 1})") ==
        breach{"/quantty", "additionalProperties",
               R"(is not a known key; did you mean "quantity"?)"});
  CHECK(only_breach(R"({"maxItems": 1})", "[1, 2]").message == "has 2 items, must have at most 1");
  CHECK(only_breach(R"({"propertyNames": {"pattern": "^a"}})", R"({"b": 1})") ==
        breach{"/b", "propertyNames", R"(has a name that may not be: it is "b", must match ^a)"});
  CHECK(only_breach(R"({"anyOf": [{"type": "null"}, {"properties": {"a": {"minimum": 2}}}]})",
                    R"({"a": 1})") ==
        breach{"", "anyOf",
               "fits none of 2 choices: 1: is an object of 1 key, must be null; "
               "2: /a is 1, must be at least 2"});
}

TEST_CASE("every breach is told, up to as many as are asked for") {
  constexpr auto* written = R"({"required": ["x", "y"], "properties": {"a": {"type": "null"},
                                "b": {"minimum": 3, "multipleOf": 2}}})";
  constexpr auto* data = R"({"a": 1, "b": 1})";
  CHECK(breaches(written, data).size() == 5);
  CHECK(breaches(written, data, 3).size() == 3);
  CHECK(breaches(written, data, 1).size() == 1);
  CHECK(breaches(written, data, 0).empty());
}

TEST_CASE("long values are cut in messages") {
  const auto wrong = only_breach(R"({"type": "null"})", json(std::string(10'000, 'x')).dump());
  CHECK(wrong.message.size() < 120);
}

TEST_CASE("data nested too deeply is a breach, not a crash") {
  const auto deep = compile(R"({"items": {"$ref": "#"}, "uniqueItems": true})");
  CHECK(deep.check(json::parse(nested(300, "[", "]"))).empty());
  const auto found = deep.check(json::parse(nested(100'000, "[", "]")));
  REQUIRE(found.size() == 1);
  CHECK(found.front().rule == "limit");
  const auto equal = compile(R"({"uniqueItems": true})");
  const auto one = nested(100'000, "[", "]");
  (void)equal.check(json::parse("[" + one + "," + one + "]"));
  CHECK_FALSE(compile(R"({"not": {"items": {"$ref": "#"}}})")
                  .check(json::parse(nested(100'000, "[", "]")))
                  .empty());
}

TEST_CASE("a schema that multiplies its work stops at a limit") {
  const auto compiled = compile(R"({"anyOf": [
    {"properties": {"a": {"$ref": "#"}}, "propertyNames": {"const": "b"}},
    {"properties": {"a": {"$ref": "#"}}, "propertyNames": {"const": "c"}}]})");
  const auto found = compiled.check(json::parse(nested(60, R"({"a":)", "}")));
  REQUIRE(found.size() == 1);
  CHECK(found.front().rule == "limit");
}

TEST_CASE("one schema serves many threads") {
  const auto compiled = compile(R"({"properties": {"a": {"pattern": "^x+$", "format": "email"},
                                    "b": {"uniqueItems": true}}})");
  const auto data = json::parse(R"({"a": "xxx", "b": [1, 2, 1]})");
  std::vector<std::jthread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 200; ++n) right += compiled.check(data, 9).size() == 2 ? 1 : 0;
    });
  threads.clear();
  CHECK(right == 800);
}
