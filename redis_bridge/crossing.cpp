#include "redis_bridge/crossing.hpp"

#include "collation/refusals.hpp"

#include <fmt/format.h>

#include <utility>

namespace quipu::redis {

namespace {

/// How often ids are reserved for one write, each time a minute too late.
constexpr int most_tries = 3;

/// Those that lie elsewhere than the job itself, with their own.
void add_children(const write& what, const calls& by, unsigned here, std::vector<std::string>& to) {
  for (const auto& child : what.children) {
    if (by.of(child.job) != here) to.push_back(child.job);
    add_children(child.first, by, here, to);
  }
}

result<bool> yes(const piece&, std::string&) { return true; }

answer<bool> reserve(calls& by, const std::string& job, const std::string& nonce, unsigned parent) {
  return answer<bool>{[&by, &job, &nonce, parent](then<bool> told) {
    auto words = by.begin("quipu1_reserve", by.of(job));
    words.add(job).add(nonce).number(parent);
    by.make<bool>(calls::does::writes, words, std::move(told), yes,
                  [job](std::string_view, const piece&) {
                    return failure{fault::taken, job};
                  });
  }};
}

errand free_all(calls& by, std::vector<std::string> jobs, std::string nonce, then<bool> done) {
  for (const auto& job : jobs)
    (void)co_await answer<bool>{[&](then<bool> told) {
      auto words = by.begin("quipu1_free", by.of(job));
      words.add(job).add(nonce);
      by.make<bool>(calls::does::writes, words, std::move(told), yes);
    }};
  done(true);
}

} // namespace

written to_written(const piece& said, std::string& bells) {
  const auto code = said.is_array() ? said[0].integer() : said.integer();
  written made{{(code & 2) != 0, (code & 1) != 0, {}}, (code & 4) != 0};
  if (said.is_array()) {
    made.got.mail = to_inbox(said[1]);
    bells = said[2].text();
  }
  return made;
}

void sequence::enter(const std::string& job, then<receipt> done, work what) {
  {
    const std::lock_guard lock{mutex_};
    const auto [found, is_free] = behind_.try_emplace(job);
    if (!is_free) {
      found->second.emplace_back(std::move(done), std::move(what));
      return;
    }
  }
  begin(job, std::move(done), what);
}

void sequence::begin(const std::string& job, then<receipt> done, const work& what) {
  what([self = shared_from_this(), job, done = std::move(done)](result<receipt> got) {
    if (done) done(std::move(got));
    self->leave(job);
  });
}

void sequence::leave(const std::string& job) {
  std::pair<then<receipt>, work> next;
  {
    const std::lock_guard lock{mutex_};
    const auto found = behind_.find(job);
    if (found->second.empty()) {
      behind_.erase(found);
      return;
    }
    next = std::move(found->second.front());
    found->second.pop_front();
  }
  begin(job, std::move(next.first), next.second);
}

errand write_over(calls& by, writing of, std::function<void(const promise*, then<written>)> make,
                  then<receipt> done) {
  const auto here = by.of(of.job);
  std::vector<std::string> children;
  add_children(*of.what, by, here, children);
  std::optional<result<written>> got;
  for (int tries = 0; tries < most_tries && (!got || (!*got && got->error() == withdrawn));
       ++tries) {
    promise with{by.random_name(), {}};
    std::vector<std::string> reserved;
    for (const auto& child : children) {
      const auto told = co_await reserve(by, child, with.nonce, here);
      if (told) {
        reserved.push_back(child);
        continue;
      }
      if (told.error().code == fault::taken) {
        with.taken = child;
        break;
      }
      (void)co_await answer<bool>{
          [&](then<bool> freed) { free_all(by, reserved, with.nonce, std::move(freed)); }};
      done(told.error());
      co_return;
    }
    // Whether it is the commit's to be refused is said by its job's partition, which is asked first.
    got = co_await answer<written>{
        [&](then<written> told) { make(children.empty() ? nullptr : &with, std::move(told)); }};
    const bool may_be_there = !*got && got->error().code == fault::unreachable;
    if (!may_be_there && !reserved.empty() && (!*got || (*got)->got.repeated))
      (void)co_await answer<bool>{
          [&](then<bool> freed) { free_all(by, reserved, with.nonce, std::move(freed)); }};
  }
  if (!*got) {
    done(got->error());
    co_return;
  }
  // One whose answer was lost may not have been given back either.
  auto& first = (*got)->got;
  if (!(*got)->later && !(first.repeated && first.owned && of.what->gives_back)) {
    done(std::move(first));
    co_return;
  }
  auto told = co_await answer<receipt>{[&](then<receipt> then_told) {
    auto words = by.begin("quipu1_receipt", here);
    words.add(of.job)
        .add(to_text(of.owner))
        .add(view(of.what->makes))
        .add(of.what->gives_back ? "1" : "0");
    by.make<receipt>(calls::does::writes, words, std::move(then_told),
                     [](const piece& said, std::string& bells) -> result<receipt> {
                       return to_written(said, bells).got;
                     });
  }};
  if (told) told->repeated = first.repeated;
  done(told ? told
            : result<receipt>{
                  failure{fault::unreachable, told.error().message + "; what it did is unknown"}});
}

errand ask_fate(calls& by, unsigned home, std::string ticket, then<std::string> done) {
  using clock = std::chrono::steady_clock;
  const auto until = clock::now() + by.patience();
  // Usually it is known: what was sent for it has been carried. Else somebody else carries it.
  while (true) {
    const auto fate = co_await answer<std::string>{[&](then<std::string> told) {
      auto words = by.begin("quipu1_fate", home);
      words.add(ticket);
      by.make<std::string>(
          calls::does::reads, words, std::move(told),
          [](const piece& said, std::string&) -> result<std::string> { return said.string(); });
    }};
    if (!fate || !fate->empty() || clock::now() > until) {
      done(fate && fate->empty()
               ? result<std::string>{failure{fault::unreachable,
                                             by.at().text() + ": whether a wait has taken the "
                                                              "signal is not known yet"}}
               : fate);
      co_return;
    }
    std::vector<box> all;
    for (unsigned other = 0; other < by.partitions(); ++other)
      if (other != home) {
        all.push_back({home, other});
        all.push_back({other, home});
      }
    (void)co_await answer<bool>{[&](then<bool> told) {
      by.settle(std::move(all), [told = std::move(told)] { told(true); });
    }};
  }
}

result<signalled> to_signalled(std::string_view how, const std::vector<std::string>& boards) {
  if (how == "answered") return signalled::answered;
  if (how == "early") return signalled::early;
  if (how == "repeated") return signalled::repeated;
  return refusals::nobody_waits(boards);
}

errand mend_where_it_is(calls& by, audit_row what, then<void> done) {
  const auto add = [&what](command& words) {
    words.add(what.table).add(what.key).add(what.value).add(what.claimed ? "1" : "0");
    words.add(what.job);
  };
  // A board's rows are where the board is, all others where their job is; those of no job may be anywhere.
  const bool is_of_board = what.table == "waits" || what.table == "late";
  unsigned first = 0;
  unsigned last = by.partitions();
  std::string_view claimed;
  if (by.partitions() > 1 && is_of_board) {
    first = home_of(std::string_view{what.key}.substr(what.key.find(':') + 1), by.partitions());
    last = first + 1;
    const auto claims = co_await answer<std::int64_t>{[&](then<std::int64_t> told) {
      auto words = by.begin("quipu1_claims", by.of(what.job));
      add(words);
      by.make<std::int64_t>(
          calls::does::reads, words, std::move(told),
          [](const piece& said, std::string&) -> result<std::int64_t> { return said.integer(); });
    }};
    if (!claims) {
      done(claims.error());
      co_return;
    }
    claimed = *claims == 1 ? "1" : "0";
  } else if (!what.job.empty()) {
    first = by.of(what.job);
    last = first + 1;
  }
  result<bool> mended = true;
  for (auto at = first; at < last; ++at) {
    mended = co_await answer<bool>{[&](then<bool> told) {
      auto words = by.begin("quipu1_mend", at);
      add(words);
      if (!claimed.empty()) words.add(claimed);
      by.make<bool>(
          calls::does::writes, words, std::move(told), yes, [what](std::string_view, const piece&) {
            return failure{fault::conflict,
                           fmt::format("{} \"{}\" is as it should be", what.table, what.key)};
          });
    }};
    if (mended || mended.error().code != fault::conflict) break;
  }
  done(mended ? result<void>{} : result<void>{mended.error()});
}

} // namespace quipu::redis
