#include "flows/read.hpp"

#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <unistd.h>

#include <fstream>

using namespace quipu;
namespace fs = std::filesystem;

namespace {

/// A folder of files that is gone afterwards; the app lies in `app`, so that there is an outside.
struct folder {
  fs::path root = fs::temp_directory_path() / fmt::format("quipu-refs-{}", ::getpid());

  folder() { fs::create_directories(root / "app"); }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  ~folder() { fs::remove_all(root); }

  fs::path write(const std::string& name, const std::string& text) const {
    const auto file = root / "app" / name;
    fs::create_directories(file.parent_path());
    std::ofstream{file} << text;
    return file;
  }
};

json read(const fs::path& file) {
  findings faults;
  auto made = read_file(file, faults);
  for (const auto& each : faults.all()) UNSCOPED_INFO(to_string(each));
  REQUIRE(made.ok());
  return to_json(*made);
}

/// `file:line:column message` of the first fault, the file without its folder.
std::string fault_of(const fs::path& file, const read_limits& limits = {}) {
  findings faults;
  REQUIRE_FALSE(read_file(file, faults, limits).ok());
  REQUIRE(faults.failed());
  const auto& first = faults.all().front();
  return fmt::format("{}:{}:{} {}", fs::path{*first.at.file}.filename().string(), first.at.line,
                     first.at.column, first.message);
}

bool says(const std::string& whole, std::string_view start, std::string_view part) {
  UNSCOPED_INFO(whole);
  return whole.starts_with(std::string{start} + " ") && whole.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a $ref is what it refers to, found from the file that holds it") {
  const folder in;
  in.write("parts/one.yaml",
           "x: {$ref: './deeper/two.yaml#/list/1'}\ny: {$ref: '../three.json'}\n");
  in.write("parts/deeper/two.yaml", "list: [0, {z: {$ref: '#/own'}}]\nown: mine\n");
  in.write("three.json", "{\"three\": 3}");
  const auto root =
      in.write("app.yaml", "a: {$ref: './parts/one.yaml'}\nb: [{$ref: three.json}]\n");
  CHECK(read(root).dump() == R"({"a":{"x":{"z":"mine"},"y":{"three":3}},"b":[{"three":3}]})");
}

TEST_CASE("what came from another file has its place there") {
  const folder in;
  in.write("parts.yaml", "p:\n  q: 1\n");
  const auto root = in.write("app.yaml", "a: {$ref: './parts.yaml#/p'}\n");
  findings faults;
  const auto made = read_file(root, faults);
  REQUIRE(made.ok());
  const auto& q = made->find("a")->entries.at(0);
  CHECK(fs::path{*q.at.file}.filename() == "parts.yaml");
  CHECK(q.at.line == 2);
  CHECK(q.value.at.column == 6);
}

TEST_CASE("a path in a file unescapes slashes, tildes and blanks") {
  const folder in;
  const auto root =
      in.write("app.yaml", "\"a/b\": {\"c~d\": {\"e f\": 1}}\nx: {$ref: '#/a~1b/c~0d/e%20f'}\n");
  CHECK(read(root).at("x") == json(1));
}

TEST_CASE("a $ref that leads back to itself is a cycle") {
  const folder in;
  in.write("b.yaml", "c: {$ref: './app.yaml#/a'}\n");
  CHECK(says(fault_of(in.write("app.yaml", "a: {$ref: './b.yaml'}\n")), "b.yaml:1:11", "cycle"));
  CHECK(says(fault_of(in.write("own.yaml", "a: {b: {$ref: '#/a'}}\n")), "own.yaml:1:15", "cycle"));
  CHECK(says(fault_of(in.write("self.yaml", "- $ref: ./self.yaml\n")), "self.yaml:1:9", "cycle"));
}

TEST_CASE("the same file may be used twice") {
  const folder in;
  in.write("b.yaml", "[1, 2]\n");
  CHECK(read(in.write("app.yaml", "- $ref: ./b.yaml\n- $ref: b.yaml\n")).dump() == "[[1,2],[1,2]]");
}

TEST_CASE("a file that is not there is named") {
  const folder in;
  CHECK(says(fault_of(in.write("app.yaml", "a:\n  $ref: './nowhere.yaml'\n")), "app.yaml:2:9",
             "nowhere.yaml"));
  fs::create_directories(in.root / "app" / "sub");
  CHECK(says(fault_of(in.write("app.yaml", "a: {$ref: sub}\n")), "app.yaml:1:11", "sub"));
}

TEST_CASE("a $ref does not leave the folder of the app, not by a link either") {
  const folder in;
  std::ofstream{in.root / "outside.yaml"} << "secret: 1\n";
  fs::create_symlink(in.root / "outside.yaml", in.root / "app" / "link.yaml");
  fs::create_directory_symlink(in.root, in.root / "app" / "up");
  for (const auto* ref : {"../outside.yaml", "./link.yaml", "up/outside.yaml", "/etc/hostname",
                          "../app2/x.yaml", "../none.yaml"})
    CHECK(says(fault_of(in.write("app.yaml", fmt::format("a: {{$ref: '{}'}}\n", ref))),
               "app.yaml:1:11", "folder"));
  in.write("b.yaml", "1\n");
  CHECK(read(in.write("app.yaml", "a: {$ref: '../app/b.yaml'}\n")).at("a") == json(1));
}

TEST_CASE("an app that is linked to reads the files beside the link") {
  const folder in;
  in.write("v1/app.yaml", "a: {$ref: ./b.yaml}\n");
  in.write("v1/b.yaml", "1\n");
  fs::create_directory_symlink(in.root / "app" / "v1", in.root / "app" / "current");
  CHECK(read(in.root / "app" / "current" / "app.yaml").at("a") == json(1));
}

TEST_CASE("a fragment that does not exist is named") {
  const folder in;
  in.write("b.yaml", "x: [1]\n");
  for (const auto* fragment : {"/y", "/x/1", "/x/-1", "/x/0/z", "x"})
    CHECK(says(fault_of(in.write("app.yaml", fmt::format("a: {{$ref: 'b.yaml#{}'}}\n", fragment))),
               "app.yaml:1:11", fmt::format("#{}", fragment)));
}

TEST_CASE("a $ref is a text and stands alone") {
  const folder in;
  CHECK(says(fault_of(in.write("app.yaml", "a: {$ref: 1}\n")), "app.yaml:1:11", "text"));
  CHECK(says(fault_of(in.write("app.yaml", "a: {$ref: '#/b', c: 1}\nb: 1\n")), "app.yaml:1:11",
             "\"c\""));
  CHECK(says(fault_of(in.write("app.yaml", "a: {$ref: 'https://x.org/y.yaml'}\n")), "app.yaml:1:11",
             "URL"));
}

TEST_CASE("faults of another file are told there, once") {
  const folder in;
  in.write("b.yaml", "x: 1\nx: 2\n");
  const auto root = in.write("app.yaml", "- $ref: b.yaml\n- $ref: b.yaml\n");
  findings faults;
  CHECK_FALSE(read_file(root, faults).ok());
  REQUIRE(faults.all().size() == 1);
  CHECK(fs::path{*faults.all()[0].at.file}.filename() == "b.yaml");
  CHECK(faults.all()[0].at.line == 2);
}

TEST_CASE("inside a schema, a $ref of its own stays for the schema") {
  const folder in;
  in.write("parts.yaml", "sale: {type: object}\n");
  const auto root = in.write("app.yaml", "schema:\n"
                                         "  definitions: {n: {type: integer}}\n"
                                         "  properties:\n"
                                         "    a: {$ref: '#/definitions/n', title: beside}\n"
                                         "    b: {$ref: 'https://json-schema.org/x'}\n"
                                         "    c: {$ref: './parts.yaml#/sale'}\n"
                                         "    $ref: {type: string}\n");
  const auto properties = read(root).at("schema").at("properties");
  CHECK(properties.at("a").at("$ref") == json("#/definitions/n"));
  CHECK(properties.at("b").at("$ref") == json("https://json-schema.org/x"));
  CHECK(properties.at("c").at("type") == json("object"));
  CHECK(properties.at("$ref").at("type") == json("string"));
}

TEST_CASE("the limit of size holds for all files together") {
  const folder in;
  in.write("b.yaml", std::string(60, ' ') + "1\n");
  const auto root = in.write("app.yaml", "a: {$ref: b.yaml}\n");
  CHECK(says(fault_of(root, {.bytes = 70}), "app.yaml:1:11", "limits.definition.bytes"));
  findings faults;
  CHECK(read_file(root, faults, {.bytes = 80}).ok());
}

TEST_CASE("the limit of nesting holds through files") {
  const folder in;
  in.write("b.yaml", "[[[1]]]\n");
  const auto root = in.write("app.yaml", "a: [{$ref: b.yaml}]\n");
  CHECK(says(fault_of(root, {.depth = 4}), "b.yaml:1:3", "limits.definition.depth"));
  findings faults;
  CHECK(read_file(root, faults, {.depth = 5}).ok());
}

TEST_CASE("the limit of nesting holds for $refs that lead from one to the next") {
  const folder in;
  const auto chain = [&in](int links) {
    std::string text = "a: {$ref: '#/k1'}\n";
    for (int i = 1; i < links; ++i) text += fmt::format("k{}: {{$ref: '#/k{}'}}\n", i, i + 1);
    return in.write("app.yaml", text + fmt::format("k{}: 1\n", links));
  };
  CHECK(says(fault_of(chain(5), {.depth = 4}), "app.yaml:5:12", "limits.definition.depth"));
  CHECK(says(fault_of(chain(2'000)), "app.yaml:65:13", "limits.definition.depth"));
  findings faults;
  CHECK(read_file(chain(5), faults, {.depth = 5}).ok());
}

TEST_CASE("small files cannot refer each other to a large definition") {
  const folder in;
  in.write("f0.yaml", "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n");
  for (int i = 1; i < 10; ++i) {
    std::string text;
    for (int j = 0; j < 10; ++j) text += fmt::format("- $ref: f{}.yaml\n", i - 1);
    in.write(fmt::format("f{}.yaml", i), text);
  }
  const auto why = fault_of(in.write("app.yaml", "a: {$ref: f9.yaml}\n"));
  INFO(why);
  CHECK(why.find("limits.definition.aliases") != std::string::npos);
}

TEST_CASE("a file that cannot be read is told without a place") {
  const folder in;
  findings faults;
  const auto none = read_file(in.root / "none.yaml", faults);
  REQUIRE_FALSE(none.ok());
  CHECK(none.error().code == fault::not_found);
  CHECK(none.error().message.find("none.yaml") != std::string::npos);
  CHECK(read_file(in.root, faults).error().message.find("folder") != std::string::npos);
  CHECK(faults.all().empty());
}

TEST_CASE("a text has a folder only if it is told one") {
  const folder in;
  in.write("b.yaml", "1\n");
  findings faults;
  const auto made = read_text("a: {$ref: b.yaml}\n", "x.test.yaml", faults, {}, in.root / "app");
  REQUIRE(made.ok());
  CHECK(to_json(*made).at("a") == json(1));
  CHECK_FALSE(read_text("a: {$ref: b.yaml}\n", "x.test.yaml", faults).ok());
  REQUIRE(faults.all().size() == 1);
  CHECK(faults.all()[0].message.find("folder") != std::string::npos);
}
