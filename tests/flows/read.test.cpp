#include "flows/read.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace quipu;

namespace {

tree read(std::string text) {
  findings faults;
  auto made = read_text(std::move(text), "x.yaml", faults);
  for (const auto& each : faults.all()) UNSCOPED_INFO(to_string(each));
  REQUIRE(made.ok());
  return std::move(*made);
}

std::string at(const tree* value) {
  REQUIRE(value != nullptr);
  return std::to_string(value->at.line) + ":" + std::to_string(value->at.column);
}

std::string key_at(const tree& map, std::size_t entry) {
  const auto& key = map.entries.at(entry).at;
  return std::to_string(key.line) + ":" + std::to_string(key.column);
}

json value(std::string text) { return to_json(read("v: " + std::move(text))).at("v"); }

} // namespace

TEST_CASE("values and keys know where they were written") {
  const auto root = read("a: 1\n"
                         "b:\n"
                         "  c: 'x'\n"
                         "  d: [1, {e: 2}]\n"
                         "f:\n"
                         "  - g: 3\n"
                         "  - - 4\n");
  CHECK(*root.at.file == "x.yaml");
  CHECK(at(&root) == "1:1");
  CHECK(at(root.find("a")) == "1:4");
  CHECK(key_at(root, 1) == "2:1");
  const auto* b = root.find("b");
  CHECK(at(b) == "3:3");
  CHECK(at(b->find("c")) == "3:6");
  const auto* d = b->find("d");
  CHECK(at(d) == "4:6");
  CHECK(at(&d->items[1]) == "4:10");
  CHECK(key_at(d->items[1], 0) == "4:11");
  const auto* f = root.find("f");
  CHECK(at(f) == "6:3");
  CHECK(at(&f->items[0]) == "6:5");
  CHECK(at(&f->items[1]) == "7:5");
  CHECK(at(&f->items[1].items[0]) == "7:7");
}

TEST_CASE("columns count characters, not bytes") {
  const auto root = read(
      "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\": '\xc3\xbc' # \xc3\xa9\n\xc3\xa9: [\xc3\xa9, 1]\n");
  CHECK(key_at(root, 0) == "1:1");
  CHECK(at(&root.entries[0].value) == "1:8");
  CHECK(at(&root.entries[1].value) == "2:4");
  CHECK(at(&root.entries[1].value.items[1]) == "2:8");
}

TEST_CASE("a byte order mark and carriage returns move nothing") {
  const auto root = read("\xef\xbb\xbf"
                         "a: 1\r\nb:\r\n  c: \"x\"\r\n");
  CHECK(key_at(root, 0) == "1:1");
  CHECK(at(root.find("a")) == "1:4");
  CHECK(at(root.find("b")->find("c")) == "3:6");
  CHECK(root.find("b")->find("c")->text() == "x");
}

TEST_CASE("far down a long line the column is still right") {
  std::string text = "[";
  for (int i = 0; i < 5'000; ++i) text += "\"\xc3\xa9\", ";
  text += "last]";
  const auto root = read(text);
  REQUIRE(root.items.size() == 5'001);
  CHECK(at(&root.items[1]) == "1:7");
  CHECK(at(&root.items[5'000]) == "1:25002");
}

TEST_CASE("behind an anchor or a tag stands the value, and its place is the value's") {
  const auto root = read("a: &x\n"
                         "  b: 1\n"
                         "c: &y # why\n"
                         "  - 1\n"
                         "d: &z 'q'\n"
                         "e: !!str 12\n"
                         "f: &m {g: 1}\n"
                         "&k h: 1\n");
  CHECK(at(root.find("a")) == "2:3");
  CHECK(at(root.find("c")) == "4:3");
  CHECK(at(root.find("d")) == "5:7");
  CHECK(at(root.find("e")) == "6:10");
  CHECK(root.find("e")->text() == "12");
  CHECK(at(root.find("f")) == "7:7");
  CHECK(key_at(root, 5) == "8:4");
}

TEST_CASE("a value that was left out is where its key is") {
  const auto root = read("a:\nb: {c: , d: 1}\ne:\n  - 1\n");
  CHECK(root.find("a")->is_null());
  CHECK(at(root.find("a")) == "1:1");
  CHECK(at(root.find("b")->find("c")) == "2:5");
  CHECK(at(read("a: null\n").find("a")) == "1:4");
  CHECK(at(read("a: ~").find("a")) == "1:4");
}

TEST_CASE("plain texts are typed by the core schema") {
  CHECK(value("12") == json(12));
  CHECK(value("12").is_number_integer());
  CHECK(value("-7") == json(-7));
  CHECK(value("+7") == json(7));
  CHECK(value("0x1F") == json(31));
  CHECK(value("0o17") == json(15));
  CHECK(value("017") == json(17));
  CHECK(value("1.5") == json(1.5));
  CHECK(value("1e3") == json(1000.0));
  CHECK(value(".5") == json(0.5));
  CHECK(value("1.").is_number_float());
  CHECK(value("true") == json(true));
  CHECK(value("False") == json(false));
  CHECK(value("~").is_null());
  CHECK(value("null").is_null());
  CHECK(value("").is_null());
  CHECK(std::isinf(value("-.inf").get<double>()));
  CHECK(std::isnan(value(".nan").get<double>()));
}

TEST_CASE("yes, on, times, dates and halves of numbers are texts") {
  for (const auto* text :
       {"yes", "no", "on", "off", "y",  "tRUE", "12:30", "2024-01-01", "1_000", "0b1",
        "1e",  ".",  "+",  "-",   "0x", "e3",   "1.5.2", "0xg",        "inf",   "nan"}) {
    INFO(text);
    CHECK((std::string{text} == "-" ? json("-") : value(text)) == json(text));
  }
}

TEST_CASE("whole numbers are kept as long as 64 bits hold them, then they are doubles") {
  CHECK(value("9223372036854775807") == json(INT64_MAX));
  CHECK(value("-9223372036854775808") == json(INT64_MIN));
  CHECK(value("18446744073709551615") == json(UINT64_MAX));
  CHECK(value("18446744073709551616") == json(18446744073709551616.0));
  CHECK(value("-9223372036854775809").is_number_float());
}

TEST_CASE("quotes make a text") {
  CHECK(value("'1'") == json("1"));
  CHECK(value("\"true\"") == json("true"));
  CHECK(value("''") == json(""));
  CHECK(value("'it''s'") == json("it's"));
  CHECK(value("\"\\u00e9\\n\\/\"") == json("\xc3\xa9\n/"));
  CHECK(value("|\n  1\n") == json("1\n"));
  CHECK(read("v: '1'").find("v")->quoted);
  CHECK_FALSE(read("v: x").find("v")->quoted);
  CHECK_FALSE(read("v: |\n  x\n").find("v")->quoted);
}

TEST_CASE("keys are texts as they were written, in their order") {
  const auto root = read("200: a\n1.50: b\ntrue: c\n~: d\nnull: e\n'x y': f\n0x10: g\n");
  std::vector<std::string> keys;
  for (const auto& entry : root.entries) keys.push_back(entry.key);
  CHECK(keys == std::vector<std::string>{"200", "1.50", "true", "~", "null", "x y", "0x10"});
}

TEST_CASE("an alias is a copy that keeps the place of the original") {
  const auto root = read("a: &x {b: [1, 2]}\nc: *x\nd: [*x, &y 5, *y]\n*y : e\n");
  CHECK(to_json(*root.find("c")) == to_json(*root.find("a")));
  CHECK(at(root.find("c")) == "1:7");
  CHECK(at(&root.find("d")->items[0]) == "1:7");
  CHECK(root.find("d")->items[2].scalar == json(5));
  CHECK(root.entries[3].key == "5");
}

TEST_CASE("an anchor that is used again names the newer value") {
  CHECK(to_json(read("[&x 1, *x, &x 2, *x]")) == json::parse("[1,1,2,2]"));
}

TEST_CASE("merge keys add what a mapping does not have itself") {
  const auto root = read("base: &b {x: 1, y: 2}\n"
                         "more: &m {y: 3, z: 4}\n"
                         "one:\n  y: 9\n  <<: *b\n"
                         "two: {<<: [*b, *m], w: 0}\n"
                         "three:\n  <<: {a: 1}\n  a: 2\n"
                         "four: {'<<': *b}\n");
  CHECK(to_json(*root.find("one")).dump() == R"({"y":9,"x":1})");
  CHECK(to_json(*root.find("two")).dump() == R"({"x":1,"y":2,"z":4,"w":0})");
  CHECK(to_json(*root.find("three")).dump() == R"({"a":2})");
  CHECK(at(root.find("one")->find("x")) == "1:14");
  CHECK(root.find("four")->find("<<") != nullptr);
}

TEST_CASE("JSON is read as JSON, with its places") {
  const auto root = read("{\n\t\"a\" :\t[1, -2.5e3, \"\\ud83d\\ude00\"],\n\t\"b\"\n: {\"<<\": "
                         "null}, \"\\u0061\\\"\": true}");
  CHECK(to_json(root).dump() ==
        "{\"a\":[1,-2500.0,\"\xf0\x9f\x98\x80\"],\"b\":{\"<<\":null},\"a\\\"\":true}");
  CHECK(at(root.find("a")) == "2:8");
  CHECK(at(&root.find("a")->items[2]) == "2:20");
  CHECK(key_at(root, 1) == "3:2");
  CHECK(at(root.find("b")) == "4:3");
  CHECK(root.find("a")->items[2].quoted);
}

TEST_CASE("a key of JSON may be long") {
  const std::string key(5'000, 'k');
  CHECK(read("{\"" + key + "\": 1}").find(key) != nullptr);
}
