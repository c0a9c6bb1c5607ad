#include "redis_bridge/bell.hpp"

#include "redis_bridge/command.hpp"

#include <fmt/format.h>

#include <charconv>
#include <future>

namespace quipu::redis {

std::string to_text(token which) { return fmt::format("{:016x}", which); }

token to_token(std::string_view text) {
  token which = 0;
  std::from_chars(text.data(), text.data() + text.size(), which, 16);
  return which;
}

bell::bell(loop& on, line::settings with, std::string self, std::function<void(token)> ring)
    : on_{on}, prefix_{with.to.prefix() + "bell:"}, self_{std::move(self)}, ring_{std::move(ring)} {
  line::listener listener;
  listener.connected = [this] {
    connected_ = true;
    const std::lock_guard lock{mutex_};
    for (auto each : tokens_) subscribe(each);
  };
  listener.answered = [this](whole_reply got) { heard(piece{got.get()}); };
  listener.lost = [this](const failure&) { connected_ = false; };
  line_.emplace(on_, std::move(with), std::move(listener));
}

bell::~bell() {
  std::promise<void> done;
  on_.post([&] {
    line_.reset();
    done.set_value();
  });
  done.get_future().wait();
}

void bell::listen(token to) {
  {
    const std::lock_guard lock{mutex_};
    if (!tokens_.insert(to).second) return;
  }
  on_.post([this, to] {
    if (connected_) subscribe(to);
  });
}

void bell::subscribe(token to) {
  line_->write(command{"SUBSCRIBE", prefix_ + to_text(to)}.bytes());
}

// {"message", channel, who rang}
void bell::heard(const piece& what) {
  if (what.size() != 3 || what[0].text() != "message" || what[2].text() == self_) return;
  const auto where = what[1].text();
  if (where.starts_with(prefix_)) ring_(to_token(where.substr(prefix_.size())));
}

} // namespace quipu::redis
