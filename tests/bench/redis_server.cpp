#include "tests/bench/redis_server.hpp"

#include "tests/bench/load.hpp"
#include "tests/bench/redis_link.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <string_view>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace quipu::bench {

namespace {

/// One that nobody listens on; the server takes it a moment later.
std::uint16_t free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  const bool bound = bind(probe, reinterpret_cast<const sockaddr*>(&at), size) == 0 &&
                     getsockname(probe, reinterpret_cast<sockaddr*>(&at), &size) == 0;
  close(probe);
  if (!bound) give_up("there is no free port on the loopback");
  return ntohs(at.sin_port);
}

bool answers(std::uint16_t port) {
  const std::unique_ptr<redisContext, decltype(&redisFree)> to{redisConnect("127.0.0.1", port),
                                                               redisFree};
  if (!to || to->err != 0) return false;
  const std::unique_ptr<void, decltype(&freeReplyObject)> got{redisCommand(to.get(), "PING"),
                                                              freeReplyObject};
  return got && static_cast<redisReply*>(got.get())->type == REDIS_REPLY_STATUS;
}

} // namespace

redis_server::redis_server(std::filesystem::path directory, const std::string& fsync)
    : directory_{std::move(directory)}, port_{free_port()} {
  std::filesystem::create_directories(directory_);
  std::vector<std::string> words{"redis-server",
                                 "--port",
                                 std::to_string(port_),
                                 "--bind",
                                 "127.0.0.1",
                                 "--dir",
                                 directory_.string(),
                                 "--save",
                                 "",
                                 "--maxmemory",
                                 "8gb",
                                 "--appendonly",
                                 "yes",
                                 "--appendfsync",
                                 fsync,
                                 "--hash-max-listpack-value",
                                 "512",
                                 "--logfile",
                                 "log"};
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_ = fork();
  if (pid_ < 0) give_up("no process can be made for redis-server");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); // it does not outlive a bench that gives up
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  constexpr int most_tries = 3'000;
  for (int tries = 0; !answers(port_); ++tries) {
    if (waitpid(pid_, nullptr, WNOHANG) == pid_ || tries == most_tries)
      give_up("redis-server does not start: is it installed? (Debian: redis-server)");
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

redis_server::~redis_server() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::string redis_server::url(const std::string& space) const {
  return fmt::format("redis://127.0.0.1:{}?ns={}", port_, space);
}

void redis_server::empty() const { (void)redis_link{port_}({"FLUSHALL"}); }

std::size_t redis_server::bytes() const { return told("memory", "used_memory_dataset:"); }

void redis_server::rest() const {
  while (told("persistence", "aof_rewrite_in_progress:") != 0)
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
}

std::size_t redis_server::told(const std::string& section, std::string_view line) const {
  const auto said = redis_link{port_}({"INFO", section});
  const std::string_view text{said->str, static_cast<std::size_t>(said->len)};
  const auto at = text.find(line);
  return at == std::string_view::npos ? 0 : std::stoull(std::string{text.substr(at + line.size())});
}

} // namespace quipu::bench
