#include "actors/open_calls.hpp"

#include "actors/instant.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace quipu {

namespace {

call::facts facts_of(const call_asked& asked) {
  call::facts facts;
  facts.topic = asked.topic;
  facts.job = asked.job;
  facts.activity = asked.activity_id;
  facts.dimension = asked.pass;
  facts.attempt = asked.attempt;
  facts.idempotency_key = fmt::format("{}.{}.{}", asked.gid, asked.activity_id, asked.pass);
  if (asked.due_ms != 0) facts.deadline = instant_of<std::chrono::milliseconds>(asked.due_ms);
  if (asked.input) facts.data = *asked.input;
  return facts;
}

} // namespace

std::shared_ptr<call> open_calls::open(const call_asked& asked) {
  auto at = place_of(asked);
  const auto close = [with = shared_, at](call* done) {
    bool is_last = false;
    {
      const std::scoped_lock lock{with->guard};
      const auto found = with->calls.find(at);
      // An attempt that was handed out again has another call by now.
      is_last = found != with->calls.end() && found->second.expired();
      if (is_last) with->calls.erase(found);
    }
    std::default_delete<call>{}(done);
    if (is_last && with->closed) with->closed(at);
  };
  std::shared_ptr<call> made{std::make_unique<call>(facts_of(asked)).release(), close};
  const std::scoped_lock lock{shared_->guard};
  shared_->calls.insert_or_assign(std::move(at), made);
  return made;
}

void open_calls::cancel(const place& at) {
  std::shared_ptr<call> found; // let go of outside the lock
  const std::scoped_lock lock{shared_->guard};
  if (const auto there = shared_->calls.find(at); there != shared_->calls.end())
    found = there->second.lock();
  if (found) found->cancel();
}

void open_calls::cancel_all() {
  std::vector<std::shared_ptr<call>> found;
  const std::scoped_lock lock{shared_->guard};
  for (const auto& [at, each] : shared_->calls)
    if (auto open = each.lock()) {
      open->cancel();
      found.push_back(std::move(open));
    }
}

std::vector<std::shared_ptr<const call>> open_calls::of(const std::string& job) const {
  std::vector<std::shared_ptr<const call>> found;
  const std::scoped_lock lock{shared_->guard};
  for (auto each = shared_->calls.lower_bound({job, 0, 0, 0});
       each != shared_->calls.end() && each->first.job == job; ++each)
    if (auto open = each->second.lock()) found.push_back(std::move(open));
  return found;
}

} // namespace quipu
