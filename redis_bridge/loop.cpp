#include "redis_bridge/loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <thread>
#include <utility>

namespace quipu::redis {

namespace asio = boost::asio;

struct loop::inside {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::thread thread;
};

loop::loop() : inside_{std::make_unique<inside>()} {
  inside_->thread = std::thread{[this] { inside_->context.run(); }};
}

loop::~loop() {
  post([this] { inside_->context.stop(); });
  inside_->thread.join();
}

asio::io_context& loop::context() { return inside_->context; }

void loop::post(std::function<void()> what) { asio::post(inside_->context, std::move(what)); }

void loop::every(std::chrono::milliseconds period, std::weak_ptr<const void> owner,
                 std::function<void()> what) {
  auto timer = std::make_shared<asio::steady_timer>(inside_->context, period);
  timer->async_wait([this, timer, period, owner = std::move(owner),
                     what = std::move(what)](const boost::system::error_code& error) mutable {
    if (error || owner.expired()) return;
    what();
    every(period, std::move(owner), std::move(what));
  });
}

} // namespace quipu::redis
