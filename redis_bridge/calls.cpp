#include "redis_bridge/calls.hpp"

#include <fmt/format.h>

#include <future>
#include <random>

namespace quipu::redis {

namespace {

/// Of the patience for an answer: for replicas.
constexpr int patience_share = 10;

} // namespace

calls::calls(settings with) : with_{std::move(with)} {
  self_ = random_name();
  with_.server.only_looks = with_.read_only;
  with_.server.reconnected = [this] { doubt(); };
  channel_.emplace(loop_, with_.server);
  bell_.emplace(loop_, with_.server.server, self_, [this](token whose) { ring(to_text(whose)); });
  if (at().wait > 0)
    witness_.emplace(loop_, witness::settings{with_.server.server, at().wait,
                                              with_.server.patience / patience_share});
}

calls::~calls() {
  // Answers ask on: the channel, then the witness, then its own. Each comes to its end while all of
  // them are there; only then they go.
  bell_.reset();
  channel_->close();
  if (witness_) witness_->close();
}

result<void> calls::wait() {
  if (auto opened = channel_->wait(); !opened) return opened;
  asker_ = partitions() == 1 ? self_ : fmt::format("{}/{}", self_, partitions());
  for (unsigned at = 0; at < partitions(); ++at) prefixes_.push_back(this->at().prefix(at));
  return {};
}

std::string calls::random_name() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

void calls::doubt() {
  std::function<void()> tell;
  {
    const std::lock_guard lock{mutex_};
    tell = doubt_;
  }
  if (tell) tell();
}

std::int64_t calls::now() const { return with_.clock ? with_.clock() : channel_->now(); }

void calls::on_bell(std::function<void(token)> ring) {
  const std::lock_guard lock{mutex_};
  ring_ = std::move(ring);
}

void calls::on_doubt(std::function<void()> tell) {
  const std::lock_guard lock{mutex_};
  doubt_ = std::move(tell);
}

result<whole_reply> calls::ask(const command& words) {
  std::promise<result<whole_reply>> said;
  channel_->send(words.bytes(), [&](result<whole_reply> got) { said.set_value(std::move(got)); });
  return said.get_future().get();
}

command calls::begin(std::string_view function, unsigned partition) {
  command words{"FCALL", function, "1", prefixes_[partition]};
  if (with_.clock)
    words.number(with_.clock());
  else
    words.add("");
  words.add(asker_);
  return words;
}

void calls::ring(std::string_view bells) {
  constexpr std::size_t digits = 16;
  if (bells.empty()) return;
  std::set<token> whose;
  for (std::size_t at = 0; at + digits <= bells.size(); at += digits)
    whose.insert(to_token(bells.substr(at, digits)));
  std::function<void(token)> ring;
  {
    const std::lock_guard lock{mutex_};
    ring = ring_;
  }
  if (ring)
    for (auto each : whose) ring(each);
}

failure calls::trouble(std::string_view error) const {
  auto said = fmt::format("{}: {}", at().text(), error);
  if (error.starts_with("OOM "))
    said += " (maxmemory is reached: no job is begun, those that run go on)";
  return {fault::unavailable, std::move(said)};
}

} // namespace quipu::redis
