#include "actors/solitude.hpp"

#include "flows/step.hpp"

#include <algorithm>
#include <mutex>
#include <optional>

namespace quipu {

namespace {

using clock = std::chrono::steady_clock;

/// How often it is looked without a reason: another node may have left one.
constexpr std::chrono::seconds look_every{2};

} // namespace

struct solitude::shared {
  std::weak_ptr<ledger> store;
  std::vector<std::string> backlogs;
  std::chrono::milliseconds patience{};

  std::mutex guard;
  std::set<open_calls::place> out;
  bool asking = false;                          ///< the store is
  std::optional<clock::time_point> comes_until; ///< one was let go and is not here yet
  clock::time_point next_look{};
};

solitude::solitude(const std::shared_ptr<ledger>& store, const std::vector<std::string>& topics,
                   std::chrono::milliseconds patience)
    : shared_{std::make_shared<shared>()} {
  shared_->store = store;
  shared_->patience = patience;
  for (const auto& topic : topics) shared_->backlogs.push_back(backlog_of_suspects(topic));
}

void solitude::look() {
  auto& s = *shared_;
  const auto store = s.store.lock();
  if (!store) return;
  {
    const std::scoped_lock lock{s.guard};
    const auto now = clock::now();
    const bool one_comes = s.comes_until && *s.comes_until > now;
    if (s.asking || one_comes || !s.out.empty() || now < s.next_look || s.backlogs.empty()) return;
    s.asking = true;
    s.comes_until.reset();
    s.next_look = now + look_every;
  }
  ask(*store, shared_, 0);
}

/// Again on the store's own thread: whose answer it is is there, and must not be held by it.
void solitude::ask(ledger& store, const std::shared_ptr<shared>& with, std::size_t topic) {
  if (topic == with->backlogs.size()) {
    const std::scoped_lock lock{with->guard};
    with->asking = false;
    return;
  }
  store.serve(with->backlogs[topic], 1, [&store, with, topic](result<std::size_t> told) {
    if (!told || *told == 0) return ask(store, with, topic + 1);
    const std::scoped_lock lock{with->guard};
    with->asking = false;
    with->comes_until = clock::now() + with->patience;
  });
}

void solitude::notice(const write& what) {
  const auto is_here = [this](const obligation_row& row) {
    return !row.backlog.empty() &&
           std::ranges::find(shared_->backlogs, row.backlog) != shared_->backlogs.end();
  };
  if (std::ranges::none_of(what.obligations, is_here)) return;
  const std::scoped_lock lock{shared_->guard};
  shared_->next_look = {};
}

void solitude::begins(open_calls::place at) {
  const std::scoped_lock lock{shared_->guard};
  shared_->out.insert(std::move(at));
  shared_->comes_until.reset();
}

void solitude::ends(const open_calls::place& at) {
  {
    const std::scoped_lock lock{shared_->guard};
    if (shared_->out.erase(at) == 0) return;
    shared_->next_look = {};
  }
  look();
}

} // namespace quipu
