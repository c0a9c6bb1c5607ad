#include "collation/replay.hpp"

#include "collation/checkpoint.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace quipu;

namespace {

/// A job of three activities: each record settles one and writes what it said.
std::vector<record> lived(history_mode mode = history_mode::full) {
  std::vector<record> all(4);
  for (std::size_t at = 0; at < all.size(); ++at) {
    all[at].number = at + 1;
    all[at].at_ms = 1'000 + static_cast<std::int64_t>(at);
  }
  auto& birth = all[0];
  birth.born = identity{};
  birth.born->job = "o-1";
  birth.born->gid = "g";
  birth.born->app = "x";
  birth.born->version = "1";
  birth.born->topic = "s";
  birth.born->history = mode;
  birth.opened = {{0, 0, 0, 0, "999"}};
  birth.turns = {{0, 0, 0, 1, digit::pending, digit::started}};
  birth.written = {{{0, 0}, {}}};
  birth.written[0].second.input = value{json{{"text", std::string(2'000, 't')}}};
  auto& begun = all[1];
  begun.why = cause::begun;
  begun.turns = {{0, 0, 0, 1, digit::started, digit::completed},
                 {0, 0, 1, 1, digit::pending, digit::started},
                 {0, 0, 2, 1, digit::pending, digit::started},
                 {0, 0, 2, 1, digit::started, digit::paused}};
  begun.data = {{"a", value{json(1)}}};
  obligation call;
  call.topic = "w";
  call.attempt = 1;
  obligation wait;
  wait.is = obligation::kind::wait;
  wait.waits = {"board"};
  begun.owed = {{{1, 0}, call}, {{2, 0}, wait}};
  auto& replied = all[2];
  replied.why = cause::replied;
  replied.at = {1, 0};
  replied.turns = {{0, 0, 1, 1, digit::started, digit::completed}};
  replied.data = {{"b", value{json("two")}}};
  replied.owed = {{{1, 0}, std::nullopt}};
  replied.marks = {"answered"};
  auto& woken = all[3];
  woken.why = cause::signalled;
  woken.at = {2, 0};
  woken.turns = {{0, 0, 2, 1, digit::paused, digit::released}};
  woken.owed = {{{2, 0}, std::nullopt}};
  woken.end = conclusion{"completed", {}};
  return all;
}

history_page page_of(const std::vector<record>& all, std::size_t from = 0) {
  history_page page;
  page.first = from + 1;
  page.total = all.size();
  for (auto at = from; at < all.size(); ++at) page.records.push_back(encode(all[at]));
  return page;
}

std::vector<field> sorted(std::vector<field> fields) {
  std::ranges::sort(fields, {}, &field::name);
  return fields;
}

} // namespace

TEST_CASE("a checkpoint and the records behind it give what all records give") {
  const auto all = lived();
  replay whole;
  REQUIRE(whole.take(page_of(all)).ok());
  for (std::size_t at = 1; at < all.size(); ++at) {
    INFO("a checkpoint behind record " << at);
    replay oldest;
    REQUIRE(oldest.take(page_of(all), at).ok());
    REQUIRE(oldest.next() == at + 1);
    auto page = page_of(all, at);
    page.checkpoint = oldest.checkpoint();
    replay again;
    std::vector<std::uint64_t> told;
    REQUIRE(again
                .take(page, UINT64_MAX,
                      [&](const record& what, const job&) { told.push_back(what.number); })
                .ok());
    REQUIRE(told.size() == all.size() - at + 1);
    REQUIRE(told.front() == at);
    REQUIRE(again.at() == whole.at());
    REQUIRE(sorted(again.view().fields()) == sorted(whole.view().fields()));
    REQUIRE(again.view().obligations() == whole.view().obligations());
    REQUIRE(decode_record(page.checkpoint)->why == cause::condensed);
  }
}

TEST_CASE("a record that is missing, twice there or changed is told") {
  const auto all = lived();
  auto page = page_of(all);
  page.records.erase(page.records.begin() + 1);
  replay holed;
  REQUIRE(holed.take(page).error().code == fault::corrupt);
  page = page_of(all);
  page.records[2][20] = static_cast<char>(page.records[2][20] ^ 1);
  replay changed;
  const auto why = changed.take(page);
  REQUIRE(why.error().code == fault::corrupt);
  REQUIRE_THAT(why.error().message, Catch::Contains("record 3"));
  replay late;
  REQUIRE(late.take(page_of(all, 2)).error().code == fault::corrupt); // and no checkpoint
}

TEST_CASE("pages that overlap are taken once") {
  const auto all = lived();
  replay made;
  REQUIRE(made.take(page_of(all), 2).ok());
  REQUIRE(made.take(page_of(all)).ok());
  REQUIRE(made.view().ended());
}

TEST_CASE("a job that goes on from another begins with what that one had, and is found as it was") {
  auto all = lived();
  all[0].index = {{"customer", value{json("c-7")}}};
  replay failed;
  REQUIRE(failed.take(page_of(all), 3).ok());
  record birth;
  birth.number = 1;
  birth.at_ms = 9'000;
  birth.why = cause::resumed;
  birth.born = failed.view().born();
  birth.born->job = "o-1~1";
  birth.born->origin = "o-1";
  birth.state = pack_state(failed.view());
  birth.index = failed.view().index();
  job made;
  delta touched;
  REQUIRE(made.fold(*decode_record(encode(birth)), &touched).ok());
  REQUIRE(made.records() == 1);
  REQUIRE(made.created_ms() == 9'000);
  REQUIRE(made.key() == failed.view().key());
  REQUIRE(made.obligations() == failed.view().obligations());
  REQUIRE(made.index() == failed.view().index());
  REQUIRE_FALSE(made.marked("answered")); // whoever waits for this one has not been told
  std::vector<field> set;
  std::vector<std::string> unset;
  made.fields(touched, set, unset);
  REQUIRE(sorted(set) == sorted(made.fields()));
  REQUIRE(made.fold(*decode_record(encode(birth))).error().code == fault::corrupt);
}

TEST_CASE("a state that is cut short or changed is no state") {
  const auto all = lived();
  replay made;
  REQUIRE(made.take(page_of(all), 3).ok());
  const auto state = pack_state(made.view());
  REQUIRE(unpack_state(state).ok());
  for (std::size_t size = 0; size < state.size(); size += 7)
    REQUIRE_FALSE(unpack_state(state.substr(0, size)).ok());
}
