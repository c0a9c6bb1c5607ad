#include "tests/actors/conversation.hpp"

namespace quipu {

using namespace std::chrono_literals;

TEST_CASE("a store whose clock falls behind for a while is looked at again when it goes on") {
  conversation with{R"(app:
  id: nap
  version: '1'
  graphs:
    - subscribes: nap
      activities: {t: {type: trigger}, sleeps: {type: hook, sleep: 1s}}
      transitions: {t: [{to: sleeps}]}
)"};
  with.begin();
  with.publish("nap", json::object(), "n");
  with.run();
  REQUIRE(with.accepted.at("n"));
  for (int look = 0; look < 8; ++look) { // a server that was stopped, or set back
    with.scheduler().clock().advance_time(300ms);
    with.run();
  }
  CHECK(with.ends.empty());
  with.pass(2s);
  CHECK(with.stored("n").state == "completed");
}

} // namespace quipu
