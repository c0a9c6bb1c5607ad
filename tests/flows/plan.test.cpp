#include "flows/plan.hpp"
#include "flows/read.hpp"

#include <catch2/catch.hpp>

using namespace quipu;

TEST_CASE("an edge that names 202 below what cannot be pending is warned of, at the code") {
  const auto told = [](const std::string& type) {
    findings faults;
    const auto root = read_text("app:\n  id: x\n  version: '1'\n  graphs:\n    - subscribes: one\n"
                                "      activities:\n        t: {type: trigger}\n"
                                "        a: {type: " +
                                    type +
                                    "}\n        b: {type: hook}\n      transitions:\n"
                                    "        t: [{to: a}]\n"
                                    "        a: [{to: b, conditions: {code: [200, 202]}}]\n",
                                "x.yaml", faults);
    REQUIRE(root.ok());
    const auto app = read_definition(*root, faults);
    REQUIRE(app);
    CHECK(compile(*app, faults));
    return faults.all();
  };
  CHECK(told("worker, topic: x").empty());
  CHECK(told("hook").empty());
  for (const std::string type : {"signal, topic: x", "await, topic: one", "interrupt"}) {
    const auto faults = told(type);
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].is == finding::weight::warning);
    CHECK(faults[0].message.find("202") != std::string::npos);
    CHECK(faults[0].at.line == 12);
    CHECK(faults[0].at.column == 40);
  }
}
