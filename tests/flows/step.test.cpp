#include "collation/partition.hpp"
#include "tests/flows/driven.hpp"

#include <fmt/format.h>

#include <ctime>
#include <iterator>
#include <map>
#include <random>

using namespace quipu;

namespace {

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

TEST_CASE("a record is never older than the one before it, whichever clock it is made by") {
  driven job{compiled(R"(app:
  id: x
  version: '1'
  graphs:
    - subscribes: s
      activities: {t: {type: trigger}, a: {type: worker, topic: w}, b: {type: worker, topic: w}}
      transitions: {t: [{to: a}], a: [{to: b}]}
)")};
  const auto before = job.view().updated_ms();
  job.at_ms(before - 50);
  auto reply = job.possible().front();
  reply.what.code = 200;
  REQUIRE(job.handle(reply));
  CHECK(job.view().updated_ms() == before);
  job.at_ms(before + 50);
  reply = job.possible().front();
  reply.what.code = 200;
  REQUIRE(job.handle(reply));
  CHECK(job.view().updated_ms() > before);
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

TEST_CASE("a reply counts for the attempt that it answers, not for a later one") {
  driven job{compiled(R"(
app:
  id: x
  version: '1'
  graphs:
    - subscribes: s
      activities: {t: {type: trigger}, w: {type: worker, topic: w, retry: {'500': [3, 1s]}}}
      transitions: {t: [{to: w}]}
)")};
  auto first = job.about(cause::replied);
  first.what.code = 500;
  REQUIRE(job.handle(first));
  job.at_ms(1'000'000);
  REQUIRE(job.handle(job.about(cause::retried)));
  REQUIRE(job.about(cause::replied).attempt == 2);
  first.what.code = 200;
  CHECK_FALSE(job.handle(first));
  CHECK(job.handle(job.about(cause::replied)));
  CHECK(job.view().ended());
}

TEST_CASE("a call under which five nodes have died is not made again") {
  driven job{compiled(R"(
app:
  id: x
  version: '1'
  graphs:
    - subscribes: s
      activities: {t: {type: trigger}, w: {type: worker, topic: w}}
      transitions: {t: [{to: w}]}
)")};
  for (std::uint32_t deaths = 1; deaths < fatal_calls; ++deaths) {
    REQUIRE(job.handle(job.about(cause::recalled)));
    REQUIRE_FALSE(job.view().ended());
    const auto waits_to_be_alone = deaths >= suspect_calls;
    CHECK((job.view().obligations().begin()->second.is == obligation::kind::backlog) ==
          waits_to_be_alone);
    if (waits_to_be_alone) REQUIRE(job.handle(job.about(cause::served)));
  }
  REQUIRE(job.handle(job.about(cause::recalled)));
  CHECK(job.view().ended());
}

TEST_CASE("a hook that sleeps is not woken before its time") {
  driven job{compiled(R"(
app:
  id: x
  version: '1'
  graphs:
    - subscribes: s
      activities: {t: {type: trigger}, h: {type: hook, sleep: 10s}}
      transitions: {t: [{to: h}]}
)")};
  const auto woken = job.about(cause::woken);
  const auto due = *job.view().obligations().begin()->second.due_ms;
  job.at_ms(due - 1);
  CHECK_FALSE(job.handle(woken));
  job.at_ms(due);
  CHECK(job.handle(woken));
  CHECK(job.view().ended());
}

TEST_CASE("whoever awaits a persistent job is answered once") {
  driven job{compiled(R"(
app:
  id: x
  version: '1'
  graphs:
    - subscribes: s
      persistent: true
      activities: {t: {type: trigger}, h: {type: hook, cycle: true}, i: {type: interrupt}}
      transitions: {t: [{to: h}], h: [{to: i}]}
      hooks: {go: [{to: h}]}
)")};
  CHECK(job.last().report);
  REQUIRE_FALSE(job.view().ended());
  REQUIRE(job.handle(job.about(cause::signalled)));
  CHECK_FALSE(job.last().report);
  (void)job.possible();
  CHECK(job.view().ended());
  CHECK_FALSE(job.last().report);
}

TEST_CASE("a pass is forgotten once, though the newest of what is nested in it stays") {
  driven job{compiled(R"(app:
  id: x
  version: '1'
  graphs:
    - subscribes: s
      activities:
        t: {type: trigger}
        a: {type: worker, topic: w}
        b: {type: worker, topic: w}
        c: {type: worker, topic: w}
      transitions:
        t: [{to: a}]
        a: [{to: b, conditions: {code: [200, 202]}}]
        b: [{to: c, conditions: {code: [200, 202]}}]
)")};
  const auto says = [&job](std::uint32_t activity, std::uint32_t pass, int code) {
    const auto possible = job.possible();
    const auto at = std::find_if(possible.begin(), possible.end(), [&](const event& each) {
      return each.at == instance{activity, pass};
    });
    REQUIRE(at != possible.end());
    auto reply = *at;
    reply.what.code = code;
    REQUIRE(job.handle(reply));
  };
  says(1, 0, 202);
  says(1, 0, 202);
  says(2, 0, 202);
  says(2, 0, 200); // the newest pass behind b is in the oldest behind a
  for (const auto pass : {0U, 2U}) says(3, pass, 200);
  REQUIRE(job.view().passes().count({1, 0}) == 0);
  CHECK(job.view().passes().count({2, 2}) == 1);
  says(2, 1, 200);
  says(3, 1, 200);
  says(1, 0, 200);
  says(2, 2, 200);
  says(3, 3, 200);
  CHECK(job.view().ended());
}

TEST_CASE("a job that shares very many names goes on in time") {
  driven job{compiled_flow(R"(      activities:
        t: {type: trigger}
        a: {type: worker, topic: w, job: {maps: '{$self.output.data}'}}
        b: {type: worker, topic: w, job: {maps: {key7: '{$job.data.key8}', last: 1}}}
        c: {type: worker, topic: w, input: {maps: '{$job.data}'}}
      transitions: {t: [{to: a}], a: [{to: b}], b: [{to: c}]}
)")};
  auto many = job.about(cause::replied);
  many.what.data = json::object();
  json::object_t::Container& members = many.what.data.get_ref<json::object_t&>();
  for (int i = 0; i < 30'000; ++i) members.emplace_back("key" + std::to_string(i), i);
  const auto begin = std::clock(); // of the processor: others may use it too
  REQUIRE(step(job.on(), job.view(), many));
  CHECK(std::clock() - begin < 10 * CLOCKS_PER_SEC);
  REQUIRE(job.handle(many));
  REQUIRE(job.handle(job.about(cause::replied)));
  REQUIRE(job.last().calls.size() == 1);
  const auto& input = *job.last().calls[0].input;
  REQUIRE(input.size() == 30'001);
  CHECK(input.begin().key() == "key0");
  CHECK(input.at("key7") == 8);
  CHECK(std::prev(input.end()).key() == "last");
}

TEST_CASE("chance in stats.id is drawn for each start, and for the same start the same") {
  const auto app = compiled_flow(R"(      activities:
        t:
          type: trigger
          stats: {id: {'@pipe': [[], ['{@math.random}', job], ['{@string.concat}']]}}
)");
  const ground on{*app, app->flows.front(), 1'000};
  const auto id = [&on](const char* gid) { return job_id(on, json::object(), gid).value(); };
  CHECK(id("one") == id("one"));
  CHECK(id("one") != id("two"));
}

TEST_CASE(
    "children that nobody names lie in their parent's partition, and are named anew the same") {
  std::string awaits;
  std::string edges;
  for (int at = 0; at < 20; ++at) {
    awaits += fmt::format(", a{}: {{type: await, topic: s}}", at);
    edges += fmt::format("{{to: a{}}}, ", at);
  }
  const auto app = compiled(fmt::format("app:\n  id: x\n  version: '1'\n  graphs:\n"
                                        "    - subscribes: s\n"
                                        "      activities: {{t: {{type: trigger}}{}}}\n"
                                        "      transitions: {{t: [{}]}}\n",
                                        awaits, edges));
  step_limits limits;
  limits.partitions = 8;
  const auto children = [&app](const step_limits& of) {
    const driven job{app, of};
    std::vector<std::string> ids;
    for (const auto& child : job.last().children) ids.push_back(child.who.job);
    return ids;
  };
  const auto ids = children(limits);
  REQUIRE(ids.size() == 20);
  CHECK(ids == children(limits));
  for (const auto& id : ids) CHECK(partition_of(id, 8) == partition_of("j", 8));
  const auto anywhere = children({});
  CHECK(std::any_of(anywhere.begin(), anywhere.end(), [](const std::string& id) {
    return partition_of(id, 8) != partition_of("j", 8);
  }));
}

TEST_CASE(
    "a step may write as much as limits.commit.bytes says and no byte more, of a signal too") {
  const json said{{"x", std::string(600, 'x')}};
  const auto bytes = value{said}.packed().size();
  const auto ends = [&](const std::string& flow, cause why, std::size_t limit) {
    driven job{compiled_flow("      transitions: {t: [{to: a}]}\n" + flow)};
    step_limits limits;
    limits.commit_bytes = limit;
    job.limit(limits);
    auto what = job.about(why);
    what.what.data = said;
    REQUIRE(job.handle(what));
    return *job.view().end();
  };
  for (const auto& [flow, why] :
       {std::pair{"      activities: {t: {type: trigger}, a: {type: worker, topic: w}}\n",
                  cause::replied},
        std::pair{"      activities: {t: {type: trigger}, a: {type: hook}}\n"
                  "      hooks: {go: [{to: a}]}\n",
                  cause::signalled}}) {
    INFO(flow);
    CHECK(ends(flow, why, bytes).state == "completed");
    const auto failed = ends(flow, why, bytes - 1);
    REQUIRE(failed.state == "failed");
    CHECK(failed.error.get()->at("code") == 413);
  }
}

TEST_CASE("a reply that is not the last skips nothing: what it leaves the next one may take") {
  driven job{compiled_flow(R"(      activities:
        t: {type: trigger}
        a: {type: worker, topic: w}
        b: {type: worker, topic: w}
        c: {type: worker, topic: w}
      transitions:
        t: [{to: a}]
        a:
          - {to: b, conditions: {code: 202, match: [{expected: 1, actual: '{$self.output.data.x}'}]}}
          - {to: c, conditions: {code: 202, match: [{expected: 2, actual: '{$self.output.data.x}'}]}}
)")};
  auto first = job.about(cause::replied);
  first.what = {answer::status::pending, 202, json{{"x", 1}}};
  REQUIRE(job.handle(first));
  CHECK(job.view().key() == "6889");
  auto second = first;
  second.why = cause::completed;
  second.what.data = json{{"x", 2}};
  REQUIRE(job.handle(second));
  CHECK(job.view().key() == "6888");
  CHECK(job.view().passes().size() == 3); // the root, and one behind each edge
}

TEST_CASE("a job that goes on from a failed one is found by what that one was found by") {
  driven job{compiled_flow(R"(      activities:
        t: {type: trigger, stats: {measures: [{measure: index, target: '{$self.output.data.m}'}]}}
        a: {type: worker, topic: w}
      transitions: {t: [{to: a}]}
)")};
  REQUIRE(job.view().index().size() == 1);
  auto who = job.view().born();
  who.job = "j~1";
  event again;
  again.why = cause::resumed;
  CHECK(revive(job.on(), job.view(), who, again).what.index == job.view().index());
}

TEST_CASE("a record has the code of the reply that it is about, not of what begins and fails") {
  driven job{compiled_flow(R"(      activities:
        t: {type: trigger}
        a: {type: worker, topic: w}
        b: {type: await, topic: '{t.output.data.nowhere}'}
        c: {type: hook}
      transitions: {t: [{to: a}], a: [{to: b}], b: [{to: c, conditions: {code: 500}}]}
)")};
  auto reply = job.about(cause::replied);
  reply.what.code = 201;
  REQUIRE(job.handle(reply));
  CHECK(job.view().key() == "6668");
  CHECK(job.last().what.code == 201);
}

TEST_CASE("a reply's code and what it says it is agree, whichever of them was given") {
  using status = answer::status;
  const auto taken = [](status is, int code) {
    driven job{compiled_flow(R"(      activities:
        t: {type: trigger}
        a: {type: worker, topic: w}
        b: {type: worker, topic: w}
        c: {type: worker, topic: w}
        d: {type: worker, topic: w}
      transitions:
        t: [{to: a}]
        a: [{to: b, conditions: {code: 202}}, {to: c, conditions: {code: 404}}, {to: d, conditions: {code: 500}}]
)")};
    auto reply = job.about(cause::replied);
    reply.what = {is, code, json::object()};
    REQUIRE(job.handle(reply));
    return job.view().key() + ' ' + std::to_string(job.last().what.code);
  };
  CHECK(taken(status::pending, 202) == "68899 202");
  CHECK(taken(status::pending, 200) == "68899 202");
  CHECK(taken(status::success, 202) == "68899 202");
  CHECK(taken(status::error, 404) == "66383 404");
  CHECK(taken(status::success, 404) == "66383 404");
  CHECK(taken(status::error, 200) == "66338 500");
  CHECK(taken(status::error, 202) == "66338 500");
  CHECK(taken(status::success, 200) == "66333 200");
}
