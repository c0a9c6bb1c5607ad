#include "flows/nearest.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <vector>

using namespace quipu;

namespace {

constexpr std::array<std::string_view, 7> words{"subscribes", "publishes", "topic", "type",
                                                "title",      "timeout",   "to"};

} // namespace

TEST_CASE("the nearest word is the one with the fewest edits") {
  CHECK(nearest("subscribe", words) == "subscribes");
  CHECK(nearest("tpoic", words) == "topic");
  CHECK(nearest("Topic", words) == "topic");
  CHECK(nearest("tipe", words) == "type");
  CHECK(nearest("timout", words) == "timeout");
}

TEST_CASE("two neighbours swapped are one edit, not two") {
  constexpr std::array<std::string_view, 1> known{"form"};
  CHECK(nearest("from", known) == "form");
}

TEST_CASE("a word that shares little with the known ones has no nearest") {
  CHECK_FALSE(nearest("colour", words));
  CHECK_FALSE(nearest("x", words));
  CHECK_FALSE(nearest("", words));
  CHECK_FALSE(nearest("topic", {}));
  CHECK_FALSE(nearest(std::string(100'000, 't'), words));
}

TEST_CASE("a word with nothing of a known one is not taken for it, however short that is") {
  constexpr std::array<std::string_view, 1> known{"a"};
  CHECK_FALSE(nearest("b", known));
  CHECK(nearest("ab", known) == "a");
}

TEST_CASE("a guess is asked as a question") {
  CHECK(did_you_mean("tpoic", words) == "; did you mean \"topic\"?");
  CHECK(did_you_mean("colour", words).empty());
}
