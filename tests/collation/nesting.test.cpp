#include "collation/nesting.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace quipu;

namespace {

json lists(std::size_t deep) {
  return json::parse(std::string(deep, '[') + std::string(deep, ']'));
}

} // namespace

TEST_CASE("data may nest as deep as the limit, one more is refused, and so is a million") {
  CHECK(check_nesting(7, "the message").ok());
  CHECK(check_nesting(lists(most_nested), "the message").ok());
  CHECK(check_nesting(json{{"a", lists(most_nested - 1)}, {"b", 1}}, "the message").ok());
  const auto above = json::parse(R"({"a": )" + std::string(most_nested, '[') +
                                 std::string(most_nested, ']') + "}");
  const auto refused = check_nesting(above, "the message");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == fault::invalid);
  CHECK(refused.error().message ==
        "the message has lists and maps in each other, more than 1000 deep");
  CHECK_FALSE(check_nesting(lists(1'000'000), "the message").ok());
}
