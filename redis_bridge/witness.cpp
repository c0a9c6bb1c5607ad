#include "redis_bridge/witness.hpp"

#include "redis_bridge/command.hpp"

#include <fmt/format.h>

#include <future>
#include <utility>

namespace quipu::redis {

namespace {

/// After a connection was lost or made.
constexpr std::chrono::milliseconds look_every{100};

failure closed_early() {
  return {fault::unreachable, "the store was closed before its replicas had it"};
}

} // namespace

witness::witness(loop& on, settings with)
    : on_{on}, with_{std::move(with)}, channel_{with_.server.to.prefix() + "witness"} {
  line::listener listener;
  listener.connected = [this] {
    connected_ = true;
    send();
  };
  listener.answered = [this](whole_reply got) { heard(piece{got.get()}); };
  listener.lost = [this](const failure& why) {
    connected_ = false;
    finish(failure{fault::unreachable, why.message});
  };
  line_.emplace(on_, with_.server, std::move(listener));
  on_.every(look_every, alive_, [this] { send(); });
}

void witness::close() {
  std::promise<void> done;
  on_.post([&] {
    alive_.reset();
    line_.reset();
    closed_ = true;
    for (auto* all : {&asked_, &next_})
      for (auto& each : std::exchange(*all, {})) each.done(closed_early());
    done.set_value();
  });
  done.get_future().wait();
}

void witness::ask(handler done) { add({std::move(done), false}); }
void witness::insist(handler done) { add({std::move(done), true}); }

void witness::add(question which) {
  if (closed_) return which.done(closed_early());
  next_.push_back(std::move(which));
  send();
}

void witness::send() {
  if (!asked_.empty() || next_.empty()) return;
  std::swap(asked_, next_);
  if (!connected_)
    return finish(failure{fault::unreachable, with_.server.to.text() + " is not there"});
  // WAIT is about what its own connection has written: a bell is written to every replica.
  line_->write(command{"PUBLISH", channel_, ""}.bytes() +
               command{"WAIT", std::to_string(with_.wanted), std::to_string(with_.patience.count())}
                   .bytes());
}

/// Of each question the server answers twice; the second counts.
void witness::heard(const piece& what) {
  if (what.is_error()) return line_->drop(what.string());
  if (std::exchange(published_, !published_); published_) return;
  const auto have = what.integer();
  if (have >= static_cast<std::int64_t>(with_.wanted)) return finish({});
  finish(failure{fault::unreachable,
                 fmt::format("{}: {} of {} replicas (wait={}) have it within {} ms; whether it is "
                             "kept is unknown: ask by its id",
                             with_.server.to.text(), have, with_.wanted, with_.wanted,
                             with_.patience.count())});
}

void witness::finish(const result<void>& said) {
  published_ = false;
  for (auto& each : std::exchange(asked_, {}))
    if (!said && each.insists)
      next_.push_back(std::move(each));
    else
      each.done(said);
  if (said) send();
}

} // namespace quipu::redis
