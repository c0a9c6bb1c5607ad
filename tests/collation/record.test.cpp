#include "collation/record.hpp"

#include "collation/pack.hpp"
#include "collation/record/envelope.hpp"

#include <catch2/catch.hpp>

using namespace quipu;

namespace {

/// A record in which every part says something.
record full() {
  record made;
  made.number = 7;
  made.at_ms = 1'700'000'000'123;
  made.why = cause::replied;
  made.at = {3, 2};
  made.attempt = 4;
  made.code = 202;
  made.mail = "m-1";
  made.born = identity{"j",
                       "g",
                       "app",
                       "1.0",
                       "topic",
                       "p",
                       "pg",
                       "await",
                       {5, 1},
                       true,
                       3,
                       4,
                       history_mode::digits};
  made.opened.push_back({1, 2, 1, 4, "9909"});
  made.turns.push_back({1, 2, 4, 3, digit::pending, digit::skipped});
  made.data.emplace_back("sum", value{json{{"z", 1}, {"a", nullptr}}});
  made.written.emplace_back(instance{3, 2}, documents{value{1}, value{"o"}, value{json::array()},
                                                      value{json{{"code", 500}}}, 500, 99});
  made.answers.emplace_back(pass_name{1, 2}, documents{{}, value{2}, {}, {}, 200, 5});
  obligation owed;
  owed.is = obligation::kind::wait;
  owed.attempt = 2;
  owed.deaths = 1;
  owed.since_ms = 10;
  owed.due_ms = 20;
  owed.topic = "t";
  owed.child = "c";
  owed.waits = {"b1", "b2"};
  owed.standing = true;
  owed.input = value{json{{"k", 1}}};
  made.owed.emplace_back(instance{3, 2}, owed);
  made.owed.emplace_back(instance{4, 0}, std::nullopt);
  made.children.emplace_back(instance{3, 2}, "child");
  made.forgotten.push_back({1, 1});
  made.marks.emplace_back("answered");
  made.index.emplace_back("region", value{"eu"});
  made.attributes.emplace_back(instance{3, 2}, value{json{{"region", "eu"}}});
  made.end = conclusion{"failed", value{json{{"code", 500}, {"message", "m"}, {"data", 1}}}};
  return made;
}

} // namespace

TEST_CASE("a record is read as it was written") {
  const auto made = full();
  const auto read = decode_record(encode(made));
  REQUIRE(read);
  CHECK(*read == made);
  CHECK(encode(*read) == encode(made));
}

TEST_CASE("a full history keeps the record, digits keeps it without documents, off keeps nothing") {
  const auto made = full();
  const auto whole = encode(made);
  CHECK(history_entry(made, whole, history_mode::full) == whole);
  CHECK_FALSE(history_entry(made, whole, history_mode::off));
  const auto stored = history_entry(made, whole, history_mode::digits);
  REQUIRE(stored);
  const auto bare = decode_record(*stored);
  REQUIRE(bare);
  CHECK(bare->turns == made.turns);
  CHECK(bare->opened == made.opened);
  CHECK(bare->at_ms == made.at_ms);
  CHECK(bare->code == made.code);
  CHECK(bare->born == made.born);
  CHECK(bare->written.front().second.code == 500);
  CHECK(bare->written.front().second.at_ms == 99);
  CHECK(bare->owed.front().second->due_ms == 20);
  CHECK(*bare->end->error == json{{"code", 500}});
  CHECK(bare->data.empty());
  for (const auto* each : {&bare->written.front().second, &bare->answers.front().second}) {
    CHECK_FALSE(each->input);
    CHECK_FALSE(each->output);
    CHECK_FALSE(each->hook);
    CHECK_FALSE(each->error);
  }
  CHECK_FALSE(bare->owed.front().second->input);
  CHECK(bare->owed.front().second->waits.empty());
}

TEST_CASE("a record that says little is small") {
  record made;
  made.number = 1;
  made.why = cause::acknowledged;
  const auto bytes = encode(made);
  CHECK(bytes.size() < 32);
  CHECK(*decode_record(bytes) == made);
}

TEST_CASE("a record of which any byte is lost or changed is refused") {
  const auto bytes = encode(full());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto read = decode_record(bytes.substr(0, size));
    REQUIRE_FALSE(read);
    CHECK(read.error().code == fault::corrupt);
  }
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    auto damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    CHECK_FALSE(decode_record(damaged));
  }
}

TEST_CASE("each kind of obligation and each cause has a name that is read back") {
  for (int kind = 0; kind <= static_cast<int>(obligation::kind::wait); ++kind) {
    obligation made;
    made.is = static_cast<obligation::kind>(kind);
    const auto read = decode_obligation(encode(made));
    REQUIRE(read);
    CHECK(*read == made);
  }
  for (int why = 0; why <= static_cast<int>(cause::acknowledged); ++why) {
    record made;
    made.number = 1;
    made.why = static_cast<cause>(why);
    CHECK(decode_record(encode(made))->why == made.why);
  }
}

TEST_CASE("an instance's name is read back, and nothing else is one") {
  CHECK(name(instance{12, 3}) == "12.3");
  CHECK(parse_instance("12.3") == instance{12, 3});
  for (const char* wrong : {"", "12", "12.", ".3", "12.3.4", "a.b", "-1.2", "1. 2"})
    CHECK_FALSE(parse_instance(wrong));
}

TEST_CASE("a record in which something cannot be is refused, with what it is") {
  const auto refused = [](const json& body) {
    const auto read = decode_record(sealed(pack(body)));
    REQUIRE_FALSE(read);
    CHECK(read.error().code == fault::corrupt);
    return read.error().message;
  };
  const json least{{"n", 1}, {"t", 0}, {"y", "passed"}};
  CHECK(decode_record(sealed(pack(least))));
  const auto with = [&least](const char* key, const json& said) {
    auto body = least;
    body[key] = said;
    return body;
  };
  CHECK(refused(with("n", -1.5)).find("-1.5 is no whole number") != std::string::npos);
  CHECK(refused(with("n", UINT64_MAX)).find("18446744073709551615") != std::string::npos);
  CHECK(refused(with("a", {4294967296, 0})).find("4294967296") != std::string::npos);
  CHECK(refused(with("m", -1)).find("-1 is no whole number") != std::string::npos);
  CHECK(refused(with("c", "200")).find("a string is no whole number") != std::string::npos);
  CHECK(refused(with("d", {{0, 0, 0, 1, 9, 10}})).find("10 is no digit") != std::string::npos);
  CHECK(refused(with("w", json::array({json::array({"x", json::binary({1})})}))).find("bytes") !=
        std::string::npos);
  CHECK_FALSE(refused(with("w", 7)).empty());
  CHECK_FALSE(refused(with("e", {{"s", "failed"}, {"e", 7}})).empty());
  CHECK_FALSE(refused(with("e", {{"s", "failed"}, {"e", {{"code", "x"}}}})).empty());
  CHECK_FALSE(refused(with("e", {{"s", ""}})).empty());
  const json nobody{{"job", "j"}, {"gid", ""}, {"app", "a"}, {"vrs", "1"}, {"tpc", "t"}};
  CHECK(refused(with("b", nobody)).find("\"gid\" is empty") != std::string::npos);
  auto flat = nobody;
  flat["gid"] = "g";
  flat["sl"] = 0;
  CHECK(refused(with("b", flat)).find("no slice") != std::string::npos);
  CHECK(refused(with("y", "\x1b[2J")).find("\\x1b") != std::string::npos);
}
