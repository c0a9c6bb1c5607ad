#include "flows/pattern.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <string>

using namespace quipu;

namespace {

bool found(std::string_view ecma, std::string_view text) {
  const auto compiled = pattern::compile(ecma);
  INFO(ecma << " in " << text);
  INFO((compiled.ok() ? std::string{} : compiled.error().message));
  REQUIRE(compiled.ok());
  return compiled->found_in(text);
}

std::optional<fault> refusal(std::string_view ecma) {
  const auto compiled = pattern::compile(ecma);
  return compiled.ok() ? std::nullopt : std::optional{compiled.error().code};
}

} // namespace

TEST_CASE("$ means the end of the text, not of a line") {
  CHECK(found("^a$", "a"));
  CHECK_FALSE(found("^a$", "a\n"));
  CHECK_FALSE(found("^b", "a\nb"));
}

TEST_CASE("what stands between characters cannot be repeated") {
  for (const auto* wrong : {"^*", "a$+", "^?", "\\b{2}", "\\B*"}) {
    INFO(wrong);
    CHECK_FALSE(pattern::compile(wrong).ok());
  }
  CHECK(found("^{$", "{"));
}

TEST_CASE("a dot is everything but the line ends of ECMA-262") {
  CHECK(found("^.$", "\xc3\xa4"));
  CHECK(found("^.$", "\xf0\x9f\x92\xa9"));
  for (const auto* end : {"\n", "\r", "\xe2\x80\xa8", "\xe2\x80\xa9"})
    CHECK_FALSE(found("^.$", end));
}

TEST_CASE("white space is that of ECMA-262, within classes and without") {
  for (const auto* blank : {" ", "\t", "\v", "\xc2\xa0", "\xe2\x80\xa9", "\xef\xbb\xbf"}) {
    CHECK(found("^\\s$", blank));
    CHECK(found("^[x\\s]$", blank));
    CHECK_FALSE(found("^\\S$", blank));
    CHECK_FALSE(found("^[x\\S]$", blank));
  }
  CHECK(found("^[\\S]$", "\xc3\xa4"));
  CHECK(found("^[^\\S]$", " "));
}

TEST_CASE("digits, words and word ends are ASCII") {
  CHECK_FALSE(found("^\\d$", "\xd9\xa1"));
  CHECK_FALSE(found("^\\w$", "\xc3\xa9"));
  CHECK(found("^\\W$", "\xc3\xa9"));
  CHECK(found("a\\b", "a b"));
  CHECK(found("^[\\w-.]+$", "a-b.c"));
}

TEST_CASE("escapes name characters") {
  CHECK(found("^\\u00e4$", "\xc3\xa4"));
  CHECK(found("^\\u{1F4A9}$", "\xf0\x9f\x92\xa9"));
  CHECK(found("^\\ud83d\\udca9$", "\xf0\x9f\x92\xa9"));
  CHECK(found("^\\x41\\cA\\t\\/\\-\\.$", "A\x01\t/-."));
  CHECK(found("^[\\b]$", "\b"));
  CHECK(found("^\\0$", std::string_view{"\0", 1}));
  CHECK(found("^\\p{Lu}\\p{Letter}\\p{Script=Greek}$", "A\xc3\xa4\xce\xb1"));
  CHECK_FALSE(found("^\\P{L}$", "a"));
}

TEST_CASE("classes are read as in ECMA-262") {
  CHECK_FALSE(found("[]", "]"));
  CHECK(found("^[^]$", "\n"));
  CHECK(found("^[[:alpha:]$", "["));
  CHECK(found("^[a-c\\]]+$", "ab]"));
  CHECK(found("^[^a-c]$", "d"));
}

TEST_CASE("groups may have names") { CHECK(found("^(?<year>\\d{4})-(?:\\d\\d)$", "2026-01")); }

TEST_CASE("what is no expression is told apart from what RE2 leaves out") {
  for (const auto* bad : {"(", "[a", "a**", "\\", "\\Z", "\\a", "\\u12", "\\u{110000}", "\\x4",
                          "(?i)a", "(?P<x>a)", "(?<n>a)(?<n>b)", "\\p{Nonsense}", "\\p", "\\c1"}) {
    INFO(bad);
    CHECK(refusal(bad) == fault::invalid);
  }
  for (const auto* good : {"(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(a)\\1", "\\k<x>", "a{1001}"}) {
    INFO(good);
    CHECK(refusal(good) == fault::too_large);
  }
}
