#include "flows/read.hpp"

#include <catch2/catch.hpp>

#include <fmt/format.h>

using namespace quipu;

namespace {

/// The first fault of a text, `line:column message`; the result must be refused.
std::string fault_of(std::string text, const read_limits& limits = {}) {
  findings faults;
  const auto made = read_text(std::move(text), "x.yaml", faults, limits);
  REQUIRE_FALSE(made.ok());
  REQUIRE(faults.failed());
  const auto& first = faults.all().front();
  return fmt::format("{}:{} {}", first.at.line, first.at.column, first.message);
}

bool says(const std::string& whole, std::string_view start, std::string_view part) {
  UNSCOPED_INFO(whole);
  return whole.starts_with(std::string{start} + " ") && whole.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a key that is there twice is a fault at the second, which names the first") {
  CHECK(says(fault_of("a: 1\nb: 2\na: 3\n"), "3:1", "\"a\" is there twice"));
  CHECK(says(fault_of("a: 1\nb: 2\na: 3\n"), "3:1", "1:1"));
  CHECK(says(fault_of("{\"a\": {\"b\": 1, \"b\": 2}}"), "1:16", "\"b\""));
  CHECK(says(fault_of("1: a\n'1': b\n"), "2:1", "\"1\""));
}

TEST_CASE("every fault that does not stop the reader is told") {
  findings faults;
  CHECK_FALSE(read_text("a: 1\na: 2\nb: {c: 1, c: 2}\n", "x", faults).ok());
  CHECK(faults.all().size() == 2);
}

TEST_CASE("a tab in the indentation is named and shown") {
  CHECK(says(fault_of("a:\n\tb: 1\n"), "2:1", "tab"));
  CHECK(says(fault_of("a:\n  b: 1\n  \tc: 2\n"), "3:3", "tab"));
  CHECK(says(fault_of("a: 1\n\t- b\n"), "2:1", "tab"));
}

TEST_CASE("what the syntax lacks is told where it is") {
  CHECK(says(fault_of("a: b: c\n"), "1:5", "quoted"));
  CHECK(says(fault_of("a: 'x\nb: 1\n"), "1:4", "never closed"));
  CHECK(says(fault_of("a: \"x\nb: 2\n"), "1:4", "never closed"));
  CHECK(says(fault_of("a: \"x\" y\n"), "1:8", "quote"));
  CHECK(says(fault_of("a: [1, 2\n"), "1:4", "never closed by \"]\""));
  CHECK(says(fault_of("a: {b: [1, 2\n"), "1:8", "never closed by \"]\""));
  CHECK(says(fault_of("a: !!seq[1, 2\n"), "1:9", "\"[\" is never closed by \"]\""));
  CHECK(says(fault_of("a: ![1, \xd6\xb1\n"), "1:5", "\"[\" is never closed by \"]\""));
  CHECK(says(fault_of("a: !<tag:yaml.org,2002:map>{b: 1\n"), "1:28",
             "\"{\" is never closed by \"}\""));
  CHECK(says(fault_of("a: {b: 1\nc: 2\n"), "2:2", "1:4"));
  CHECK(says(fault_of("a: [1, 2]]\n"), "1:10", "closes none"));
  CHECK(says(fault_of("a: [1,,2]\n"), "1:7", "comma"));
  CHECK(says(fault_of("a: @x\n"), "1:4", "quoted"));
  CHECK(says(fault_of("a: *x\n"), "1:4", "anchor"));
  CHECK(says(fault_of("a: - b\n"), "1:4", "list"));
  CHECK(says(fault_of("a:\n  b: 1\n c: 2\n"), "3:2", "column"));
  CHECK(says(fault_of("a: \"\\q\"\n"), "1:5", "\"\\q\" is no escape"));
  CHECK(says(fault_of("a: \"\\\xd6\x8a\"\n"), "1:5", "\"\\\xd6\x8a\" is no escape"));
  CHECK(says(fault_of("a: \"\\ud83d\\ude00\"\n"), "1:5", "\\U"));
}

TEST_CASE("columns of faults count characters too") {
  CHECK(says(fault_of("\"\xc3\xa9\xc3\xa9\": b: c\n"), "1:8", "quoted"));
}

TEST_CASE("a key is a text") {
  CHECK(says(fault_of("{[1]: 2}"), "1:2", "key"));
  CHECK(says(fault_of("a: {{b}}: 1\n"), "1:5", "quoted"));
  CHECK(says(fault_of("a: &x [1]\n*x : 2\n"), "2:1", "key"));
}

TEST_CASE("tags are refused, but for those that say what is so anyhow") {
  CHECK(says(fault_of("a: !thing x\n"), "1:11", "!thing"));
  CHECK(says(fault_of("a: !!int x\n"), "1:10", "int"));
  CHECK(says(fault_of("a: !!set {x}\n"), "1:4", "set"));
  findings faults;
  CHECK(
      read_text("{a: !!int 3, b: !!map {}, c: !!float 2, d: !!null , e: !!bool true, f: !!seq []}",
                "x", faults)
          .ok());
}

TEST_CASE("only mappings can be merged") {
  CHECK(says(fault_of("a: 1\n<<: 2\n"), "2:5", "<<"));
  CHECK(says(fault_of("a: &x [1]\nb: {<<: *x}\n"), "1:7", "<<"));
}

TEST_CASE("a file holds one document") {
  CHECK(says(fault_of("a: 1\n---\nb: 2\n"), "2:1", "second document"));
  CHECK(says(fault_of("- a\nb: c\n"), "2:1", "indentation"));
  CHECK(says(fault_of(""), "1:1", "nothing"));
  CHECK(says(fault_of("# only this\n"), "1:1", "nothing"));
  findings faults;
  CHECK(read_text("%YAML 1.2\n---\na: 1\n...\n", "x", faults).ok());
}

TEST_CASE("what is not UTF-8 is a fault at its first byte") {
  CHECK(says(fault_of("a: \xc3\xa9\nb: x\xff\n"), "2:5", "0xff"));
  CHECK(says(fault_of("a: \xc3"), "1:4", "UTF-8"));
  CHECK(says(fault_of("a: \xed\xa0\x80"), "1:4", "UTF-8"));
  CHECK(says(fault_of("a: \xc0\x80"), "1:4", "UTF-8"));
  CHECK(says(fault_of("a: \xf5\x80\x80\x80"), "1:4", "UTF-8"));
  CHECK(says(fault_of(std::string("\xff\xfe"
                                  "a\0",
                                  4)),
             "1:1", "UTF-8"));
}

TEST_CASE("control characters are refused") {
  CHECK(says(fault_of(std::string("a: b\0c", 6)), "1:5", "0x00"));
  CHECK(says(fault_of("a: \x04"
                      "b\n"),
             "1:4", "0x04"));
  CHECK(says(fault_of("a: 1\nb: \x7f\n"), "2:4", "0x7f"));
}

TEST_CASE("nesting has a limit, whatever it is made of") {
  for (const auto* unit : {"[", "{a: ", "- ", "? ", "[{a: ", "&x ["}) {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += unit;
    const auto why = fault_of(text);
    INFO(why);
    CHECK(why.find("limits.definition.depth") != std::string::npos);
  }
  std::string block;
  for (std::size_t i = 0; i < 1'000; ++i) block += std::string(i, ' ') + "a:\n";
  CHECK(says(fault_of(block), "65:65", "too deep"));
  CHECK(says(fault_of(std::string(20'000, '[') + std::string(20'000, ']')), "1:65", "64"));
}

TEST_CASE("as deep as the limit says is not too deep") {
  findings faults;
  CHECK(read_text(std::string(64, '[') + std::string(64, ']'), "x", faults).ok());
  CHECK(says(fault_of(std::string(4, '[') + std::string(4, ']'), {.depth = 3}), "1:4",
             "more than 3"));
}

TEST_CASE("aliases do not get around the nesting limit") {
  const auto text = "a: &x [[[1]]]\nb: [[*x]]\n";
  findings faults;
  CHECK(read_text(text, "x", faults, {.depth = 6}).ok());
  CHECK(says(fault_of(text, {.depth = 5}), "2:6", "limits.definition.depth"));
}

TEST_CASE("what aliases stand for has a limit") {
  std::string bomb = "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    bomb += fmt::format("l{}: &l{} [", i, i);
    for (int j = 0; j < 10; ++j) bomb += fmt::format("{}*l{}", j > 0 ? ", " : "", i - 1);
    bomb += "]\n";
  }
  const auto why = fault_of(bomb);
  INFO(why);
  CHECK(why.find("alias") != std::string::npos);
  CHECK(why.find("limits.definition.aliases") != std::string::npos);
  CHECK(why.find("10000") != std::string::npos);

  findings faults;
  CHECK(read_text("a: &x [1, 2]\nb: *x\nc: *x\n", "x", faults, {.aliases = 6}).ok());
  CHECK(says(fault_of("a: &x [1, 2]\nb: *x\nc: *x\n", {.aliases = 5}), "3:4", "more than 5"));
}

TEST_CASE("large anchored values that nobody uses cost nothing") {
  std::string text = "a: &x [";
  for (int i = 0; i < 20'000; ++i) text += "1, ";
  findings faults;
  CHECK(read_text(text + "1]\nb: &y 1\nc: *y\n", "x", faults).ok());
}

TEST_CASE("a value cannot contain itself") {
  CHECK(says(fault_of("a: &x [1, *x]\n"), "1:11", "itself"));
}

TEST_CASE("size has a limit") {
  const std::string large = "a: " + std::string(1 << 20, 'x');
  findings faults;
  const auto made = read_text(large, "big.yaml", faults);
  REQUIRE_FALSE(made.ok());
  CHECK(made.error().code == fault::too_large);
  CHECK(made.error().message.find("limits.definition.bytes") != std::string::npos);
  CHECK(made.error().message.find("1048576") != std::string::npos);
  CHECK(faults.failed());
}
