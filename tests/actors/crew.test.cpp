#include "actors/crew.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <barrier>
#include <future>

namespace quipu {

using namespace std::chrono_literals;

namespace {

void begin(crew& hands, const std::shared_ptr<crew::lane>& on, std::function<void()> task) {
  REQUIRE(hands.run(on, std::move(task)));
}

} // namespace

TEST_CASE("a lane runs as many tasks at once as it is wide, the others in order") {
  crew hands;
  const auto narrow = hands.open(1);
  std::promise<void> go;
  std::promise<void> done;
  std::vector<int> order;
  begin(hands, narrow, [&] {
    go.get_future().wait();
    order.push_back(1);
  });
  begin(hands, narrow, [&] { order.push_back(2); });
  begin(hands, narrow, [&] {
    order.push_back(3);
    done.set_value();
  });
  CHECK(hands.busy() == 3);
  go.set_value();
  done.get_future().wait();
  CHECK(order == std::vector{1, 2, 3});
}

TEST_CASE("a busy lane does not hold up another") {
  crew hands;
  const auto slow = hands.open(1);
  const auto quick = hands.open(1);
  std::promise<void> go;
  std::promise<void> done;
  begin(hands, slow, [&] { go.get_future().wait(); });
  begin(hands, quick, [&] { done.set_value(); });
  CHECK(done.get_future().wait_for(60s) == std::future_status::ready);
  go.set_value();
}

TEST_CASE("tasks that wait for each other run at once, on new threads and on idle ones") {
  crew hands;
  constexpr int width = 8;
  const auto lane = hands.open(width);
  for (int round = 0; round < 20; ++round) {
    auto all = std::make_shared<std::barrier<>>(width + 1);
    for (int task = 0; task < width; ++task) begin(hands, lane, [all] { all->arrive_and_wait(); });
    all->arrive_and_wait();
  }
}

TEST_CASE("a crew ends although a task does not, and says so") {
  const auto go = std::make_shared<std::promise<void>>();
  const auto gone = std::make_shared<std::promise<void>>();
  const auto begun = std::make_shared<std::promise<void>>();
  {
    crew hands;
    const auto lane = hands.open(1);
    begin(hands, lane, [go, gone, begun] {
      begun->set_value();
      go->get_future().wait();
      gone->set_value();
    });
    begin(hands, lane, [] { FAIL("what had not begun must not begin"); });
    begun->get_future().wait();
    CHECK(hands.end(20ms) == 1);
  }
  go->set_value();
  CHECK(gone->get_future().wait_for(60s) == std::future_status::ready);
}

} // namespace quipu
