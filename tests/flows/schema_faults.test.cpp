#include "flows/schema.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

using namespace quipu;
using Catch::Contains;

namespace {

// A tree whose places tell values and keys apart: the nth thing written stands in line n, keys in
// column 1, values in column 2.
class numbered {
public:
  explicit numbered(std::string_view written, std::string file = "orders.yaml")
      : file_(std::make_shared<const std::string>(std::move(file))),
        made_(to_tree(json::parse(written))) {
    place_value(made_);
  }
  tree& get() { return made_; }

private:
  void place_value(tree& value) {
    value.at = {file_, ++line_, 2};
    for (auto& item : value.items) place_value(item);
    for (auto& [key, at, below] : value.entries) {
      at = {file_, line_ + 1, 1};
      place_value(below);
    }
  }

  std::shared_ptr<const std::string> file_;
  int line_ = 0;
  tree made_;
};

std::vector<finding> findings_of(const tree& written) {
  findings faults;
  (void)schema::compile(written, faults);
  return faults.all();
}

finding only_finding(std::string_view written) {
  const auto all = findings_of(numbered{written}.get());
  INFO(written);
  for (const auto& one : all) UNSCOPED_INFO(to_string(one));
  REQUIRE(all.size() == 1);
  return all.front();
}

finding error(std::string_view written) {
  auto found = only_finding(written);
  INFO(to_string(found));
  CHECK(found.is == finding::weight::error);
  return found;
}

finding warning(std::string_view written) {
  auto found = only_finding(written);
  INFO(to_string(found));
  CHECK(found.is == finding::weight::warning);
  return found;
}

} // namespace

TEST_CASE("a misspelt type is refused at its place, with the type that was meant") {
  const auto found = error(R"({"type": "object", "properties": {"name": {"type": "strng"}}})");
  CHECK(found.at.line == 5);
  CHECK(found.at.column == 2);
  CHECK_THAT(found.message, Contains("strng") && Contains("did you mean \"string\"?"));
  CHECK_THAT(error(R"({"type": "money"})").message, Contains("money") && Contains("boolean"));
  CHECK_THAT(error(R"({"type": null})").message, Contains("in quotes"));
  CHECK_THAT(error(R"({"type": 3})").message, Contains("must be a string"));
  CHECK_THAT(error(R"({"type": []})").message, Contains("at least one"));
  CHECK_THAT(error(R"({"type": ["null", "null"]})").message, Contains("twice"));
}

TEST_CASE("wrong values of keywords are refused, by keyword and what would be right") {
  for (const auto& [written, says] : {
           std::pair{R"({"maxLength": -1})",
                     "maxLength must be a whole number, 0 or more, but is -1"},
           {R"({"minItems": 1.5})", "minItems must be a whole number"},
           {R"({"minItems": "1"})", "minItems must be a whole number"},
           {R"({"minimum": "3"})", "minimum must be a number, but is \"3\""},
           {R"({"exclusiveMaximum": true})", "exclusiveMaximum must be a number, but is true"},
           {R"({"multipleOf": 0})", "multipleOf must be a number above 0"},
           {R"({"uniqueItems": "yes"})", "uniqueItems must be true or false"},
           {R"({"required": true})", "required must be a list of names"},
           {R"({"required": ["a", 1]})", "required must be a list of names"},
           {R"({"required": ["a", "a"]})", "required names \"a\" twice"},
           {R"({"enum": "a"})", "enum must be a list"},
           {R"({"properties": []})", "properties must be an object"},
           {R"({"patternProperties": 1})", "patternProperties must be an object"},
           {R"({"definitions": 1})", "definitions must be an object"},
           {R"({"dependencies": {"a": [1]}})", "dependencies must be a list of names"},
           {R"({"allOf": {}})", "allOf must be a list with at least one item"},
           {R"({"anyOf": []})", "anyOf must be a list with at least one item"},
           {R"({"items": []})", "items must be a list with at least one item"},
           {R"({"format": 1})", "format must be a string"},
           {R"({"pattern": 1})", "pattern must be a string"},
       })
    CHECK_THAT(error(written).message, Contains(says));
}

TEST_CASE("a schema is an object, true or false, wherever it stands") {
  for (const auto* written :
       {R"(null)", R"([])", R"("string")", R"({"items": 1})", R"({"not": "x"})",
        R"({"properties": {"a": "string"}})", R"({"allOf": [{}, null]})", R"({"then": 1})",
        R"({"additionalItems": []})", R"({"definitions": {"a": 1}})"})
    CHECK_THAT(error(written).message, Contains("a schema is an object, true or false"));
}

TEST_CASE("schemas that nothing refers to are looked at too") {
  CHECK(error(R"({"definitions": {"a": {"items": {"type": "strng"}}}})").at.line == 5);
  CHECK(error(R"({"$ref": "#/definitions/b", "definitions": {"a": {"type": "strng"}, "b": {}}})")
            .at.line == 5);
}

TEST_CASE("faults are told in the order in which they stand in the file") {
  const auto all = findings_of(numbered{R"({"properties": {"a": {"items": {"type": "x1"}}},
      "required": 1, "type": "x2"})"}
                                   .get());
  REQUIRE(all.size() == 3);
  CHECK(all[0].at.line < all[1].at.line);
  CHECK(all[1].at.line < all[2].at.line);
}

TEST_CASE("patterns that RE2 cannot do are refused at their place") {
  CHECK_THAT(error(R"({"pattern": "^(?=a)b"})").message, Contains("a lookahead"));
  CHECK_THAT(error(R"({"pattern": "(?<!a)b"})").message, Contains("a lookbehind"));
  CHECK_THAT(error(R"({"pattern": "(a)\\1"})").message, Contains("a backreference"));
  CHECK_THAT(error(R"({"pattern": "(a"})").message, Contains("(a") && Contains("cannot be used"));
  CHECK_THAT(error(R"({"pattern": "a{1,2000}"})").message, Contains("maxLength"));
  const auto key = error(R"~({"patternProperties": {"(?!a)": true}})~");
  CHECK_THAT(key.message, Contains("a lookahead"));
  CHECK(key.at.column == 1);
}

TEST_CASE("a $ref that leads nowhere is refused at its value, with what is near") {
  const auto found =
      error(R"({"definitions": {"address": {}}, "items": {"$ref": "#/definitions/adress"}})");
  CHECK(found.at.line == 5);
  CHECK_THAT(found.message,
             Contains("#/definitions has no \"adress\"") && Contains("did you mean \"address\"?"));
  CHECK_THAT(error(R"({"$ref": "#/definitions/x"})").message, Contains("has no \"definitions\""));
  CHECK_THAT(error(R"({"items": [{}], "not": {"$ref": "#/items/1"}})").message,
             Contains("has no \"1\""));
  CHECK_THAT(error(R"({"$ref": "#/%zz"})").message, Contains("%25"));
  CHECK_THAT(error(R"({"$ref": "#nowhere"})").message, Contains("#nowhere"));
  CHECK_THAT(error(R"({"$ref": 1})").message, Contains("$ref must be a string"));
}

TEST_CASE("nothing is fetched") {
  CHECK_THAT(error(R"({"$ref": "http://example.com/x.json"})").message,
             Contains("http://example.com/x.json") && Contains("nothing is fetched"));
  CHECK_THAT(error(R"({"$ref": "http://json-schema.org/draft-04/schema#"})").message,
             Contains("did you mean") || Contains("draft-07"));
}

TEST_CASE("references in a circle are refused, those that go into the data are not") {
  CHECK_THAT(error(R"({"$ref": "#"})").message, Contains("circle"));
  CHECK_THAT(error(R"({"allOf": [{"$ref": "#"}]})").message, Contains("circle"));
  CHECK_THAT(error(R"({"properties": {"a": {"$ref": "#/definitions/a"}},
    "definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}})")
                 .message,
             Contains("circle"));
  CHECK_THAT(error(R"({"definitions": {"a": {"not": {"$ref": "#/definitions/b"}},
    "b": {"if": {"anyOf": [{"type": "null"}, {"$ref": "#/definitions/a"}]}}}})")
                 .message,
             Contains("circle"));
  CHECK(error(R"({"dependencies": {"a": {"$ref": "#"}}})").at.line == 4);
  CHECK(findings_of(numbered{R"({"items": {"$ref": "#"}, "allOf": [{"$ref": "#/definitions/a"},
    {"$ref": "#/definitions/a"}], "definitions": {"a": {"contains": {"$ref": "#"}}}})"}
                        .get())
            .empty());
}

TEST_CASE("keywords that look misspelt or come from other drafts are warned of") {
  const auto found = warning(R"({"requird": ["a"]})");
  CHECK(found.at.column == 1);
  CHECK_THAT(found.message, Contains("requird") && Contains("did you mean \"required\"?"));
  CHECK_THAT(warning(R"({"items": {"additionalproperties": false}})").message,
             Contains("\"additionalProperties\""));
  CHECK_THAT(warning(R"({"prefixItems": [{}]})").message, Contains("\"items\" with a list"));
  CHECK_THAT(warning(R"({"format": "datetime"})").message, Contains("\"date-time\""));
  CHECK_THAT(warning(R"({"enum": []})").message, Contains("nothing fits"));
  CHECK_THAT(warning(R"({"$schema": "https://json-schema.org/draft/2020-12/schema"})").message,
             Contains("draft-07"));
  CHECK_THAT(warning(R"({"definitions": {"a": {}}, "items": {"$ref": "#/definitions/a",
                         "minItems": 1}})")
                 .message,
             Contains("\"minItems\" beside $ref is ignored"));
}

TEST_CASE("keywords of one's own and formats of one's own are nobody's business") {
  CHECK(findings_of(numbered{R"({"x-form": {"type": "strng"}, "ui": 1, "format": "iban",
    "$schema": "http://json-schema.org/draft-07/schema#", "$id": "x", "default": {"type": "strng"},
    "examples": [1], "properties": {"requird": true}})"}
                        .get())
            .empty());
}

TEST_CASE("# in a piece of another file means that file, then what the piece stands in") {
  auto inner = numbered{R"({"properties": {"a": {"$ref": "#/definitions/a"},
      "b": {"$ref": "#/definitions/b"}}, "definitions": {"a": {"type": "null"}}})",
                        "inner.yaml"}
                   .get();
  auto outer = numbered{R"({"definitions": {"a": {"type": "string"}, "b": {"type": "boolean"}},
      "items": {}})"}
                   .get();
  outer.entries[1].value = std::move(inner);
  findings faults;
  const auto compiled = schema::compile(outer, faults);
  REQUIRE(faults.all().empty());
  CHECK(compiled.check(json::parse(R"([{"a": null, "b": true}])")).empty());
  CHECK_FALSE(compiled.check(json::parse(R"([{"a": "x"}])")).empty());
  CHECK_FALSE(compiled.check(json::parse(R"([{"b": "x"}])")).empty());
}
