#include "collation/refusals.hpp"
#include "collation/store_rules.hpp"
#include "redis_bridge/redis_ledger/answers.hpp"
#include "redis_bridge/redis_ledger/inside.hpp"

#include <algorithm>
#include <cstring>

/// The life of a job: begun, written to, told something, forgotten.
namespace quipu {

using namespace redis;
using does = calls::does;

namespace {

result<receipt> to_receipt(const piece& said, std::string& bells) {
  return to_written(said, bells).got;
}

head to_head(std::string_view bytes) {
  head made{};
  if (bytes.size() != made.size()) throw broken_row{"a job's head has not 32 bytes"};
  std::memcpy(made.data(), bytes.data(), made.size());
  return made;
}

} // namespace

template <class T, class Read>
void redis_ledger::inside::begin_job(const birth& what, const promise* with, then<T> done,
                                     Read read) {
  auto words = begin("quipu1_start", of(what.job));
  words.add(what.job).add(to_text(what.owner)).add(what.gid).add(what.app).add(what.version);
  words.add(what.parent).number(what.created_ms).add(identity(what));
  add(words, what.first, {}, with);
  make<T>(does::begins, words, std::move(done), std::move(read),
          [job = what.job, app = what.app, version = what.version,
           owner = what.owner](std::string_view why, const piece& said) {
            if (why == "exists") return failure{fault::conflict, job};
            if (why == "version") return refusals::not_active(app, version);
            if (why == "fenced") return refusals::no_lease(owner);
            if (why == "taken") return failure{fault::taken, said[2].string()};
            if (why == "withdrawn") return withdrawn;
            return not_expected(why);
          });
}

template <class T, class Read>
void redis_ledger::inside::write_job(const commit& what, const promise* with, then<T> done,
                                     Read read) {
  auto words = begin("quipu1_commit", of(what.job));
  words.add(what.job).add(to_text(what.owner)).add(view(what.stands_on));
  add(words, what.what, what.consumed, with);
  make<T>(what.what.ended ? does::ends : does::writes, words, std::move(done), std::move(read),
          [job = what.job, on = what.stands_on](std::string_view why, const piece& said) {
            if (why == "no job") return refusals::no_job_to_commit_to(job);
            if (why == "owner") return refusals::another_owner(job);
            if (why == "head") return refusals::another_head(job, to_head(said[2].text()), on);
            if (why == "mail") return refusals::no_mail(job, said[2].text());
            if (why == "taken") return failure{fault::taken, said[2].string()};
            if (why == "withdrawn") return withdrawn;
            return not_expected(why);
          });
}

void redis_ledger::start(birth what, then<receipt> done) {
  if (inside_->partitions() == 1)
    return inside_->begin_job<receipt>(what, nullptr, std::move(done), to_receipt);
  const auto made = std::make_shared<const birth>(std::move(what));
  inside_->jobs->enter(made->job, std::move(done), [this, made](then<receipt> told) {
    write_over(
        *inside_, {made->job, made->owner, &made->first},
        [this, made](const promise* with, then<written> wrote) {
          inside_->begin_job<written>(*made, with, std::move(wrote), to_written);
        },
        std::move(told));
  });
}

void redis_ledger::apply(commit what, then<receipt> done) {
  if (inside_->partitions() == 1)
    return inside_->write_job<receipt>(what, nullptr, std::move(done), to_receipt);
  const auto made = std::make_shared<const commit>(std::move(what));
  inside_->jobs->enter(made->job, std::move(done), [this, made](then<receipt> told) {
    write_over(
        *inside_, {made->job, made->owner, &made->what},
        [this, made](const promise* with, then<written> wrote) {
          inside_->write_job<written>(*made, with, std::move(wrote), to_written);
        },
        std::move(told));
  });
}

void redis_ledger::send(post what, then<void> done) {
  auto words = inside_->begin("quipu1_post", inside_->of(what.job));
  words.add(what.job).add(what.what.id).add(what.what.kind).add(what.what.obligation);
  words.add(what.what.body).add(what.keeps_open ? "1" : "0");
  inside_->tells<void>(words, std::move(done), to_bells,
                       [job = what.job](std::string_view why, const piece& said) {
                         return unanswerable(job, why, said);
                       });
}

void redis_ledger::send(signal what, then<signalled> done) {
  const auto home = home_of(what.boards.empty() ? "" : what.boards.front(), inside_->partitions());
  const auto ticket = inside_->partitions() == 1 ? std::string{} : inside_->random_name();
  auto words = inside_->begin("quipu1_signal", home);
  words.add(packed(what, ticket));
  inside_->tells<std::string>(
      words,
      [this, home, ticket, boards = what.boards,
       done = std::move(done)](const result<std::string>& how) mutable {
        if (!done) return;
        if (!how) return done(how.error());
        if (*how != "offered") return done(to_signalled(*how, boards));
        ask_fate(*inside_, home, ticket, [boards, done](const result<std::string>& fate) {
          done(fate ? to_signalled(*fate, boards) : result<signalled>{fate.error()});
        });
      },
      [](const piece& said, std::string& bells) -> result<std::string> {
        bells = said[1].text();
        return said[0].string();
      },
      [boards = what.boards](std::string_view why, const piece& said) {
        if (why == "late") return refusals::nobody_waits(boards);
        return unanswerable(said[said.size() - 1].text(), why, said);
      });
}

void redis_ledger::due(std::int64_t now_ms, std::size_t most, then<fired> done) {
  const auto ask = [=, this](unsigned at, then<fired> told) {
    auto words = inside_->begin("quipu1_due", at);
    words.number(now_ms).number(most);
    inside_->writes<fired>(words, std::move(told),
                           [](const piece& said, std::string& bells) -> result<fired> {
                             fired here;
                             here.count = static_cast<std::size_t>(said[0].integer());
                             if (!said[1].text().empty()) here.next_due_ms = said[1].number();
                             bells = said[2].text();
                             return here;
                           });
  };
  everywhere<fired>(
      inside_->partitions(), ask, [done = std::move(done)](const result<std::vector<fired>>& all) {
        if (!done) return;
        if (!all) return done(all.error());
        fired together;
        for (const auto& each : *all) {
          together.count += each.count;
          if (each.next_due_ms)
            together.next_due_ms =
                std::min(together.next_due_ms.value_or(*each.next_due_ms), *each.next_due_ms);
        }
        done(together);
      });
}

void redis_ledger::serve(std::string topic, std::size_t most, then<std::size_t> done) {
  one_by_one<bool>(
      inside_->partitions(), inside_->turn++, most,
      [=, this](unsigned at, std::size_t rest, then<std::vector<bool>> told) {
        auto words = inside_->begin("quipu1_serve", at);
        words.add(topic).number(rest);
        inside_->writes<std::vector<bool>>(
            words, std::move(told),
            [](const piece& said, std::string& bells) -> result<std::vector<bool>> {
              bells = said[1].text();
              return std::vector<bool>(static_cast<std::size_t>(said[0].integer()), true);
            });
      },
      [done = std::move(done)](const result<std::vector<bool>>& served) {
        if (!done) return;
        done(served ? result<std::size_t>{served->size()} : result<std::size_t>{served.error()});
      });
}

void redis_ledger::scrub(std::string job, then<void> done) {
  auto words = inside_->begin("quipu1_scrub", inside_->of(job));
  words.add(job);
  inside_->writes<void>(words, std::move(done), to_bells, [=](std::string_view why, const piece&) {
    return why == "runs" ? refusals::still_runs(job) : refusals::no_job(job);
  });
}

void redis_ledger::condense(std::string job, std::uint64_t upto, std::string checkpoint,
                            then<void> done) {
  auto words = inside_->begin("quipu1_condense", inside_->of(job));
  words.add(job).number(upto).add(checkpoint);
  inside_->writes<void>(
      words, std::move(done), nothing, [=](std::string_view why, const piece& said) {
        if (why == "no job") return refusals::no_job(job);
        return store_rules::cannot_condense(job, upto, static_cast<std::uint64_t>(said[2].number()),
                                            static_cast<std::uint64_t>(said[3].number()));
      });
}

} // namespace quipu
