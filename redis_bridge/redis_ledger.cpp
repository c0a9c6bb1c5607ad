#include "redis_bridge/redis_ledger.hpp"

#include "collation/refusals.hpp"
#include "collation/store_rules.hpp"
#include "redis_bridge/calls.hpp"
#include "redis_bridge/crossing.hpp"
#include "redis_bridge/doctor.hpp"
#include "redis_bridge/listing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <future>
#include <map>

namespace quipu {

using namespace redis;
using does = calls::does;

struct redis_ledger::inside : calls {
  using calls::calls;

  std::string title;
  std::shared_ptr<sequence> jobs = std::make_shared<sequence>(); ///< of several partitions
  std::atomic<unsigned> turn{0};                                 ///< which one is asked first

  template <class T, class Read>
  void reads(const command& words, then<T> done, Read read, refused why = {}) {
    make<T>(does::reads, words, std::move(done), std::move(read), std::move(why));
  }
  template <class T, class Read>
  void tells(const command& words, then<T> done, Read read, refused why) {
    make<T>(does::tells, words, std::move(done), std::move(read), std::move(why));
  }
  template <class T, class Read>
  void begin_job(const birth& what, const promise* with, then<T> done, Read read);
  template <class T, class Read>
  void write_job(const commit& what, const promise* with, then<T> done, Read read);

  template <class T, class Read>
  void writes(const command& words, then<T> done, Read read, refused why = {}) {
    make<T>(does::writes, words, std::move(done), std::move(read), std::move(why));
  }
};

namespace {

result<void> nothing(const piece&, std::string&) { return {}; }

result<void> to_bells(const piece& said, std::string& bells) {
  bells = said.text();
  return {};
}

result<receipt> to_receipt(const piece& said, std::string& bells) {
  return to_written(said, bells).got;
}

head to_head(std::string_view bytes) {
  head made{};
  if (bytes.size() != made.size()) throw broken_row{"a job's head has not 32 bytes"};
  std::memcpy(made.data(), bytes.data(), made.size());
  return made;
}

std::string_view view(const head& of) {
  return {reinterpret_cast<const char*>(of.data()), of.size()};
}

failure not_expected(std::string_view why) {
  return {fault::corrupt,
          fmt::format("the library refuses with \"{}\", which this program does not know", why)};
}

/// The parts of a store that an audit reads by themselves, behind the keys.
constexpr std::int64_t audit_phases = 4;

/// Behind which number a page goes on: `bad_request` unless it is one, or empty: 0.
result<std::uint64_t> page_number(std::string_view after) {
  std::uint64_t number = 0;
  const auto* end = after.data() + after.size();
  const auto [stop, error] = std::from_chars(after.data(), end, number);
  if (after.empty() || (error == std::errc{} && stop == end)) return number;
  return failure{fault::bad_request, fmt::format("\"{}\" is nothing that a page gave", after)};
}

/// A page's place in a store of several partitions: "PARTITION:PLACE".
std::pair<unsigned, std::string> part_of(const std::string& after, unsigned partitions) {
  const auto colon = after.find(':');
  const auto number = page_number(after.substr(0, colon));
  if (partitions == 1 || colon == std::string::npos || !number || *number >= partitions)
    return {0, after};
  return {static_cast<unsigned>(*number), after.substr(colon + 1)};
}

/// Where the next page begins: behind `place`, or with the next partition.
std::string next_part(unsigned at, unsigned partitions, std::string place) {
  if (partitions == 1) return place;
  if (place.empty() && ++at == partitions) return {};
  return fmt::format("{}:{}", at, place);
}

/// What partitions have of rows of measures becomes a page of whole rows.
measures_page one_page(std::vector<std::pair<bool, std::vector<measures_part>>> all,
                       std::size_t most) {
  std::map<std::string, measures_part> rows;
  std::optional<std::string> seen; // behind it a partition may have parts that it has not given
  for (auto& [more, parts] : all) {
    if (more && !parts.empty())
      seen = std::min(seen.value_or(parts.back().place), parts.back().place);
    for (auto& each : parts) {
      const auto [found, is_new] = rows.try_emplace(each.place, each);
      if (!is_new) merge(found->second, std::move(each));
    }
  }
  measures_page page;
  for (auto& [place, each] : rows) {
    if (page.rows.size() == most || (seen && place > *seen)) break;
    page.rows.push_back(std::move(each.row));
    page.next = store_rules::measures_cursor(place);
  }
  if (!seen && page.rows.size() == rows.size()) page.next.clear();
  return page;
}

/// Of what may come to any job.
failure unanswerable(std::string_view job, std::string_view why, const piece& said) {
  if (why == "no job") return refusals::no_job(job);
  if (why == "ended") return refusals::has_ended(job, said[2].text());
  if (why == "not waiting") return refusals::not_waiting(job, said[2].text());
  if (why == "answered") return refusals::is_answered(job, said[2].text());
  return not_expected(why);
}

} // namespace

result<std::unique_ptr<redis_ledger>> redis_ledger::open(options with) {
  const auto complain = std::move(with.complain);
  calls::settings to;
  to.server.server.to = with.at;
  to.server.server.password = std::move(with.password);
  to.server.most_queued = with.most_queued;
  to.server.patience = with.patience;
  to.server.complain = complain;
  to.read_only = with.read_only;
  to.clock = std::move(with.clock);
  auto made = std::make_unique<inside>(std::move(to));
  if (auto opened = made->wait(); !opened) return opened.error();
  made->title = with.at.text();
  if (made->partitions() > 1 && with.at.partitions == 0)
    made->title += fmt::format(", {} partitions", made->partitions());
  if (with.read_only) {
    made->title += ", read only";
  } else {
    const auto seen = look_at(*made);
    if (!seen) return seen.error();
    for (const auto& each : remarks(*seen)) {
      if (each.is == remark::weight::fault)
        return failure{fault::unavailable, fmt::format("{}: {}", with.at.text(), each.text)};
      if (each.is == remark::weight::warning && complain)
        complain(fmt::format("{}: {}", with.at.text(), each.text));
    }
    made->title += ", " + seen->durability();
    if (with.at.wait > 0) made->title += fmt::format(", {} replicas", with.at.wait);
  }
  // What a node left in outboxes when it ended: also for who only looks.
  if (made->partitions() > 1) {
    std::promise<void> carried;
    everywhere<bool>(
        made->partitions(),
        [&](unsigned at, then<bool> told) {
          made->reads<bool>(made->begin("quipu1_left", at), std::move(told),
                            [](const piece& said, std::string& bells) -> result<bool> {
                              bells = said.text();
                              return true;
                            });
        },
        [&](const result<std::vector<bool>>&) { carried.set_value(); });
    carried.get_future().wait();
  }
  return std::unique_ptr<redis_ledger>{new redis_ledger{std::move(made)}};
}

redis_ledger::redis_ledger(std::unique_ptr<inside> made) : inside_{std::move(made)} {}

redis_ledger::~redis_ledger() {
  if (!inside_->at().space.starts_with(thrown_away)) return;
  for (unsigned at = 0; at < inside_->partitions(); ++at)
    inside_->writes<void>(inside_->begin("quipu1_erase", at), {}, nothing);
}

std::int64_t redis_ledger::now() const { return inside_->now(); }
std::string redis_ledger::describe() const { return inside_->title; }

unsigned redis_ledger::partitions() const { return inside_->partitions(); }
void redis_ledger::on_doubt(std::function<void()> tell) { inside_->on_doubt(std::move(tell)); }
void redis_ledger::on_bell(std::function<void(token)> ring) { inside_->on_bell(std::move(ring)); }

// Instructions

void redis_ledger::deploy(app_version what, then<void> done) {
  auto words = inside_->begin("quipu1_deploy");
  words.add(what.app).add(what.version).add(what.hash).add(what.source);
  words.keep(packed(what.public_topics));
  inside_->writes<void>(
      words, std::move(done), nothing, [what](std::string_view why, const piece& said) {
        if (why == "topic")
          return refusals::topic_belongs(said[2].text(), said[3].text(), what.app);
        return refusals::other_content(what, said[2].text());
      });
}

void redis_ledger::activate(std::string app, std::string version, then<void> done) {
  auto words = inside_->begin("quipu1_activate");
  words.add(app).add(version);
  inside_->writes<void>(words, std::move(done), to_bells, [=](std::string_view, const piece&) {
    return refusals::not_deployed(app, version);
  });
}

void redis_ledger::fetch(std::string app, std::string version, then<app_version> done) {
  auto words = inside_->begin("quipu1_fetch");
  words.add(app).add(version);
  inside_->reads<app_version>(
      words, std::move(done),
      [](const piece& said, std::string&) -> result<app_version> {
        auto made = to_app(said[0].text());
        made.source = said[1].text();
        made.active = made.version == said[2].text();
        return made;
      },
      [=](std::string_view, const piece&) { return refusals::not_deployed(app, version); });
}

void redis_ledger::apps(then<std::vector<app_version>> done) {
  inside_->reads<std::vector<app_version>>(
      inside_->begin("quipu1_apps"), std::move(done),
      [](const piece& said, std::string&) -> result<std::vector<app_version>> {
        std::map<std::string, std::string> active;
        for (std::size_t at = 0; at + 1 < said[1].size(); at += 2)
          active[said[1][at].string()] = said[1][at + 1].text();
        std::vector<app_version> all;
        for (std::size_t at = 0; at < said[0].size(); ++at) {
          auto made = to_app(said[0][at].text());
          const auto found = active.find(made.app);
          made.active = found != active.end() && found->second == made.version;
          all.push_back(std::move(made));
        }
        std::ranges::sort(all, {},
                          [](const app_version& each) { return std::tie(each.app, each.version); });
        return all;
      });
}

// Ownership

void redis_ledger::renew(token mine, std::int64_t for_ms, std::string who, then<void> done) {
  inside_->listen(mine);
  const auto ask = [=, this](unsigned at, then<bool> told) {
    auto words = inside_->begin("quipu1_renew", at);
    words.keep(to_text(mine)).number(for_ms).add(who);
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
        words.keep(to_text(mine)).number(rest);
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
        words.keep(to_text(dead)).keep(to_text(mine)).number(rest);
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
  words.add(job).keep(to_text(mine));
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
        words.keep(to_text(mine)).number(rest);
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
  words.keep(to_text(mine)).number(*number).number(most);
  inside_->reads<owned_page>(
      words, std::move(done),
      [at = at, of = inside_->partitions()](const piece& said, std::string&) -> result<owned_page> {
        return owned_page{to_snapshots(said[0]), next_part(at, of, said[1].string())};
      });
}

// Jobs

/// `T`: a receipt, or with what is still to be asked.
template <class T, class Read>
void redis_ledger::inside::begin_job(const birth& what, const promise* with, then<T> done,
                                     Read read) {
  auto words = begin("quipu1_start", of(what.job));
  words.add(what.job).keep(to_text(what.owner)).add(what.gid).add(what.app).add(what.version);
  words.add(what.parent).number(what.created_ms).keep(identity(what));
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
  words.add(what.job).keep(to_text(what.owner)).add(view(what.stands_on));
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
  words.keep(packed(what, ticket));
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

// Looking

void redis_ledger::read(std::string job, then<snapshot> done) {
  auto words = inside_->begin("quipu1_read", inside_->of(job));
  words.add(job);
  inside_->reads<snapshot>(
      words, std::move(done),
      [](const piece& said, std::string&) -> result<snapshot> { return to_snapshot(said); },
      [=](std::string_view, const piece&) { return refusals::no_job(job); });
}

void redis_ledger::history(std::string job, std::uint64_t first, std::size_t most,
                           then<history_page> done) {
  auto words = inside_->begin("quipu1_history", inside_->of(job));
  words.add(job).number(first).number(most);
  inside_->reads<history_page>(
      words, std::move(done),
      [](const piece& said, std::string&) -> result<history_page> {
        history_page page;
        page.total = static_cast<std::uint64_t>(said[0].integer());
        page.first = static_cast<std::uint64_t>(said[1].integer());
        for (std::size_t at = 0; at < said[2].size(); ++at)
          page.records.push_back(said[2][at].string());
        page.checkpoint = said[3].text();
        return page;
      },
      [=](std::string_view, const piece&) { return refusals::no_job(job); });
}

void redis_ledger::measures(measures_filter which, then<measures_page> done) {
  const auto range = store_rules::range_of(which);
  if (!range) return inside_->complete(std::move(done), range.error());
  using parts = std::pair<bool, std::vector<measures_part>>; // whether there are more
  const auto ask = [&, this](unsigned at, then<parts> told) {
    auto words = inside_->begin("quipu1_measures", at);
    const auto time = [](const std::optional<std::int64_t>& of) {
      return of ? std::to_string(*of) : std::string{};
    };
    words.add(which.app).add(which.topic).add(range->begin).add(range->stop);
    words.keep(time(which.from_ms)).keep(time(which.before_ms)).number(which.most);
    inside_->reads<parts>(words, std::move(told),
                          [](const piece& said, std::string&) -> result<parts> {
                            parts page{said[0].integer() == 1, {}};
                            for (std::size_t each = 0; each < said[1].size(); ++each)
                              page.second.push_back(to_measures_part(said[1][each]));
                            return page;
                          });
  };
  everywhere<parts>(inside_->partitions(), ask,
                    [done = std::move(done), most = which.most](result<std::vector<parts>> all) {
                      if (!done) return;
                      if (!all) return done(all.error());
                      done(one_page(std::move(*all), most));
                    });
}

void redis_ledger::published(std::string after, std::size_t most,
                             then<std::vector<published_row>> done) {
  const auto number = store_rules::publication_number(after);
  if (!number) return inside_->complete(std::move(done), number.error());
  auto words = inside_->begin("quipu1_published");
  words.number(*number).number(most);
  inside_->reads<std::vector<published_row>>(
      words, std::move(done),
      [](const piece& said, std::string&) -> result<std::vector<published_row>> {
        std::vector<published_row> rows;
        for (std::size_t at = 0; at < said.size(); ++at) rows.push_back(to_published(said[at]));
        return rows;
      });
}

void redis_ledger::jobs(job_filter which, then<job_page> done) {
  list(*inside_, std::move(which), std::move(done));
}

// Checking

// A page's place: which part of the store, and where in it.
void redis_ledger::audit(std::string after, std::size_t most, then<audit_page> done) {
  const auto [part, within] = part_of(after, inside_->partitions());
  const auto dot = within.find('.');
  const auto phase = page_number(within.substr(0, dot));
  const auto position = page_number(dot == std::string::npos ? "" : within.substr(dot + 1));
  if (!phase || !position || (!within.empty() && dot == std::string::npos))
    return inside_->complete(
        std::move(done),
        failure{fault::bad_request,
                fmt::format("\"{}\" is nothing that a page of the audit gave", after)});
  auto words = inside_->begin("quipu1_audit", part);
  words.number(*phase).number(*position).number(most);
  inside_->reads<audit_page>(words, std::move(done),
                             [part = part, of = inside_->partitions()](
                                 const piece& said, std::string&) -> result<audit_page> {
                               audit_page page;
                               for (std::size_t at = 0; at < said[2].size(); ++at)
                                 page.rows.push_back(to_audit_row(said[2][at]));
                               if (said[0].integer() <= audit_phases)
                                 page.next =
                                     fmt::format("{}.{}", said[0].integer(), said[1].text());
                               page.next = next_part(part, of, std::move(page.next));
                               return page;
                             });
}

void redis_ledger::mend(audit_row what, then<void> done) {
  mend_where_it_is(*inside_, std::move(what), std::move(done));
}

} // namespace quipu
