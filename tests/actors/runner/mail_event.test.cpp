#include "actors/runner/mail_event.hpp"

#include "collation/pack.hpp"

#include <catch2/catch.hpp>

using namespace quipu;

namespace {

event read(const std::string& kind, const std::string& body) {
  return event_of({"m", kind, "2.1", body});
}

event read(const std::string& kind, const json& body) { return read(kind, pack(body)); }

} // namespace

TEST_CASE("mail says which activity it is for, in which pass, and what brought it") {
  const auto got = read("signal", json{{"data", {{"by", "Ana"}}}});
  CHECK(got.why == cause::signalled);
  CHECK(got.at == instance{2, 1});
  CHECK(got.mail == "m");
  CHECK(got.what == answer{answer::status::success, 200, json{{"by", "Ana"}}});
  CHECK(read("complete", json{{"status", "pending"}}).what.code == 202);
  CHECK(read("served", std::string{}).why == cause::served);
  CHECK(read("timer", std::string{}).why == cause::woken);
}

TEST_CASE("a child's end is the answer to its await, its error with what came with it") {
  CHECK(read("child", json{{"state", "completed"}, {"data", {{"x", 1}}}}).what ==
        answer{answer::status::success, 200, json{{"x", 1}}});
  const auto failed =
      read("child", json{{"state", "failed"}, {"error", {{"code", 402}, {"message", "declined"}}}});
  CHECK(failed.what == answer{answer::status::error, 402, json{{"message", "declined"}}});
}

TEST_CASE("mail whose body is empty, cut off or of another shape is an error 500 that names it") {
  const auto kind = GENERATE(as<std::string>{}, "signal", "child", "complete");
  const auto body = GENERATE(as<std::string>{}, "", std::string{"\x81"}, "text",
                             pack(json(nullptr)), pack(json(7)), pack(json::array()),
                             pack(json{{"status", 1}, {"error", "no object"}}));
  const auto got = read(kind, body);
  CHECK(got.at == instance{2, 1});
  CHECK(got.what.is == answer::status::error);
  CHECK(got.what.code == 500);
  CHECK(got.what.data["message"] == "mail \"m\" of kind \"" + kind + "\" cannot be read");
}

TEST_CASE("an interrupt without its words, or with others, is one all the same") {
  const json said{{"reason", "enough"}, {"code", 409}, {"throw", true}, {"descend", false}};
  CHECK(read("interrupt", said).what.data == said);
  auto other = said;
  other["code"] = "409";
  for (const auto& body : {std::string{}, pack(other)}) {
    const auto got = read("interrupt", body);
    CHECK(got.why == cause::interrupted);
    CHECK_FALSE(got.what.data.contains("code"));
  }
}
