#include "collation/key.hpp"

#include <catch2/catch.hpp>

using namespace quipu;

TEST_CASE("the paper's example is one flow with another in brackets behind its fifth activity") {
  const auto read = parse_composite("36636146636626");
  REQUIRE(read);
  CHECK(read->key == "366366");
  REQUIRE(read->children.size() == 1);
  CHECK(read->children.front().position == 4);
  CHECK(read->children.front().below.key == "466366");
  CHECK(read->children.front().below.children.empty());
}

TEST_CASE("a composite is read back as it was written, at any depth") {
  const std::string inner = "64";
  const auto middle = composite("668", [&](std::size_t at) { return at == 1 ? &inner : nullptr; });
  CHECK(middle == "6616428");
  const auto whole = composite("68", [&](std::size_t at) { return at == 1 ? &middle : nullptr; });
  CHECK(whole == "68166164282");
  const auto read = parse_composite(whole);
  REQUIRE(read);
  CHECK(read->key == "68");
  CHECK(read->children.at(0).below.key == "668");
  CHECK(read->children.at(0).below.children.at(0).below.key == inner);
}

TEST_CASE("a composite holds every state of an activity") {
  const auto read = parse_composite("0345678190345678290");
  REQUIRE(read);
  CHECK(read->key == "034567890");
  CHECK(read->children.at(0).position == 6);
  CHECK(read->children.at(0).below.key == "90345678");
}

TEST_CASE("a composite whose brackets do not match is refused") {
  CHECK_FALSE(parse_composite("16"));
  CHECK_FALSE(parse_composite("61"));
  CHECK_FALSE(parse_composite("122"));
  CHECK_FALSE(parse_composite("12"));
  CHECK_FALSE(parse_composite("62"));
  CHECK_FALSE(parse_composite("61x2"));
  CHECK_FALSE(parse_composite("6162162")); // two behind one digit
  CHECK(parse_composite("612"));
}

TEST_CASE("a key of other bytes is refused in a message that can be shown") {
  const auto letter = key::parse("66x");
  REQUIRE_FALSE(letter);
  CHECK(letter.error().message == "a key holds 'x' at position 2; its digits are 0 and 3 to 9");
  const auto byte = key::parse("6\xb8");
  REQUIRE_FALSE(byte);
  CHECK(byte.error().message == "a key holds '\\xb8' at position 1; its digits are 0 and 3 to 9");
}

TEST_CASE("brackets nest deeper than a stack would bear") {
  const std::size_t depth = 100'000;
  std::string text;
  for (std::size_t level = 0; level < depth; ++level) text += "81";
  text += "6" + std::string(depth, '2');
  auto read = parse_composite(text);
  REQUIRE(read);
  // Taken apart from outside, so that the test does not overflow where the parser did not.
  for (auto children = std::move(read->children); !children.empty();) {
    auto below = std::move(children.front().below.children);
    children = std::move(below);
  }
}

TEST_CASE("a key holds states of activities only") {
  CHECK(key::parse("0345678967"));
  for (const char* wrong : {"1", "62", "6a", " 6", "6\n"}) CHECK_FALSE(key::parse(wrong));
}

TEST_CASE("a digit turns only from what it is, and only as the table allows") {
  auto digits = *key::parse("6899");
  CHECK(digits.turn(1, 1, digit::started, digit::completed));
  CHECK(digits.turn(2, 2, digit::pending, digit::skipped));
  CHECK(digits.text() == "6633");
  CHECK(digits.open() == 0);
  CHECK_FALSE(digits.turn(0, 1, digit::completed, digit::started));
  CHECK_FALSE(digits.turn(0, 1, digit::started, digit::completed));
  CHECK_FALSE(digits.turn(3, 2, digit::skipped, digit::skipped));
  CHECK(digits.text() == "6633");
}

TEST_CASE("several digits turn together or not at all") {
  for (const char* mixed : {"899", "989", "998"}) {
    auto digits = *key::parse(mixed);
    CHECK_FALSE(digits.turn(0, 3, digit::pending, digit::skipped));
    CHECK(digits.text() == mixed);
  }
}

TEST_CASE("9, 8 and 5 are open, and no other digit") {
  CHECK(key::parse("985")->open() == 3);
  CHECK(key::parse("034670")->open() == 0);
}

TEST_CASE("a turn stays within its key") {
  auto digits = *key::parse("999");
  const auto beyond = digits.turn(2, 2, digit::pending, digit::skipped);
  REQUIRE_FALSE(beyond);
  CHECK(beyond.error().message == "digits 2 to 4 of a key of 3");
  const auto behind = digits.turn(4, 1, digit::pending, digit::skipped);
  REQUIRE_FALSE(behind);
  CHECK(behind.error().message == "digits 4 to 5 of a key of 3");
  CHECK(digits.text() == "999");
  CHECK(digits.turn(1, 2, digit::pending, digit::skipped));
  CHECK(digits.text() == "933");
}

TEST_CASE("positions of nested passes are not applicable") {
  key digits{4};
  digits.cede(1, 2);
  CHECK(digits.text() == "9009");
}

TEST_CASE("settled digits never change again") {
  for (auto settled : {digit::skipped, digit::released, digit::completed, digit::errored})
    for (char to = '0'; to <= '9'; ++to) CHECK_FALSE(may_become(settled, static_cast<digit>(to)));
}
