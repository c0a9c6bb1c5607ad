#include "flows/step.hpp"

#include "collation/pack.hpp"
#include "flows/definition.hpp"
#include "flows/read.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>

using namespace quipu;

namespace {

std::shared_ptr<const plan> compiled(const std::string& text) {
  findings faults;
  const auto document = read_text(text, "flow.yaml", faults);
  REQUIRE(document);
  const auto app = read_definition(*document, faults);
  for (const auto& each : faults.all()) UNSCOPED_INFO(to_string(each));
  REQUIRE(app);
  auto made = compile(*app, faults);
  for (const auto& each : faults.all()) UNSCOPED_INFO(to_string(each));
  REQUIRE(made);
  return made;
}

/// A random tree of workers, passthroughs, loops and edges that name 202.
std::string random_flow(std::mt19937& random) {
  const auto pick = [&random](int from, int to) {
    return std::uniform_int_distribution<int>{from, to}(random);
  };
  std::string activities = "        a0: {type: trigger, job: {maps: {a0: 1}}}\n";
  std::map<int, std::string> edges;
  const int count = pick(2, 14);
  for (int at = 1; at < count; ++at) {
    const int parent = pick(std::max(0, at - 3), at - 1);
    const auto kind = pick(0, 4);
    if (kind < 3)
      activities +=
          fmt::format("        a{}: {{type: worker, topic: w, input: {{maps: {{n: {}}}}}, "
                      "job: {{maps: {{a{}: '{{$self.output.data.x}}'}}}}}}\n",
                      at, at, at);
    else
      activities +=
          fmt::format("        a{}: {{type: hook, cycle: {}, job: {{maps: {{a{}: {}}}}}}}\n", at,
                      kind == 4, at, at);
    const char* const conditions[] = {"", ", conditions: {code: 202}",
                                      ", conditions: {code: [200, 404]}",
                                      ", conditions: {match: [{expected: 1, actual: 2}]}"};
    edges[parent] += fmt::format("{{to: a{}{}}}, ", at, conditions[pick(0, 7) % 4]);
  }
  std::string transitions;
  for (const auto& [from, to] : edges) transitions += fmt::format("        a{}: [{}]\n", from, to);
  return fmt::format("app:\n  id: x\n  version: '1'\n  graphs:\n    - subscribes: s\n"
                     "      activities:\n{}      transitions:\n{}",
                     activities, transitions);
}

/// A job that is stepped by hand; its stored fields are kept as a store would, change by change.
class driven {
public:
  explicit driven(std::shared_ptr<const plan> app) : app_(std::move(app)) {
    identity who{"j", "g", "x", "1", "s"};
    who.slices = static_cast<std::uint32_t>(rules().slices.size());
    take(create(on(), who, value{json{{"m", std::string(600, 'm')}}}));
    event begin;
    begin.why = cause::begun;
    REQUIRE(handle(begin));
  }

  [[nodiscard]] const flow& rules() const { return app_->flows.front(); }
  [[nodiscard]] ground on() const { return {*app_, rules(), now_}; }
  [[nodiscard]] const job& view() const { return view_; }
  [[nodiscard]] bool handle(const event& what) {
    auto made = step(on(), view_, what);
    const auto again = step(on(), view_, what);
    REQUIRE(made.has_value() == again.has_value());
    if (!made) return false;
    CHECK(encode(made->what) == encode(again->what));
    take(std::move(*made));
    return true;
  }

  /// Replies that somebody could make now; passthroughs are worked off first.
  std::vector<event> possible() {
    while (!next_.empty() && !view_.ended()) {
      event pass;
      pass.why = cause::passed;
      pass.at = next_.front();
      next_.erase(next_.begin());
      (void)handle(pass);
    }
    std::vector<event> all;
    for (const auto& [at, owed] : view_.obligations()) {
      event reply;
      reply.at = at;
      reply.attempt = owed.attempt;
      if (owed.is == obligation::kind::called)
        reply.why = cause::replied;
      else if (owed.is == obligation::kind::pending)
        reply.why = cause::completed;
      else
        continue;
      all.push_back(reply);
    }
    return all;
  }

  void check_stored() const {
    snapshot kept;
    kept.job = "j";
    for (const auto& [name, bytes] : fields_) kept.fields.push_back({name, bytes});
    for (const auto& [at, owed] : view_.obligations())
      kept.obligations.push_back({name(at), encode(owed)});
    auto whole = view_.fields();
    std::sort(whole.begin(), whole.end(), [](auto& a, auto& b) { return a.name < b.name; });
    CHECK(whole == kept.fields);
    const auto loaded = job::load(kept);
    REQUIRE(loaded);
    auto again = loaded->fields();
    std::sort(again.begin(), again.end(), [](auto& a, auto& b) { return a.name < b.name; });
    CHECK(again == whole);
    CHECK(loaded->open() == view_.open());
    CHECK(loaded->begun() == view_.begun());
    CHECK(loaded->obligations() == view_.obligations());
  }

private:
  void take(outcome made) {
    const auto read = decode_record(encode(made.what));
    REQUIRE(read);
    CHECK(*read == made.what);
    delta touched;
    const auto folded = view_.fold(*read, &touched);
    if (!folded) UNSCOPED_INFO(folded.error().message);
    REQUIRE(folded);
    std::vector<field> set;
    std::vector<std::string> unset;
    view_.fields(touched, set, unset);
    for (auto& each : set) fields_[each.name] = std::move(each.bytes);
    for (const auto& each : unset) fields_.erase(each);
    next_.insert(next_.end(), made.next.begin(), made.next.end());
    check_stored();
    ++now_;
  }

  std::shared_ptr<const plan> app_;
  std::int64_t now_ = 1000;
  job view_;
  std::map<std::string, std::string> fields_;
  std::vector<instance> next_;
};

} // namespace

TEST_CASE("of random flows and replies: a job is what its stored fields hold, step after step") {
  std::mt19937 random{7};
  const auto pick = [&random](std::size_t from, std::size_t to) {
    return std::uniform_int_distribution<std::size_t>{from, to}(random);
  };
  std::size_t ended = 0;
  for (int run = 0; run < 150; ++run) {
    const auto text = random_flow(random);
    INFO(text);
    driven job{compiled(text)};
    for (int turn = 0; turn < 60 && !job.view().ended(); ++turn) {
      auto possible = job.possible();
      if (possible.empty()) break;
      auto& reply = possible[pick(0, possible.size() - 1)];
      static const std::vector<int> codes{200, 200, 200, 202, 404, 500};
      reply.what.code = codes[pick(0, turn < 40 ? 5 : 2)];
      reply.what.data = json{{"x", std::string(pick(0, 1) * 700, 'x')}};
      REQUIRE(job.handle(reply));
    }
    while (!job.view().ended()) {
      auto possible = job.possible();
      if (job.view().ended()) break;
      REQUIRE_FALSE(possible.empty());
      REQUIRE(job.handle(possible.front()));
    }
    CHECK(job.view().open() == 0);
    CHECK(job.view().obligations().empty());
    ++ended;
  }
  CHECK(ended == 150);
}

TEST_CASE("in whatever order the replies come, and however often, the key is the same") {
  const auto app = compiled(R"(app:
  id: x
  version: '1'
  graphs:
    - subscribes: s
      activities:
        t: {type: trigger}
        a: {type: worker, topic: w, job: {maps: {a: '{$self.output.data.x}'}}}
        b: {type: worker, topic: w}
        c: {type: worker, topic: w, retry: {attempts: 1}}
        d: {type: worker, topic: w, job: {maps: {d: '{$self.output.data.x}'}}}
        e: {type: hook, job: {maps: {e: 1}}}
      transitions:
        t: [{to: a}, {to: c}, {to: d}]
        a: [{to: b}]
        c: [{to: e, conditions: {code: 404}}]
)");
  std::mt19937 random{11};
  for (int run = 0; run < 50; ++run) {
    driven job{app};
    std::vector<event> said;
    while (!job.view().ended()) {
      auto possible = job.possible();
      if (job.view().ended()) break;
      std::shuffle(possible.begin(), possible.end(), random);
      auto reply = possible.front();
      reply.what.code = job.rules().activities[reply.at.activity].id == "c" ? 404 : 200;
      reply.what.data = json{{"x", reply.at.activity}};
      REQUIRE(job.handle(reply));
      said.push_back(reply);
      const auto& again = said[random() % said.size()];
      CHECK_FALSE(job.handle(again));
    }
    CHECK(job.view().key() == "666666");
    CHECK(*job.view().data("a")->get() == 1);
  }
}
