#include "actors/served.hpp"

#include <catch2/catch.hpp>

namespace quipu {

namespace {

served one(std::string topic, std::size_t concurrency = served::usual_functions) {
  return {std::move(topic), worker{[](call&) { return ok(); }}, concurrency};
}

std::string complaint(const std::deque<served>& all) {
  const auto fit = check(all);
  return fit ? "" : fit.error().message;
}

} // namespace

TEST_CASE("topics that can be served are") {
  CHECK(complaint({}).empty());
  CHECK(complaint({one("a"), one("b", 1), one(".c", 256)}).empty());
}

TEST_CASE("every fault of what is served is told at once") {
  CHECK(complaint({one("a b"),
                   one("x"),
                   one("x"),
                   one("y", 0),
                   one("z", 257),
                   {"e", worker{worker::function{}}, 1}}) ==
        "\"a b\" is served, but no topic: a text without blanks and braces would be right\n"
        "topic \"x\" is served twice; one worker a topic would be right\n"
        "topic \"y\" is served with concurrency 0; 1 to 256 would be right\n"
        "topic \"z\" is served with concurrency 257; 1 to 256 would be right\n"
        "topic \"e\" is served by an empty function");
  CHECK(complaint({one("")}).find("\"\" is served, but no topic") == 0);
}

} // namespace quipu
