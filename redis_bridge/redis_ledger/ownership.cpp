#include "collation/refusals.hpp"
#include "redis_bridge/redis_ledger/answers.hpp"
#include "redis_bridge/redis_ledger/inside.hpp"
#include "redis_bridge/redis_ledger/place.hpp"

#include <map>

/// Leases, and the jobs that stand under them.
namespace quipu {

using namespace redis;

void redis_ledger::renew(token mine, std::int64_t for_ms, std::string who, then<void> done) {
  inside_->listen(mine);
  const auto ask = [=, this](unsigned at, then<bool> told) {
    auto words = inside_->begin("quipu1_renew", at);
    words.add(to_text(mine)).number(for_ms).add(who);
    inside_->writes<bool>(
        words, std::move(told), [](const piece&, std::string&) -> result<bool> { return true; },
        [=](std::string_view, const piece&) { return refusals::has_lapsed(mine); });
  };
  everywhere<bool>(inside_->partitions(), ask,
                   [done = std::move(done)](const result<std::vector<bool>>& all) {
                     if (done) done(all ? result<void>{} : result<void>{all.error()});
                   });
}

void redis_ledger::leases(then<std::vector<lease>> done) {
  using held = std::vector<lease>;
  const auto ask = [this](unsigned at, then<held> told) {
    inside_->reads<held>(
        inside_->begin("quipu1_leases", at), std::move(told),
        [](const piece& said, std::string&) -> result<held> { return to_leases(said); });
  };
  everywhere<held>(inside_->partitions(), ask,
                   [done = std::move(done)](const result<std::vector<held>>& all) {
                     if (!done) return;
                     if (!all) return done(all.error());
                     std::map<token, lease> longest;
                     for (const auto& there : *all)
                       for (const auto& each : there)
                         if (auto& known = longest[each.owner]; each.until_ms > known.until_ms)
                           known = each;
                     held leases;
                     for (auto& [owner, each] : longest) leases.push_back(std::move(each));
                     done(std::move(leases));
                   });
}

void redis_ledger::claim(token mine, std::size_t most, then<std::vector<snapshot>> done) {
  one_by_one<snapshot>(
      inside_->partitions(), inside_->turn++, most,
      [=, this](unsigned at, std::size_t rest, then<std::vector<snapshot>> told) {
        auto words = inside_->begin("quipu1_claim", at);
        words.add(to_text(mine)).number(rest);
        inside_->writes<std::vector<snapshot>>(
            words, std::move(told),
            [](const piece& said, std::string&) -> result<std::vector<snapshot>> {
              return to_snapshots(said);
            },
            [=](std::string_view, const piece&) { return refusals::no_lease(mine); });
      },
      std::move(done));
}

void redis_ledger::take(token dead, token mine, std::size_t most,
                        then<std::vector<snapshot>> done) {
  one_by_one<snapshot>(
      inside_->partitions(), 0, most,
      [=, this](unsigned at, std::size_t rest, then<std::vector<snapshot>> told) {
        auto words = inside_->begin("quipu1_take", at);
        words.add(to_text(dead)).add(to_text(mine)).number(rest);
        inside_->writes<std::vector<snapshot>>(
            words, std::move(told),
            [](const piece& said, std::string&) -> result<std::vector<snapshot>> {
              return to_snapshots(said);
            },
            [=](std::string_view why, const piece& said) {
              if (why == "holds")
                return refusals::lease_holds(dead, said[2].text(), said[3].integer());
              return refusals::no_lease(mine);
            });
      },
      std::move(done));
}

void redis_ledger::seize(std::string job, token mine, then<snapshot> done) {
  auto words = inside_->begin("quipu1_seize", inside_->of(job));
  words.add(job).add(to_text(mine));
  inside_->writes<snapshot>(
      words, std::move(done),
      [](const piece& said, std::string&) -> result<snapshot> { return to_snapshot(said); },
      [=](std::string_view why, const piece& said) {
        return why == "fenced" ? refusals::no_lease(mine) : unanswerable(job, why, said);
      });
}

void redis_ledger::pop(token mine, std::size_t most,
                       then<std::vector<std::pair<std::string, std::vector<mail>>>> done) {
  using popped = std::pair<std::string, std::vector<mail>>;
  one_by_one<popped>(
      inside_->partitions(), inside_->turn++, most,
      [=, this](unsigned at, std::size_t rest, then<std::vector<popped>> told) {
        auto words = inside_->begin("quipu1_pop", at);
        words.add(to_text(mine)).number(rest);
        inside_->writes<std::vector<popped>>(
            words, std::move(told),
            [](const piece& said, std::string&) -> result<std::vector<popped>> {
              std::vector<popped> got;
              for (std::size_t each = 0; each < said.size(); ++each)
                got.emplace_back(said[each][0].string(), to_inbox(said[each][1]));
              return got;
            });
      },
      std::move(done));
}

void redis_ledger::owned(token mine, std::string after, std::size_t most, then<owned_page> done) {
  const auto [at, within] = part_of(after, inside_->partitions());
  const auto number = page_number(within);
  if (!number) return inside_->complete(std::move(done), number.error());
  auto words = inside_->begin("quipu1_owned", at);
  words.add(to_text(mine)).number(*number).number(most);
  inside_->reads<owned_page>(
      words, std::move(done),
      [at = at, of = inside_->partitions()](const piece& said, std::string&) -> result<owned_page> {
        return owned_page{to_snapshots(said[0]), next_part(at, of, said[1].string())};
      });
}

} // namespace quipu
