#include "actors/verbs.hpp"

#include "actors/route.hpp"
#include "collation/job.hpp"
#include "collation/pack.hpp"
#include "collation/refusals.hpp"
#include "collation/replay.hpp"

#include <fmt/format.h>

#include <memory>
#include <vector>

namespace quipu {

namespace {

/// Whether a job runs in one of these versions; asks page by page, flow by flow.
class search : public std::enable_shared_from_this<search> {
public:
  using flows = std::vector<std::pair<std::string, std::string>>;

  search(ledger& in, std::string app, flows which, then<bool> done)
      : in_(in), app_(std::move(app)), flows_(std::move(which)), done_(std::move(done)) {}

  void go_on() {
    if (next_ == flows_.size()) return done_(false);
    job_filter which;
    which.topic = flows_[next_].second;
    which.state = "running";
    which.after = after_;
    in_.jobs(which, [self = shared_from_this()](const result<job_page>& got) { self->take(got); });
  }

private:
  void take(const result<job_page>& got) {
    if (!got) return done_(got.error());
    for (const auto& row : got->rows)
      if (row.app == app_ && row.version == flows_[next_].first) return done_(true);
    after_ = got->next;
    if (after_.empty()) ++next_;
    go_on();
  }

  ledger& in_;
  std::string app_;
  flows flows_;
  then<bool> done_;
  std::size_t next_ = 0;
  std::string after_;
};

/// Folds a job's history but for its last record, page by page.
class rewind : public std::enable_shared_from_this<rewind> {
public:
  rewind(ledger& from, std::string job, std::uint64_t records, then<failed_job> done)
      : from_(from), job_(std::move(job)), last_(records - 1), done_(std::move(done)) {}

  void go_on() {
    if (made_.next() > last_)
      return done_(failed_job{std::make_shared<const quipu::job>(made_.view())});
    from_.history(job_, made_.next(), 256,
                  [self = shared_from_this()](result<history_page> got) { self->take(got); });
  }

private:
  void take(const result<history_page>& got) {
    if (!got) return done_(got.error());
    const auto before = made_.next();
    if (auto taken = made_.take(*got, last_); !taken) return done_(taken.error());
    if (made_.next() == before || made_.view().ended())
      return done_(
          failure{fault::conflict,
                  fmt::format("the step of job \"{}\" that failed is not kept any more", job_)});
    go_on();
  }

  ledger& from_;
  std::string job_;
  std::uint64_t last_;
  then<failed_job> done_;
  replay made_;
};

std::string reply_body(const answer& reply) {
  const auto status = reply.is == answer::status::error     ? "error"
                      : reply.is == answer::status::pending ? "pending"
                                                            : "success";
  return pack({{"status", status}, {"code", reply.code}, {"data", reply.data}});
}

std::string answered_before(const std::string& activity, const std::string& job) {
  return fmt::format("\"{}\" of job \"{}\" has been answered", activity, job);
}

/// A message as it may stand in a sentence.
std::string shortened(const json& data) {
  constexpr std::size_t most = 120;
  auto text = data.dump(-1, ' ', true, json::error_handler_t::replace); // ASCII: cut anywhere
  if (text.size() > most) text.replace(most, text.npos, "...");
  return text;
}

/// Which pass of the activity is pending, or why none is.
result<instance> find_pending(const snapshot& got, const job& view, const flow& rules,
                              const completion& what) {
  const auto known = rules.index.find(what.activity);
  if (known == rules.index.end())
    return failure{fault::not_found, fmt::format("the flow of job \"{}\" has no activity \"{}\"",
                                                 got.job, what.activity)};
  std::vector<std::uint32_t> pending;
  for (const auto& [at, owed] : view.obligations())
    if (at.activity == known->second && owed.is == obligation::kind::pending &&
        (!what.dimension || *what.dimension == at.pass))
      pending.push_back(at.pass);
  if (pending.size() == 1) return instance{known->second, pending.front()};
  if (pending.size() > 1)
    return failure{fault::bad_request,
                   fmt::format("\"{}\" of job \"{}\" is pending in several passes, say which: {}",
                               what.activity, got.job, fmt::join(pending, ", "))};
  const auto pass = what.dimension ? *what.dimension : view.shown().at(known->second);
  const auto slice = rules.activities[known->second].slice;
  if (pass < view.opened(slice) && !view.passes().contains({slice, pass}))
    return failure{fault::conflict, fmt::format("pass {} of \"{}\" of job \"{}\" is over", pass,
                                                what.activity, got.job)};
  const auto* said = view.at(instance{known->second, pass});
  if (view.ended() && said != nullptr && said->code != 0)
    return failure{fault::conflict, fmt::format("job \"{}\" has ended: {}", got.job, got.state)};
  switch (view.at(slice, {known->second, pass})) {
  case digit::completed:
  case digit::errored: return failure{fault::conflict, answered_before(what.activity, got.job)};
  default:
    return failure{fault::not_found,
                   fmt::format("\"{}\" of job \"{}\" is not pending{}", what.activity, got.job,
                               what.dimension ? fmt::format(" in pass {}", pass) : "")};
  }
}

/// The store knows places and obligations; who asks knows a topic or an activity: what the store
/// refuses with this code (and message, if it has one) is said in other words.
template <class T>
then<T> in_words(then<T> done, failure said, std::string words) {
  return [done = std::move(done), said = std::move(said), words = std::move(words)](result<T> got) {
    if (got || got.error().code != said.code) return done(std::move(got));
    if (!said.message.empty() && got.error().message != said.message) return done(std::move(got));
    done(failure{said.code, words});
  };
}

} // namespace

void send_signal(ledger& to, const shelf& plans, signal_request what, then<signalled> done) {
  if (what.app.empty()) {
    auto app = plans.only_active();
    if (!app) return done(app.error());
    what.app = std::move(*app);
  }
  if (plans.versions(what.app).empty())
    return done(
        failure{fault::not_found, fmt::format("no version of app \"{}\" is known", what.app)});
  auto way = find_route(plans, what.app, what.topic, what.data, to.now());
  const auto unknown = failure{
      fault::not_found, fmt::format("no hook of app \"{}\" names \"{}\"", what.app, what.topic)};
  if (!way.is_named && way.others.empty()) return done(unknown);
  auto told =
      in_words(done, failure{fault::not_found, {}},
               fmt::format("nobody waits at \"{}\" for {}", what.topic,
                           way.boards.empty() ? "what has nothing of what its hooks match by: " +
                                                    shortened(what.data)
                                              : shortened(what.data) + " any more"));
  signal made;
  made.id = what.id;
  made.boards = std::move(way.boards);
  made.what = {what.mail, "signal", {}, signal_body(200, what.data)};
  made.keep_until_ms = to.now() + early_ms;
  auto go_on = [&to, made = std::move(made), refused = way.refused, done,
                told = std::move(told)](bool is_named, const failure& why) mutable {
    if (!is_named) return done(why);
    if (refused) return done(*refused);
    to.send(std::move(made), std::move(told));
  };
  if (way.is_named) return go_on(true, unknown);
  std::make_shared<search>(to, what.app, std::move(way.others),
                           [go_on, unknown, done = std::move(done)](result<bool> runs) mutable {
                             if (!runs) return done(runs.error());
                             go_on(*runs, unknown);
                           })
      ->go_on();
}

void find_failed(ledger& from, const std::string& job, then<failed_job> done) {
  from.read(job, [&from, job, done = std::move(done)](result<snapshot> got) {
    if (!got) return done(got.error());
    if (got->state != "failed")
      return done(failure{fault::conflict,
                          fmt::format("job \"{}\" has not failed: it {}", job,
                                      got->state == "running" ? "runs" : "is " + got->state)});
    const auto view = job::load(*got);
    if (!view) return done(view.error());
    if (const auto mode = view->born().history; mode != history_mode::full)
      return done(failure{
          fault::conflict,
          fmt::format("of job \"{}\" not enough is known to go on: it began with history: {}", job,
                      name(mode))});
    std::make_shared<rewind>(from, job, got->records, done)->go_on();
  });
}

std::string retried_id(const identity& failed) {
  const auto before = fmt::format("~{}", failed.retries);
  std::string_view stem = failed.job;
  if (failed.retries > 0 && stem.ends_with(before)) stem.remove_suffix(before.size());
  return fmt::format("{}~{}", stem, failed.retries + 1);
}

void complete(ledger& to, const shelf& plans, completion what, then<void> done) {
  const auto job = what.job;
  to.read(job, [&to, &plans, what = std::move(what), done = std::move(done)](result<snapshot> got) {
    if (!got) return done(got.error());
    const auto plan = plans.find(got->app, got->version);
    const auto* rules = plan ? plan->find(got->topic) : nullptr;
    const auto view = job::load(*got);
    if (!view) return done(view.error());
    if (rules == nullptr)
      return done(
          failure{fault::unavailable, fmt::format("version \"{}\" of app \"{}\" is not known here",
                                                  got->version, got->app)});
    const auto mail = what.id.empty() ? what.mail : "complete:" + what.id;
    const auto at = find_pending(*got, *view, *rules, what);
    // What the store has heard under this id within the hour it accepts again, whatever it is
    // for: so it is asked with what answers nothing.
    if (!at && what.id.empty()) return done(at.error());
    if (!at)
      return to.send(post{got->job, {mail, "complete", "-", {}}},
                     [done, why = at.error()](const result<void>& heard) {
                       done(heard ? result<void>{} : result<void>{why});
                     });
    const auto reply = normalized(what.reply);
    to.send(post{got->job,
                 {mail, "complete", name(*at), reply_body(reply)},
                 reply.is == answer::status::pending},
            in_words(done, refusals::is_answered(got->job, name(*at)),
                     answered_before(what.activity, got->job)));
  });
}

} // namespace quipu
