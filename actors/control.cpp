#include "actors/control.hpp"

#include "actors/control_address.hpp"
#include "actors/control_answer.hpp"
#include "actors/control_line.hpp"
#include "actors/control_request.hpp"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <list>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace quipu {

namespace {

constexpr int backlog = 32;
constexpr std::chrono::seconds write_patience{5};

} // namespace

struct control_server::state {
  struct session {
    descriptor peer;
    std::thread thread;
    std::atomic<bool> over{false};
  };

  std::filesystem::path socket;
  client& verbs;
  control_limits most;
  std::shared_ptr<const logger> log;
  descriptor listener;
  descriptor stop;
  std::thread acceptor;
  std::list<session> sessions{}; ///< the acceptor's, until it has ended

  void accept_until_stopped();
  void admit(descriptor peer);
  void reap();
  void serve(session& one) const;
  [[nodiscard]] json answered(const std::string& line) const;
};

void control_server::state::serve(session& one) const {
  line_reader reader{one.peer.get(), most.bytes};
  while (const auto line = reader.next())
    if (!write_line(one.peer.get(), answered(*line))) break;
  if (reader.overflowed())
    write_line(
        one.peer.get(),
        fault_line({fault::too_large,
                    fmt::format("a request of more than {} bytes; limits.control.bytes is {}",
                                most.bytes, most.bytes)}));
  ::shutdown(one.peer.get(), SHUT_RDWR);
  one.over = true;
}

json control_server::state::answered(const std::string& line) const {
  const auto request = read_request(line);
  if (!request) return fault_line(request.error());
  auto told = perform(verbs, *request);
  if (log && log->says(component::control, log_level::debug)) {
    const auto word = [&](const char* key) {
      const auto found = request->find(key);
      return found != request->end() && found->is_string() ? found->get<std::string>() : "";
    };
    const auto id = word("id");
    const auto topic = word("topic");
    const auto fault = told.value("fault", "ok");
    log->say(component::control, log_level::debug, fmt::format("{}: {}", word("verb"), fault),
             {.job = id, .topic = topic});
  }
  return told;
}

void control_server::state::reap() {
  for (auto each = sessions.begin(); each != sessions.end();) {
    if (each->over) {
      each->thread.join();
      each = sessions.erase(each);
    } else {
      ++each;
    }
  }
}

void control_server::state::admit(descriptor peer) {
  const timeval patience{write_patience.count(), 0};
  ::setsockopt(peer.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (sessions.size() >= most.connections) {
    write_line(peer.get(),
               fault_line({fault::overloaded, fmt::format("{} connections are open; "
                                                          "limits.control.connections is {}",
                                                          sessions.size(), most.connections)}));
    if (log)
      log->say(component::control, log_level::warning,
               fmt::format("a connection is refused: {} are open; limits.control.connections is {}",
                           sessions.size(), most.connections));
    return;
  }
  auto& one = sessions.emplace_back();
  one.peer = std::move(peer);
  try {
    one.thread = std::thread{[this, &one] { serve(one); }};
  } catch (const std::system_error& e) { // the machine gives no more threads
    write_line(one.peer.get(), fault_line({fault::overloaded, e.what()}));
    sessions.pop_back();
  }
}

void control_server::state::accept_until_stopped() {
  std::array<pollfd, 2> watched{{{listener.get(), POLLIN, 0}, {stop.get(), POLLIN, 0}}};
  while (true) {
    if (::poll(watched.data(), watched.size(), -1) < 0) continue;
    if (watched[1].revents != 0) break;
    reap();
    descriptor peer{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    if (peer) {
      admit(std::move(peer));
    } else if (errno == EMFILE || errno == ENFILE) {
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
  }
  for (auto& each : sessions) ::shutdown(each.peer.get(), SHUT_RD);
  for (auto& each : sessions) each.thread.join();
}

result<std::unique_ptr<control_server>> control_server::open(std::filesystem::path socket,
                                                             client& verbs,
                                                             const control_limits& most,
                                                             std::shared_ptr<const logger> log) {
  const auto refuse = [&](const char* step) {
    return failure{fault::unavailable,
                   fmt::format("{}: {}: {}", socket.string(), step, std::strerror(errno))};
  };
  const auto at = control_address::of(socket);
  if (!at) return at.error();
  descriptor listener{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!listener) return refuse("socket");
  ::unlink(socket.c_str());
  if (::bind(listener.get(), at->generic(), at->size()) != 0) return refuse("bind");
  // Before listen() nobody can connect: there is no moment in which the mode is wrong.
  if (::chmod(socket.c_str(), S_IRUSR | S_IWUSR) != 0) return refuse("chmod");
  if (::listen(listener.get(), backlog) != 0) return refuse("listen");
  descriptor stop{::eventfd(0, EFD_CLOEXEC)};
  if (!stop) return refuse("eventfd");

  auto made = std::make_unique<state>(state{std::move(socket), verbs, most, std::move(log),
                                            std::move(listener), std::move(stop), std::thread{}});
  made->acceptor = std::thread{[raw = made.get()] { raw->accept_until_stopped(); }};
  return std::unique_ptr<control_server>{new control_server{std::move(made)}};
}

control_server::control_server(std::unique_ptr<state> made) : state_(std::move(made)) {}

control_server::~control_server() {
  ::unlink(state_->socket.c_str());
  ::eventfd_write(state_->stop.get(), 1);
  state_->acceptor.join();
}

} // namespace quipu
