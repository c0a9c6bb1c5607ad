#include "redis_bridge/channel.hpp"

#include "redis_bridge/command.hpp"
#include "tests/redis_bridge/server.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace quipu::redis {

namespace {

channel::settings of(const contract::server& where) {
  channel::settings with;
  with.server.to.path = where.socket();
  return with;
}

} // namespace

TEST_CASE("what an answer asks for while the store is closed is answered too, once") {
  contract::server where;
  loop on;
  auto with = of(where);
  with.patience = std::chrono::milliseconds{100};
  std::vector<std::string> answers;
  {
    channel made{on, with};
    REQUIRE(made.wait().ok());
    // Each answer asks again, until the channel has been closed.
    std::function<void(int)> ask = [&](int left) {
      made.send(command{"TIME"}.bytes(), [&, left](const result<whole_reply>& got) {
        answers.push_back(got ? "answered" : std::string{name(got.error().code)});
        if (left > 0) ask(left - 1);
      });
    };
    const auto is_stopped = GENERATE(false, true);
    if (is_stopped) where.pause();
    ask(9);
    made.close();
    CHECK(answers.size() == 10);
    CHECK(answers.back() == (is_stopped ? "unreachable" : "answered"));
    made.close();
  }
  where.go_on();
  REQUIRE(answers.size() == 10);
}

TEST_CASE("whoever asks first writes, others' calls and answers keep their order") {
  constexpr int threads = 4;
  constexpr int calls = 150;
  // Some are more than a socket takes at once.
  constexpr std::array<std::size_t, 4> sizes{1, 100, 70'000, 6'000'000};
  contract::server where;
  loop on;
  channel made{on, of(where)};
  REQUIRE(made.wait().ok());
  std::atomic<int> wrong = 0;
  const auto ask = [&](int thread) {
    for (int call = 0; call < calls; ++call) {
      const auto size = sizes[static_cast<std::size_t>(call % 25 == 0 ? 3 : call % 3)];
      const auto text =
          std::to_string(thread) + "/" + std::to_string(call) + std::string(size, '.');
      std::promise<bool> said;
      made.send(command{"ECHO", text}.bytes(), [&](const result<whole_reply>& got) {
        said.set_value(got && piece{got->get()}.text() == text);
      });
      if (call % 2 == 0) {
        if (!said.get_future().get()) ++wrong;
        continue;
      }
      // Behind it, while it is on its way.
      std::promise<bool> next;
      made.send(command{"ECHO", "next"}.bytes(), [&](const result<whole_reply>& got) {
        next.set_value(got && piece{got->get()}.text() == "next");
      });
      const auto first = said.get_future().get();
      if (!next.get_future().get() || !first) ++wrong;
    }
  };
  std::vector<std::thread> askers;
  for (int each = 0; each < threads; ++each) askers.emplace_back(ask, each);
  for (auto& each : askers) each.join();
  CHECK(wrong == 0);
}

TEST_CASE("a call that finds its connection lost waits for the next one, or is of unknown fate") {
  contract::server where;
  loop on;
  channel made{on, of(where)};
  REQUIRE(made.wait().ok());
  int answered = 0;
  for (int round = 0; round < 200; ++round) {
    std::promise<std::string> said;
    made.send(command{"ECHO", std::to_string(round)}.bytes(), [&](const result<whole_reply>& got) {
      said.set_value(got ? std::string{piece{got->get()}.text()}
                         : std::string{name(got.error().code)});
    });
    // Its own connection is among those that are ended here.
    std::thread other{[&] {
      made.send(command{"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no"}.bytes(),
                [](const result<whole_reply>&) {});
    }};
    const auto got = said.get_future().get();
    if (got == std::to_string(round))
      ++answered;
    else
      CHECK(got == "unreachable");
    other.join();
  }
  CHECK(answered > 0);
  made.close();
}

} // namespace quipu::redis
