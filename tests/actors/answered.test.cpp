#include "actors/answered.hpp"

#include <catch2/catch.hpp>

#include <thread>

namespace quipu {

using namespace std::chrono_literals;

TEST_CASE("a completion that is dropped answers all the same") {
  answered<int> lost;
  { auto dropped = lost.then(); }
  CHECK(lost.wait().error().code == fault::unreachable);

  answered<int> late{{fault::unavailable, "it stopped"}};
  auto first = late.then();
  auto copy = first;
  first = nullptr;
  CHECK_FALSE(late.wait(1ms));
  std::thread drops{[&] { copy = nullptr; }};
  CHECK(late.wait(std::chrono::milliseconds::max()).value().error().message == "it stopped");
  drops.join();

  answered<int> told;
  told.then()(7);
  CHECK(told.wait().value() == 7);
}

} // namespace quipu
