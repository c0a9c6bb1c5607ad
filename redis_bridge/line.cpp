#include "redis_bridge/line.hpp"

#include "redis_bridge/command.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <random>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace quipu::redis {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds first_wait{20};
constexpr std::size_t read_at_once = 64U << 10U;

} // namespace

/// Handlers hold it, so that it outlives what is still under way; `closed` silences them.
struct line::inside : std::enable_shared_from_this<inside> {
  inside(loop& on, settings given, listener to)
      : with{std::move(given)}, tell{std::move(to)}, context{on.context()}, resolver{context},
        socket{context}, timer{context}, random{std::random_device{}()} {}

  settings with;
  listener tell;
  asio::io_context& context;
  asio::ip::tcp::resolver resolver;
  asio::generic::stream_protocol::socket socket;
  asio::steady_timer timer; ///< of connecting, then of the wait for the next try
  std::mt19937 random;
  std::chrono::milliseconds wait{0};
  reply_reader reader;
  std::array<char, read_at_once> got{};
  std::mutex guard;       ///< of what follows, and of the socket's end
  std::string out;        ///< to be written next
  std::string writing;    ///< on its way
  bool stands = false;    ///< greeted, and not closed
  unsigned turn = 0;      ///< which connection a handler is about
  unsigned greetings = 0; ///< answers of the greeting that are still to come
  bool ready = false;
  bool closed = false;
  std::size_t failed = 0; ///< tries since there was a connection

  void open();
  void reach(std::vector<asio::generic::stream_protocol::endpoint> where);
  void greet();
  void read();
  void take(whole_reply got);
  void add(std::string_view bytes);
  void flush();
  void close();
  void fail(const failure& why);
  void fail(const std::string& why) {
    fail({fault::unavailable, fmt::format("{}: {}", with.to.text(), why)});
  }

  /// A handler that is silent once this connection is over.
  template <class Handler>
  auto mine(Handler handler) {
    return [self = shared_from_this(), turn = turn, handler = std::move(handler)](auto&&... what) {
      if (!self->closed && self->turn == turn) handler(std::forward<decltype(what)>(what)...);
    };
  }
};

void line::inside::open() {
  reader = make_reader();
  timer.expires_after(with.patience);
  timer.async_wait(mine([this](const error_code& error) {
    if (!error && !ready) fail(fmt::format("no connection within {} ms", with.patience.count()));
  }));
  if (!with.to.path.empty()) return reach({asio::local::stream_protocol::endpoint{with.to.path}});
  resolver.async_resolve(
      with.to.host, fmt::format("{}", with.to.port),
      mine([this](const error_code& error, const asio::ip::tcp::resolver::results_type& found) {
        if (error) return fail(fmt::format("the host is not found: {}", error.message()));
        std::vector<asio::generic::stream_protocol::endpoint> all;
        for (const auto& each : found) all.emplace_back(each.endpoint());
        reach(std::move(all));
      }));
}

// A name may have several addresses, and the server listens on one of them: the first that answers.
// One that says nothing at all uses up the patience, so each try begins with another.
void line::inside::reach(std::vector<asio::generic::stream_protocol::endpoint> where) {
  socket = asio::generic::stream_protocol::socket{context};
  std::rotate(where.begin(), where.begin() + static_cast<std::ptrdiff_t>(failed % where.size()),
              where.end());
  asio::async_connect(socket, where, mine([this](const error_code& error, const auto&) {
                        if (error) return fail(error.message());
                        if (with.to.path.empty()) {
                          error_code ignored;
                          socket.set_option(asio::ip::tcp::no_delay{true}, ignored);
                        }
                        greet();
                        read();
                      }));
}

void line::inside::greet() {
  greetings = 0;
  const auto say = [this](const command& what) {
    add(what.bytes());
    ++greetings;
  };
  if (!with.password.empty()) {
    if (with.to.user.empty())
      say({"AUTH", with.password});
    else
      say({"AUTH", with.to.user, with.password});
  }
  say(command{"SELECT"}.number(with.to.database));
  flush();
}

void line::inside::read() {
  socket.async_read_some(asio::buffer(got), mine([this](const error_code& error, std::size_t size) {
                           if (error)
                             return fail(error == asio::error::eof
                                             ? "the server closed the connection"
                                             : error.message());
                           if (redisReaderFeed(reader.get(), got.data(), size) != REDIS_OK)
                             return fail(reader->errstr);
                           const auto now = turn;
                           while (true) {
                             void* made = nullptr;
                             if (redisReaderGetReply(reader.get(), &made) != REDIS_OK)
                               return fail(reader->errstr);
                             if (made == nullptr) break;
                             take(whole_reply{static_cast<redisReply*>(made)});
                             if (closed || turn != now) return;
                           }
                           read();
                         }));
}

void line::inside::take(whole_reply answer) {
  if (greetings == 0) return tell.answered(std::move(answer));
  const piece said{answer.get()};
  if (said.is_error()) return fail(said.string());
  if (--greetings > 0) return;
  ready = true;
  {
    const std::lock_guard lock{guard};
    stands = true;
  }
  failed = 0;
  timer.cancel();
  wait = std::chrono::milliseconds{0};
  tell.connected();
}

void line::inside::add(std::string_view bytes) {
  const std::lock_guard lock{guard};
  out += bytes;
}

void line::inside::flush() {
  {
    const std::lock_guard lock{guard};
    if (!writing.empty() || out.empty()) return;
    writing.swap(out);
  }
  asio::async_write(socket, asio::buffer(writing),
                    mine([this](const error_code& error, std::size_t) {
                      {
                        const std::lock_guard lock{guard};
                        writing.clear();
                      }
                      if (error) return fail(error.message());
                      flush();
                    }));
}

void line::inside::close() {
  const std::lock_guard lock{guard};
  ++turn;
  stands = false;
  error_code ignored;
  // What has not left is thrown away: nothing arrives behind what the next connection says.
  socket.set_option(asio::socket_base::linger{true, 0}, ignored);
  socket.close(ignored);
  writing.clear();
  out.clear();
}

void line::inside::fail(const failure& why) {
  if (!std::exchange(ready, false)) ++failed;
  close();
  resolver.cancel();
  timer.expires_after(wait * std::uniform_int_distribution{50, 100}(random) / 100);
  wait = std::min(std::max(wait * 2, first_wait), with.longest_wait);
  timer.async_wait(mine([this](const error_code& error) {
    if (!error) open();
  }));
  tell.lost(why);
}

line::line(loop& on, settings with, listener to)
    : inside_{std::make_shared<inside>(on, std::move(with), std::move(to))} {
  on.post([self = inside_] {
    if (!self->closed) self->open();
  });
}

line::~line() {
  inside_->closed = true;
  inside_->close();
  inside_->resolver.cancel();
  inside_->timer.cancel();
}

void line::write(std::string_view bytes) {
  inside_->add(bytes);
  inside_->flush();
}

bool line::write_at_once(std::string_view bytes) {
  auto& in = *inside_;
  const std::lock_guard lock{in.guard};
  if (!in.stands || !in.out.empty() || !in.writing.empty()) return false;
  const auto wrote =
      ::send(in.socket.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (wrote <= 0) return false;
  in.out = bytes.substr(static_cast<std::size_t>(wrote));
  if (!in.out.empty()) asio::post(in.context, in.mine([self = inside_.get()] { self->flush(); }));
  return true;
}

std::size_t line::unwritten() const {
  const std::lock_guard lock{inside_->guard};
  return inside_->out.size() + inside_->writing.size();
}

void line::drop(const std::string& why) { inside_->fail(why); }

} // namespace quipu::redis
