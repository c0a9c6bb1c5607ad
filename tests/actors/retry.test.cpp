/// A failed job is started again where it failed.

#include "tests/actors/staged.hpp"

#include <algorithm>

using namespace quipu;

namespace {

constexpr auto app = R"(app:
  id: x
  version: '1'
  graphs:
    - subscribes: order
      publishes: done
      activities:
        t: {type: trigger}
        price: {type: worker, topic: price, job: {maps: {price: '{$self.output.data.price}'}}}
        pay: {type: await, topic: .pay, input: {maps: {price: '{price.output.data.price}', id: '{t.output.data.id}'}}}
        ship: {type: worker, topic: ship, input: {maps: {price: '{price.output.data.price}'}}, job: {maps: {parcel: '{$self.output.data.parcel}'}}}
        approve: {type: hook}
        thank: {type: worker, topic: thank}
      transitions:
        t: [{to: price}, {to: approve}]
        price: [{to: pay}]
        pay: [{to: ship}]
        ship: [{to: thank}]
      hooks: {approved: [{to: approve}]}
    - subscribes: .pay
      activities:
        pt: {type: trigger, stats: {id: '{$self.output.data.id}'}}
        charge: {type: worker, topic: charge}
      transitions: {pt: [{to: charge}]}
)";

/// Serves everything; `ship` fails as long as it is told to.
struct shop : staged {
  int ship_fails = 0;
  int charge_fails = 0;

  shop() : staged{app} {
    serve("price", [](const wish::call&) { return fine({{"price", 30}}); });
    serve("charge", [this](const wish::call&) { return charge_fails > 0 ? broken(402) : fine(); });
    serve("ship", [this](const wish::call&) {
      return ship_fails > 0 ? broken(503) : fine({{"parcel", "p"}});
    });
    serve("thank", [](const wish::call&) { return fine(); });
  }

  /// The calls to a topic, as who they are and with what.
  std::vector<std::string> keys(const std::string& topic) const {
    std::vector<std::string> all;
    for (const auto& each : calls)
      if (each.what.topic == topic)
        all.push_back(each.gid + " " + name(each.what.at) + " " + (*each.what.input).dump());
    return all;
  }
};

} // namespace

TEST_CASE("what had settled is not done again, and the call that failed is made again as it was") {
  shop with;
  with.ship_fails = 1;
  REQUIRE(with.on.publish("order", {{"id", "pay-1"}}, "o-1").ok());
  REQUIRE(with.on.job("o-1")->state == "failed");
  const auto failed = *with.on.job("o-1");
  with.ship_fails = 0;
  const auto id = with.on.retry("o-1");
  REQUIRE(id.ok());
  CHECK(*id == "o-1~1");
  auto job = *with.on.job(*id);
  CHECK(job.state == "running"); // the approval is still waited for
  CHECK(job.from == "o-1");
  CHECK(job.parent.empty());
  REQUIRE(with.on.signal("approved", json::object()).ok());
  job = *with.on.job(*id);
  CHECK(job.state == "completed");
  CHECK(job.data == json{{"price", 30}, {"parcel", "p"}});
  CHECK(job.key == "666664");
  CHECK(with.on.calls("price") == 1);
  CHECK(with.on.calls("charge") == 1);
  REQUIRE(with.on.calls("ship") == 2);
  const auto shipped = with.keys("ship");
  CHECK(shipped[0] == shipped[1]); // the same idempotency key and input
  CHECK(with.on.job("o-1")->key == failed.key);
  CHECK(with.on.published("done").size() == 2);
  CHECK(with.on.history(*id)->front().what["cause"] == "resumed");
  CHECK(with.on.history(*id)->front().what["from"] == "o-1");
  CHECK(wrong_in(with.store).empty());
}

TEST_CASE("an awaited flow that failed is started again under the same idempotency keys") {
  shop with;
  with.charge_fails = 1;
  REQUIRE(with.on.publish("order", {{"id", "pay-1"}}, "o-1").ok());
  REQUIRE(with.on.job("o-1")->state == "failed");
  with.charge_fails = 0;
  REQUIRE(*with.on.retry("o-1") == "o-1~1");
  REQUIRE(with.on.signal("approved", json::object()).ok());
  CHECK(with.on.job("o-1~1")->state == "completed");
  CHECK(with.on.job("o-1~1")->children == std::vector<std::string>{"pay-1~1"});
  const auto charged = with.keys("charge");
  REQUIRE(charged.size() == 2);
  CHECK(charged[0] == charged[1]);
  CHECK(wrong_in(with.store).empty());
}

TEST_CASE("a job is started again once, and the one that went on can be started again too") {
  shop with;
  with.ship_fails = 1;
  REQUIRE(with.on.publish("order", {{"id", "pay-1"}}, "o-1").ok());
  REQUIRE(*with.on.retry("o-1") == "o-1~1");
  CHECK(with.on.job("o-1~1")->state == "failed");
  CHECK(with.on.retry("o-1").error().code == fault::conflict);
  CHECK(*with.on.retry("o-1", "mine") == "mine");
  with.ship_fails = 0;
  REQUIRE(*with.on.retry("o-1~1") == "o-1~2");
  REQUIRE(with.on.signal("approved", json::object()).ok());
  CHECK(with.on.job("o-1~2")->state == "completed");
  const auto shipped = with.keys("ship");
  CHECK(std::all_of(shipped.begin(), shipped.end(),
                    [&](const auto& each) { return each == shipped[0]; }));
}

TEST_CASE("only a job that has failed, and whose history is whole, is started again") {
  shop with;
  REQUIRE(with.on.publish("order", {{"id", "pay-1"}}, "o-1").ok());
  CHECK(with.on.retry("o-1").error().code == fault::conflict);
  CHECK(with.on.retry("nobody").error().code == fault::not_found);
  REQUIRE(with.on.signal("approved", json::object()).ok());
  const auto why = with.on.retry("o-1").error();
  CHECK(why.code == fault::conflict);
  CHECK_THAT(why.message, Catch::Contains("has not failed: it is completed"));

  job_terms terms;
  terms.history = history_mode::digits;
  staged bare{app, terms};
  bare.serve("price", [](const wish::call&) { return broken(500); });
  REQUIRE(bare.on.publish("order", json::object(), "o-2").ok());
  CHECK_THAT(bare.on.retry("o-2").error().message, Catch::Contains("history: digits"));
}
