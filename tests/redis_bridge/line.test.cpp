#include "redis_bridge/line.hpp"

#include "tests/redis_bridge/server.hpp"

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <future>
#include <string>
#include <string_view>
#include <vector>

namespace {

using lookup = int(const char*, const char*, const addrinfo*, addrinfo**);

/// A name that stands for two addresses: the first has a listener that says nothing, or nobody.
constexpr std::string_view twofold = "twofold.test";

} // namespace

/// The test program's own, before that of the C library.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  static const auto real = reinterpret_cast<lookup*>(dlsym(RTLD_NEXT, "getaddrinfo"));
  if (node == nullptr || node != twofold) return real(node, service, hints, found);
  if (const int error = real("127.0.0.2", service, hints, found); error != 0) return error;
  auto* last = *found;
  while (last->ai_next != nullptr) last = last->ai_next;
  return real("127.0.0.1", service, hints, &last->ai_next);
}

namespace quipu::redis {

namespace {

void wait_on(loop& on, const std::function<void()>& what) {
  std::promise<void> done;
  on.post([&] {
    what();
    done.set_value();
  });
  done.get_future().wait();
}

line::listener tells(std::promise<void>& connected) {
  line::listener made;
  made.connected = [&] { connected.set_value(); };
  made.answered = [](const whole_reply&) {};
  made.lost = [](const failure&) {};
  return made;
}

/// Listens on a port of 127.0.0.2 and answers nobody.
class mute {
public:
  mute() {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = inet_addr("127.0.0.2");
    socklen_t size = sizeof where;
    REQUIRE(::bind(made_, reinterpret_cast<sockaddr*>(&where), size) == 0);
    REQUIRE(::getsockname(made_, reinterpret_cast<sockaddr*>(&where), &size) == 0);
    port_ = ntohs(where.sin_port);
  }
  mute(const mute&) = delete;
  mute& operator=(const mute&) = delete;
  ~mute() { ::close(made_); }

  void listen() const { REQUIRE(::listen(made_, 8) == 0); }
  [[nodiscard]] int accept() const { return ::accept(made_, nullptr, nullptr); }
  [[nodiscard]] std::uint16_t port() const { return port_; }

private:
  int made_ = ::socket(AF_INET, SOCK_STREAM, 0);
  std::uint16_t port_ = 0;
};

} // namespace

TEST_CASE("a name of several addresses is connected to where the server is") {
  const mute first;
  contract::server second{{"--port", std::to_string(first.port()), "--bind", "127.0.0.1"}};
  loop on;
  line::settings with;
  with.to.host = twofold;
  with.to.port = first.port();
  with.patience = std::chrono::milliseconds{200};
  // Nobody listens there; or somebody does, and says nothing.
  if (GENERATE(false, true)) first.listen();
  std::promise<void> connected;
  std::optional<line> made{std::in_place, on, with, tells(connected)};
  const auto got = connected.get_future().wait_for(std::chrono::seconds{30});
  wait_on(on, [&] { made.reset(); });
  REQUIRE(got == std::future_status::ready);
}

TEST_CASE("what a lost connection has not sent is not sent any more") {
  const mute peer;
  peer.listen();
  loop on;
  line::settings with;
  with.to.host = "127.0.0.2";
  with.to.port = peer.port();
  std::promise<void> connected;
  std::optional<line> made{std::in_place, on, with, tells(connected)};
  const int heard = peer.accept();
  REQUIRE(::send(heard, "+OK\r\n", 5, 0) == 5);
  connected.get_future().wait();
  // More than the kernel takes at once.
  wait_on(on, [&] { made->write(std::string(64U << 20U, 'x')); });
  wait_on(on, [&] { made.reset(); });
  std::vector<char> got(1U << 20U);
  ssize_t size = 1;
  while (size > 0) size = ::recv(heard, got.data(), got.size(), 0);
  const int why = errno;
  ::close(heard);
  REQUIRE(size == -1);
  REQUIRE(why == ECONNRESET);
}

} // namespace quipu::redis
