#include "collation/job.hpp"

#include "collation/pack.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

using namespace quipu;

namespace {

/// A job of `size` activities with its stored fields, stored_job change by change as a store does.
struct stored_job {
  job view;
  std::map<std::string, std::string> fields;
  std::vector<std::string> last; ///< names that the last record has set

  explicit stored_job(std::size_t size) {
    auto first = next();
    first.born = identity{"j", "g", "a", "1", "t"};
    first.opened.push_back({0, 0, 0, 0, std::string(size, '9')});
    REQUIRE(add(first));
  }

  record next() const {
    record made;
    made.number = view.records() + 1;
    made.at_ms = 5;
    return made;
  }

  result<void> add(const record& what) { return add(std::vector{what}); }
  /// Several records of one commit. A store unsets before it sets.
  result<void> add(const std::vector<record>& all) {
    delta touched;
    for (const auto& what : all)
      if (auto folded = view.fold(what, &touched); !folded) return folded;
    std::vector<field> set;
    std::vector<std::string> unset;
    view.fields(touched, set, unset);
    for (const auto& each : unset) fields.erase(each);
    last.clear();
    for (auto& each : set) {
      last.push_back(each.name);
      fields[each.name] = std::move(each.bytes);
    }
    return {};
  }

  snapshot stored() const {
    snapshot all;
    all.job = "j";
    for (const auto& [name, bytes] : fields) all.fields.push_back({name, bytes});
    return all;
  }
};

std::vector<field> sorted(std::vector<field> fields) {
  std::sort(fields.begin(), fields.end(), [](auto& a, auto& b) { return a.name < b.name; });
  return fields;
}

} // namespace

TEST_CASE(
    "a key of any length is stored_job in pieces, and a commit writes those that it changes") {
  stored_job of{1000};
  auto what = of.next();
  what.turns.push_back({0, 0, 500, 1, digit::pending, digit::started});
  REQUIRE(of.add(what).ok());
  CHECK(of.last == std::vector<std::string>{"s", "k.0.0.3"});
  CHECK(of.view.key() == std::string(500, '9') + '8' + std::string(499, '9'));
  CHECK(sorted(of.view.fields()) == of.stored().fields);
  const auto loaded = job::load(of.stored());
  REQUIRE(loaded);
  CHECK(loaded->key() == of.view.key());
  CHECK(loaded->open() == 1000);
  CHECK(loaded->begun() == 1);
}

TEST_CASE("a value that grows large has a field of its own, and loses it when it shrinks") {
  stored_job of{2};
  auto what = of.next();
  what.data.emplace_back("small", value{1});
  what.data.emplace_back("big", value{std::string(600, 'x')});
  what.written.emplace_back(instance{1, 0}, documents{{}, value{std::string(700, 'y')}});
  REQUIRE(of.add(what).ok());
  CHECK(of.fields.count("D.big") == 1);
  CHECK(of.fields.count("O.1.0.o") == 1);
  CHECK(*job::load(of.stored())->data("big")->get() == std::string(600, 'x'));
  what = of.next();
  what.data.emplace_back("big", value{2});
  what.written.emplace_back(instance{1, 0}, documents{{}, value{3}});
  REQUIRE(of.add(what).ok());
  CHECK(of.fields.count("D.big") == 0);
  CHECK(of.fields.count("O.1.0.o") == 0);
  CHECK(sorted(of.view.fields()) == of.stored().fields);
}

TEST_CASE(
    "a value that grows and shrinks, or shrinks and grows, in one commit is kept as it ends") {
  const auto says = [](const stored_job& of, std::uint64_t number, const json& what) {
    auto made = of.next();
    made.number = number;
    made.data.emplace_back("v", value{what});
    made.written.emplace_back(instance{1, 0}, documents{{}, value{what}});
    return made;
  };
  stored_job of{2};
  const json large = std::string(600, 'x');
  REQUIRE(of.add({says(of, 2, large), says(of, 3, 3)}));
  CHECK(of.fields.count("D.v") == 0);
  CHECK(of.fields.count("O.1.0.o") == 0);
  REQUIRE(of.add(says(of, 4, large)));
  REQUIRE(of.add({says(of, 5, 5), says(of, 6, large)}));
  CHECK(sorted(of.view.fields()) == of.stored().fields);
  const auto loaded = job::load(of.stored());
  REQUIRE(loaded);
  CHECK(*loaded->data("v")->get() == large);
  CHECK(*loaded->at(instance{1, 0})->output == large);
}

TEST_CASE("a large value of a pass that is forgotten with the same commit has no field") {
  stored_job of{2};
  of.view = {};
  of.fields.clear();
  auto birth = of.next();
  birth.born = identity{"j", "g", "a", "1", "t"};
  birth.born->slices = 2;
  birth.opened = {{0, 0, 0, 0, "90"}, {1, 0, 0, 1, "9"}};
  REQUIRE(of.add(birth));
  auto last = of.next();
  last.opened = {{1, 1, 0, 1, "9"}};
  last.turns = {{1, 0, 1, 1, digit::pending, digit::completed}};
  last.written.emplace_back(instance{1, 0}, documents{{}, value{std::string(600, 'x')}});
  last.forgotten = {{1, 0}};
  REQUIRE(of.add(last));
  CHECK(of.fields.count("O.1.0.o") == 0);
  CHECK(sorted(of.view.fields()) == of.stored().fields);
}

TEST_CASE("a key is read as it was stored, on either side of what stands in the summary") {
  for (const std::size_t size : {128, 255, 256, 257, 384, 385}) {
    INFO(size);
    stored_job of{size};
    auto what = of.next();
    what.turns.push_back(
        {0, 0, static_cast<std::uint32_t>(size - 1), 1, digit::pending, digit::started});
    REQUIRE(of.add(what));
    CHECK(sorted(of.view.fields()) == of.stored().fields);
    const auto loaded = job::load(of.stored());
    REQUIRE(loaded);
    CHECK(loaded->key() == std::string(size - 1, '9') + '8');
  }
}

TEST_CASE("shared data keeps the order in which its keys were first written") {
  stored_job of{1};
  for (const auto* name : {"z", "a", "m"}) {
    auto what = of.next();
    what.data.emplace_back(name, value{name});
    REQUIRE(of.add(what).ok());
  }
  auto what = of.next();
  what.data.emplace_back("z", value{"again"});
  REQUIRE(of.add(what).ok());
  const auto loaded = job::load(of.stored());
  REQUIRE(loaded->data().size() == 3);
  CHECK(loaded->data()[0].first == "z");
  CHECK(loaded->data()[2].first == "m");
  CHECK(*loaded->data("z")->get() == "again");
}

TEST_CASE("a record that does not fit is refused") {
  stored_job of{2};
  auto gap = of.next();
  ++gap.number;
  CHECK(of.view.fold(gap).error().code == fault::corrupt);

  stored_job wrong{2};
  auto turned = wrong.next();
  turned.turns.push_back({0, 0, 0, 1, digit::started, digit::completed});
  CHECK_FALSE(wrong.view.fold(turned));

  stored_job early{2};
  auto end = early.next();
  end.end = conclusion{"completed", {}};
  CHECK_FALSE(early.view.fold(end));

  stored_job silent{1};
  auto settled = silent.next();
  settled.turns.push_back({0, 0, 0, 1, digit::pending, digit::skipped});
  CHECK_FALSE(silent.view.fold(settled));
}

TEST_CASE("a job that has ended takes no record") {
  stored_job of{1};
  auto last = of.next();
  last.turns.push_back({0, 0, 0, 1, digit::pending, digit::skipped});
  last.end = conclusion{"completed", {}};
  REQUIRE(of.add(last).ok());
  auto more = of.next();
  more.end = conclusion{"completed", {}};
  CHECK(of.view.fold(more).error().message.find("the job has ended") != std::string::npos);
}

TEST_CASE("a call that is out keeps its job busy until it is settled") {
  stored_job of{1};
  auto begun = of.next();
  begun.turns.push_back({0, 0, 0, 1, digit::pending, digit::started});
  obligation out;
  out.is = obligation::kind::called;
  begun.owed.emplace_back(instance{}, out);
  REQUIRE(of.add(begun).ok());
  CHECK(of.view.busy());
  auto waits = of.next();
  out.is = obligation::kind::pending;
  waits.owed.emplace_back(instance{}, out);
  REQUIRE(of.add(waits).ok());
  CHECK_FALSE(of.view.busy());
}

TEST_CASE("a reply's code stands until the next reply") {
  stored_job of{1};
  auto replied = of.next();
  replied.written.emplace_back(instance{}, documents{{}, value{1}, {}, {}, 201, 7});
  REQUIRE(of.add(replied).ok());
  auto more = of.next();
  more.written.emplace_back(instance{}, documents{value{2}, {}, {}, {}, 0, 0});
  REQUIRE(of.add(more).ok());
  CHECK(of.view.at(instance{})->code == 201);
  CHECK(of.view.at(instance{})->at_ms == 7);
}

TEST_CASE("passes are opened in order, and only a settled one is forgotten, with its fields") {
  constexpr std::uint32_t size = 300; // more digits than fit in the summary
  const std::string fresh(size, '9');
  job of;
  record first;
  first.number = 1;
  first.born = identity{"j", "g", "a", "1", "t"};
  first.born->slices = 2;
  first.opened.push_back({0, 0, 0, 0, '9' + std::string(size, '0')});
  first.opened.push_back({1, 0, 0, 1, fresh});
  REQUIRE(of.fold(first).ok());
  record second;
  second.number = 2;
  auto early = second;
  early.opened.push_back({1, 2, 0, 1, fresh});
  CHECK_FALSE(job{of}.fold(early));
  second.opened.push_back({1, 1, 0, 1, fresh});
  auto open = second;
  open.forgotten.push_back({1, 0});
  CHECK_FALSE(job{of}.fold(open));
  second.turns.push_back({1, 0, 1, size, digit::pending, digit::skipped});
  second.forgotten.push_back({1, 0});
  delta touched;
  REQUIRE(of.fold(second, &touched).ok());
  for (const auto* chunk : {"k.1.0.0", "k.1.0.1", "k.1.0.2"})
    CHECK(touched.removed.count(chunk) == 1);
}

TEST_CASE("of several passes the newest is shown, or the oldest that is still open") {
  job of;
  record first;
  first.number = 1;
  first.born = identity{"j", "g", "a", "1", "t"};
  first.born->slices = 2;
  first.opened.push_back({0, 0, 0, 0, "900"});
  first.opened.push_back({1, 0, 0, 1, "99"});
  REQUIRE(of.fold(first).ok());
  record second;
  second.number = 2;
  second.turns.push_back({1, 0, 1, 1, digit::pending, digit::completed});
  second.turns.push_back({1, 0, 2, 1, digit::pending, digit::started});
  second.opened.push_back({1, 1, 0, 1, "99"});
  second.turns.push_back({1, 1, 1, 2, digit::pending, digit::skipped});
  REQUIRE(of.fold(second).ok());
  CHECK(of.key() == "938");
  CHECK(of.shown() == std::vector<std::uint32_t>{0, 1, 0});
  record third;
  third.number = 3;
  third.turns.push_back({1, 0, 2, 1, digit::started, digit::completed});
  third.forgotten.push_back({1, 0});
  REQUIRE(of.fold(third).ok());
  CHECK(of.key() == "933");
}

TEST_CASE("stored fields that are damaged are told, not trusted") {
  stored_job of{300};
  for (const auto* name : {"b", "s", "k.0.0.1"}) {
    auto damaged = of.stored();
    std::erase_if(damaged.fields, [&](const auto& each) { return each.name == name; });
    const auto loaded = job::load(damaged);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == fault::corrupt);
  }
}

TEST_CASE("a record about what is not in the job's tree is refused") {
  const auto refuses = [](auto change) {
    stored_job of{3};
    auto what = of.next();
    change(what);
    const auto folded = of.view.fold(what);
    return !folded && folded.error().code == fault::corrupt;
  };
  CHECK(refuses([](record& what) { what.written.emplace_back(instance{3, 0}, documents{}); }));
  CHECK(refuses([](record& what) { what.owed.emplace_back(instance{3, 0}, obligation{}); }));
  CHECK(refuses([](record& what) { what.children.emplace_back(instance{UINT32_MAX, 0}, "c"); }));
  CHECK(refuses([](record& what) { what.opened.push_back({0, 1, 0, 0, "999"}); }));
  CHECK(refuses([](record& what) { what.opened.push_back({1, 0, 0, 1, "9"}); }));
}

TEST_CASE("a pass that does not lie within the tree is refused") {
  const auto opens = [](const opening& nested) {
    job of;
    record birth;
    birth.number = 1;
    birth.born = identity{"j", "g", "a", "1", "t"};
    birth.born->slices = 2;
    birth.opened = {{0, 0, 0, 0, "900"}, nested};
    return of.fold(birth).ok();
  };
  CHECK(opens({1, 0, 0, 1, "99"}));
  CHECK_FALSE(opens({1, 0, 0, 2, "99"}));
  CHECK_FALSE(opens({1, 0, 0, UINT32_MAX, "99"}));
  CHECK_FALSE(opens({1, 0, 0, 0, "9999"}));
  CHECK_FALSE(opens({1, 0, 0, 1, ""}));
}

TEST_CASE("a job does not take memory for more slices than it has activities") {
  job of;
  record birth;
  birth.number = 1;
  birth.born = identity{"j", "g", "a", "1", "t"};
  birth.born->slices = UINT32_MAX;
  birth.opened = {{0, 0, 0, 0, "99"}};
  CHECK(of.fold(birth).error().code == fault::corrupt);
}

TEST_CASE("a turn of no digit changes nothing, in a long key too") {
  stored_job of{1000};
  auto what = of.next();
  what.turns.push_back({0, 0, 0, 0, digit::pending, digit::started});
  REQUIRE(of.add(what));
  CHECK(of.last == std::vector<std::string>{"s"});
}

TEST_CASE("the root of a job is not forgotten") {
  job of;
  record birth;
  birth.number = 1;
  birth.born = identity{"j", "g", "a", "1", "t"};
  birth.born->slices = 2;
  birth.opened = {{0, 0, 0, 0, "30"}, {1, 0, 0, 1, "9"}};
  birth.forgotten = {{0, 0}};
  CHECK(of.fold(birth).error().code == fault::corrupt);
}

TEST_CASE("stored fields that cannot be those of a job are refused, each by its name") {
  const auto refused = [](const char* name, const json& said) {
    auto stored = stored_job{3}.stored();
    const auto found = std::find_if(stored.fields.begin(), stored.fields.end(),
                                    [name](const field& each) { return each.name == name; });
    if (found != stored.fields.end())
      found->bytes = pack(said);
    else
      stored.fields.push_back({name, pack(said)});
    const auto loaded = job::load(stored);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == fault::corrupt);
    return loaded.error().message.find("field \"" + std::string{name} + "\"") != std::string::npos;
  };
  const auto summary = [](const json& opened, const json& passes) {
    return json{1, 5, 5, opened, passes, json::array(), nullptr};
  };
  CHECK(refused("s", summary({1}, {{0, 0, 0, 0, "999"}, {0, 0, 0, 0, "999"}})));
  CHECK(refused("s", summary({1, 1}, {{0, 0, 0, 0, "999"}})));
  CHECK(refused("s", summary({1}, {{0, 1, 0, 0, "999"}})));
  CHECK_FALSE(refused("s", summary({1}, {{0, 0, 0, 0, std::uint64_t{1} << 40U}}))); // "k.0.0.0"
  CHECK(refused("a.0", {{7, 0, "child", "c"}}));
  CHECK(refused("a.0", {{1, 0, "child", "c"}, {1, 0, "child", "d"}}));
  CHECK(refused("a.0", {{1, 0, "call", {{"k", "wait"}}}}));
  CHECK(refused("d.0", json::array({json::array({"x", 1}), json::array({"x", 2})})));
  CHECK(refused("d.0", 7));
  CHECK(refused("O.1.0.z", 7));
  CHECK(refused("O.3.0.i", 7));
}
