#include "flows/functions/domains.hpp"
#include "flows/mapper/catalog.hpp"
#include "flows/mapper/context.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <set>
#include <sstream>

using namespace quipu;

namespace {

/// What a row's example says it gives, as `encoded` writes it.
json expected(const std::string& written) {
  if (written == "undefined") return {{"$undefined", true}};
  if (written == "NaN" || written == "Infinity" || written == "-Infinity")
    return {{"$num", written}};
  return json::parse(written);
}

} // namespace

TEST_CASE("every function's example gives what it says") {
  for (const auto& domain : mapper::domains())
    for (const auto& row : domain.functions) {
      if (row.example.empty()) continue;
      INFO(domain.name << "." << row.name << ": " << row.example);
      std::string example(row.example);
      auto arrow = example.rfind("-> ");
      REQUIRE(arrow != std::string::npos);
      auto rules = json::parse("{\"@pipe\": [[" + example.substr(0, arrow) + "], [\"{@" +
                               std::string(domain.name) + "." + std::string(row.name) + "}\"]]}");
      json nothing = json::object();
      auto found = mapper::evaluate_over(mapper::context(nothing, 0), to_tree(rules));
      REQUIRE(found.ok());
      if (found->is_object() && found->contains("$date"))
        continue; // the example shows what comes of it as JSON
      CHECK(*found == expected(example.substr(arrow + 3)));
    }
}

TEST_CASE("every function says what it takes, what it gives and where that is defined") {
  for (const auto& domain : mapper::domains()) {
    std::set<std::string_view> names;
    for (const auto& row : domain.functions) {
      INFO(domain.name << "." << row.name);
      CHECK(names.insert(row.name).second);
      CHECK_FALSE(row.does.empty());
      CHECK_FALSE(row.source.empty());
      CHECK((!row.example.empty() || row.is_volatile));
    }
  }
}

TEST_CASE("the page about the mapper lists the functions as they are") {
  std::ifstream page(QUIPU_SOURCE_DIR "/docs/mapper.md");
  std::stringstream text;
  text << page.rdbuf();
  CHECK(text.str().find(mapper::listing()) != std::string::npos);
}

TEST_CASE("an observer is told the operands after each row") {
  std::vector<std::string> told;
  mapper::observer watch = [&](const mapper::trace& at) {
    std::string line(at.path);
    line += ":" + std::to_string(at.depth) + ":" + std::to_string(at.row);
    for (const auto& operand : at.operands) line += " " + mapper::encoded(operand).dump();
    told.push_back(line);
  };
  auto data = json::parse(R"({"a": {"output": {"data": {"n": 5}}}})");
  auto rules = json::parse(
      R"({"x": {"y": {"@pipe": [["{a.output.data.n}", 2], {"@pipe": [["{@math.add}"]]}, ["{@unary.negative}", "z"]]}}})");
  auto made = mapper::evaluate_over(mapper::context(data, 0), to_tree(rules), &watch);
  REQUIRE(made.ok());
  CHECK(made->dump() == R"({"x":{"y":-7}})");
  CHECK(told ==
        std::vector<std::string>{"x.y:0:0 5 2", "x.y:1:0 7", "x.y:0:1 7", R"(x.y:0:2 -7 "z")"});
}
