#include "redis_bridge/redis_ledger.hpp"

#include "collation/refusals.hpp"
#include "collation/store_rules.hpp"
#include "redis_bridge/calls.hpp"
#include "redis_bridge/doctor.hpp"
#include "redis_bridge/listing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <map>

namespace quipu {

using namespace redis;
using does = calls::does;

struct redis_ledger::inside : calls {
  using calls::calls;

  std::string title;

  template <class T, class Read>
  void reads(const command& words, then<T> done, Read read, refused why = {}) {
    make<T>(does::reads, words, std::move(done), std::move(read), std::move(why));
  }
  template <class T, class Read>
  void tells(const command& words, then<T> done, Read read, refused why) {
    make<T>(does::tells, words, std::move(done), std::move(read), std::move(why));
  }
  template <class T, class Read>
  void writes(const command& words, then<T> done, Read read, refused why = {}) {
    make<T>(does::writes, words, std::move(done), std::move(read), std::move(why));
  }
};

namespace {

result<void> nothing(const piece&, std::string&) { return {}; }

/// The number, or {number, mail, bells}.
result<receipt> to_receipt(const piece& said, std::string& bells) {
  const auto code = said.is_array() ? said[0].integer() : said.integer();
  receipt got{(code & 2) != 0, (code & 1) != 0, {}};
  if (said.is_array()) {
    got.mail = to_inbox(said[1]);
    bells = said[2].text();
  }
  return got;
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
  return std::unique_ptr<redis_ledger>{new redis_ledger{std::move(made)}};
}

redis_ledger::redis_ledger(std::unique_ptr<inside> made) : inside_{std::move(made)} {}

redis_ledger::~redis_ledger() {
  if (inside_->at().space.starts_with(thrown_away))
    inside_->writes<void>(inside_->begin("quipu1_erase"), {}, nothing);
}

std::int64_t redis_ledger::now() const { return inside_->now(); }
std::string redis_ledger::describe() const { return inside_->title; }
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
  inside_->writes<void>(words, std::move(done), nothing, [=](std::string_view, const piece&) {
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
  auto words = inside_->begin("quipu1_renew");
  words.keep(to_text(mine)).number(for_ms).add(who);
  inside_->writes<void>(words, std::move(done), nothing,
                        [=](std::string_view, const piece&) { return refusals::has_lapsed(mine); });
}

void redis_ledger::leases(then<std::vector<lease>> done) {
  inside_->reads<std::vector<lease>>(
      inside_->begin("quipu1_leases"), std::move(done),
      [](const piece& said, std::string&) -> result<std::vector<lease>> {
        return to_leases(said);
      });
}

void redis_ledger::claim(token mine, std::size_t most, then<std::vector<snapshot>> done) {
  auto words = inside_->begin("quipu1_claim");
  words.keep(to_text(mine)).number(most);
  inside_->writes<std::vector<snapshot>>(
      words, std::move(done),
      [](const piece& said, std::string&) -> result<std::vector<snapshot>> {
        return to_snapshots(said);
      },
      [=](std::string_view, const piece&) { return refusals::no_lease(mine); });
}

void redis_ledger::take(token dead, token mine, std::size_t most,
                        then<std::vector<snapshot>> done) {
  auto words = inside_->begin("quipu1_take");
  words.keep(to_text(dead)).keep(to_text(mine)).number(most);
  inside_->writes<std::vector<snapshot>>(
      words, std::move(done),
      [](const piece& said, std::string&) -> result<std::vector<snapshot>> {
        return to_snapshots(said);
      },
      [=](std::string_view why, const piece& said) {
        if (why == "holds") return refusals::lease_holds(dead, said[2].text(), said[3].integer());
        return refusals::no_lease(mine);
      });
}

void redis_ledger::seize(std::string job, token mine, then<snapshot> done) {
  auto words = inside_->begin("quipu1_seize");
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
  using popped = std::vector<std::pair<std::string, std::vector<mail>>>;
  auto words = inside_->begin("quipu1_pop");
  words.keep(to_text(mine)).number(most);
  inside_->writes<popped>(words, std::move(done),
                          [](const piece& said, std::string&) -> result<popped> {
                            popped got;
                            for (std::size_t at = 0; at < said.size(); ++at)
                              got.emplace_back(said[at][0].string(), to_inbox(said[at][1]));
                            return got;
                          });
}

void redis_ledger::owned(token mine, std::string after, std::size_t most, then<owned_page> done) {
  const auto number = page_number(after);
  if (!number) return inside_->complete(std::move(done), number.error());
  auto words = inside_->begin("quipu1_owned");
  words.keep(to_text(mine)).number(*number).number(most);
  inside_->reads<owned_page>(words, std::move(done),
                             [](const piece& said, std::string&) -> result<owned_page> {
                               return owned_page{to_snapshots(said[0]), said[1].string()};
                             });
}

// Jobs

void redis_ledger::start(birth what, then<receipt> done) {
  auto words = inside_->begin("quipu1_start");
  words.add(what.job).keep(to_text(what.owner)).add(what.gid).add(what.app).add(what.version);
  words.add(what.parent).number(what.created_ms).keep(identity(what));
  add(words, what.first, {});
  inside_->make<receipt>(does::begins, words, std::move(done), to_receipt,
                         [job = what.job, app = what.app, version = what.version,
                          owner = what.owner](std::string_view why, const piece& said) {
                           if (why == "exists") return failure{fault::conflict, job};
                           if (why == "version") return refusals::not_active(app, version);
                           if (why == "fenced") return refusals::no_lease(owner);
                           if (why == "taken") return failure{fault::taken, said[2].string()};
                           return not_expected(why);
                         });
}

void redis_ledger::apply(commit what, then<receipt> done) {
  auto words = inside_->begin("quipu1_commit");
  words.add(what.job).keep(to_text(what.owner)).add(view(what.stands_on));
  add(words, what.what, what.consumed);
  inside_->make<receipt>(
      what.what.ended ? does::ends : does::writes, words, std::move(done), to_receipt,
      [job = what.job, on = what.stands_on](std::string_view why, const piece& said) {
        if (why == "no job") return refusals::no_job_to_commit_to(job);
        if (why == "owner") return refusals::another_owner(job);
        if (why == "head") return refusals::another_head(job, to_head(said[2].text()), on);
        if (why == "mail") return refusals::no_mail(job, said[2].text());
        if (why == "taken") return failure{fault::taken, said[2].string()};
        return not_expected(why);
      });
}

void redis_ledger::send(post what, then<void> done) {
  auto words = inside_->begin("quipu1_post");
  words.add(what.job).add(what.what.id).add(what.what.kind).add(what.what.obligation);
  words.add(what.what.body).add(what.keeps_open ? "1" : "0");
  inside_->tells<void>(
      words, std::move(done),
      [](const piece& said, std::string& bells) -> result<void> {
        bells = said.text();
        return {};
      },
      [job = what.job](std::string_view why, const piece& said) {
        return unanswerable(job, why, said);
      });
}

void redis_ledger::send(signal what, then<signalled> done) {
  auto words = inside_->begin("quipu1_signal");
  words.keep(packed(what));
  inside_->tells<signalled>(
      words, std::move(done),
      [](const piece& said, std::string& bells) -> result<signalled> {
        bells = said[1].text();
        const auto how = said[0].text();
        return how == "answered" ? signalled::answered
               : how == "early"  ? signalled::early
                                 : signalled::repeated;
      },
      [boards = what.boards](std::string_view why, const piece& said) {
        if (why == "late") return refusals::nobody_waits(boards);
        return unanswerable(said[said.size() - 1].text(), why, said);
      });
}

void redis_ledger::due(std::int64_t now_ms, std::size_t most, then<fired> done) {
  auto words = inside_->begin("quipu1_due");
  words.number(now_ms).number(most);
  inside_->writes<fired>(words, std::move(done),
                         [](const piece& said, std::string& bells) -> result<fired> {
                           fired told;
                           told.count = static_cast<std::size_t>(said[0].integer());
                           if (!said[1].text().empty())
                             told.next_due_ms = std::stoll(said[1].string());
                           bells = said[2].text();
                           return told;
                         });
}

void redis_ledger::serve(std::string topic, std::size_t most, then<std::size_t> done) {
  auto words = inside_->begin("quipu1_serve");
  words.add(topic).number(most);
  inside_->writes<std::size_t>(words, std::move(done),
                               [](const piece& said, std::string& bells) -> result<std::size_t> {
                                 bells = said[1].text();
                                 return static_cast<std::size_t>(said[0].integer());
                               });
}

void redis_ledger::scrub(std::string job, then<void> done) {
  auto words = inside_->begin("quipu1_scrub");
  words.add(job);
  inside_->writes<void>(words, std::move(done), nothing, [=](std::string_view why, const piece&) {
    return why == "runs" ? refusals::still_runs(job) : refusals::no_job(job);
  });
}

void redis_ledger::condense(std::string job, std::uint64_t upto, std::string checkpoint,
                            then<void> done) {
  auto words = inside_->begin("quipu1_condense");
  words.add(job).number(upto).add(checkpoint);
  inside_->writes<void>(
      words, std::move(done), nothing, [=](std::string_view why, const piece& said) {
        if (why == "no job") return refusals::no_job(job);
        return store_rules::cannot_condense(job, upto, std::stoull(said[2].string()),
                                            std::stoull(said[3].string()));
      });
}

// Looking

void redis_ledger::read(std::string job, then<snapshot> done) {
  auto words = inside_->begin("quipu1_read");
  words.add(job);
  inside_->reads<snapshot>(
      words, std::move(done),
      [](const piece& said, std::string&) -> result<snapshot> { return to_snapshot(said); },
      [=](std::string_view, const piece&) { return refusals::no_job(job); });
}

void redis_ledger::history(std::string job, std::uint64_t first, std::size_t most,
                           then<history_page> done) {
  auto words = inside_->begin("quipu1_history");
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
  auto words = inside_->begin("quipu1_measures");
  const auto time = [](const std::optional<std::int64_t>& of) {
    return of ? std::to_string(*of) : std::string{};
  };
  words.add(which.app).add(which.topic).add(range->begin).add(range->stop);
  words.keep(time(which.from_ms)).keep(time(which.before_ms)).number(which.most);
  inside_->reads<measures_page>(words, std::move(done),
                                [](const piece& said, std::string&) -> result<measures_page> {
                                  measures_page page;
                                  std::string_view last;
                                  for (std::size_t at = 0; at < said[1].size(); ++at) {
                                    last = said[1][at][0].text();
                                    page.rows.push_back(to_measures_row(said[1][at][1]));
                                  }
                                  if (said[0].integer() == 1)
                                    page.next = store_rules::measures_cursor(last);
                                  return page;
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
  const auto dot = after.find('.');
  const auto phase = page_number(after.substr(0, dot));
  const auto position = page_number(dot == std::string::npos ? "" : after.substr(dot + 1));
  if (!phase || !position || (!after.empty() && dot == std::string::npos))
    return inside_->complete(
        std::move(done),
        failure{fault::bad_request,
                fmt::format("\"{}\" is nothing that a page of the audit gave", after)});
  auto words = inside_->begin("quipu1_audit");
  words.number(*phase).number(*position).number(most);
  inside_->reads<audit_page>(
      words, std::move(done), [](const piece& said, std::string&) -> result<audit_page> {
        audit_page page;
        for (std::size_t at = 0; at < said[2].size(); ++at)
          page.rows.push_back(to_audit_row(said[2][at]));
        if (said[0].integer() <= audit_phases)
          page.next = fmt::format("{}.{}", said[0].integer(), said[1].text());
        return page;
      });
}

void redis_ledger::mend(audit_row what, then<void> done) {
  auto words = inside_->begin("quipu1_mend");
  words.add(what.table).add(what.key).add(what.value).add(what.claimed ? "1" : "0").add(what.job);
  inside_->writes<void>(
      words, std::move(done), nothing,
      [table = what.table, key = what.key](std::string_view, const piece&) {
        return failure{fault::conflict, fmt::format("{} \"{}\" is as it should be", table, key)};
      });
}

} // namespace quipu
