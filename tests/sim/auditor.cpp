#include "tests/sim/auditor.hpp"

#include "collation/job.hpp"
#include "collation/pack.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace quipu::sim {

namespace {

std::string text(const instance& at) { return fmt::format("{}.{}", at.activity, at.pass); }

[[noreturn]] void fault(const std::string& job, const std::string& why) {
  throw wrong{fmt::format("job {}: {}", job, why)};
}

json unpacked(std::string_view bytes) { return json(unpack(bytes)); }

/// The state, data and code of the error of a notice or a report.
json gist(const json& body) {
  json made{{"state", body.value("state", "")}, {"data", body.value("data", json::object())}};
  if (const auto error = body.find("error"); error != body.end())
    made["error"] = error->is_object() ? error->value("code", 0) : error->get<int>();
  return made;
}

/// Every answer that a call of the store gives at once.
template <class T, class Ask>
result<T> answer_of(Ask ask) {
  std::optional<result<T>> got;
  ask([&got](result<T> answer) { got.emplace(std::move(answer)); });
  return std::move(*got);
}

} // namespace

auditor::kept& auditor::job(const std::string& id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) fault(id, "nobody has started it");
  return found->second;
}

// What the world outside does

void auditor::will_start(const std::string& job, const std::string& gid, json message) {
  starts_.insert_or_assign(gid, std::pair{job, std::move(message)});
}

void auditor::accepted(const std::string& job) const {
  if (!jobs_.contains(job)) fault(job, "its start was accepted before it was written");
}

void auditor::told(const std::string& job, const json& report) const {
  const auto found = jobs_.find(job);
  if (found == jobs_.end() || !found->second.report)
    fault(job, "its end was told before it was written");
  if (gist(*found->second.report) != gist(report))
    fault(job, fmt::format("was told to have ended as {}, but did as {}", gist(report).dump(),
                           gist(*found->second.report).dump()));
}

void auditor::called(const std::string& id, const std::string& key, const std::string& gid,
                     const instance& at, std::uint32_t attempt, const std::string& topic,
                     const json& input) {
  const auto& of = job(id);
  const auto& rules = of.state.rules().nodes.at(at.activity);
  const auto said = fmt::format("{}, attempt {}", text(at), attempt);
  if (of.state.attempts(at) < attempt)
    fault(id, fmt::format("{} was called before that was written", said));
  if (gid != of.gid) fault(id, fmt::format("{} was called with another key: {}", said, key));
  const auto mine = id + '/' + text(at);
  if (keys_.emplace(key, mine).first->second != mine)
    fault(id, fmt::format("{} was called with the key of another: {}", said, key));
  if (!attempts_.emplace(key, attempt).second)
    fault(id, fmt::format("{} was called a second time", said));
  if (topic != rules.topic) fault(id, fmt::format("{} was called at {}", said, topic));
  if (const auto* should = of.state.input(at); should == nullptr || *should != input)
    fault(id, fmt::format("{} was called with {}, but should be with {}", said, input.dump(),
                          should != nullptr ? should->dump() : "nothing"));
}

void auditor::will_reply(const std::string& job, const instance& at, std::uint32_t attempt,
                         said what) {
  replies_[{job, at, attempt}].push_back(std::move(what));
}

void auditor::will_signal(const std::string& mail, const std::string& topic, json data) {
  sent made;
  made.topic = topic;
  made.data = std::move(data);
  made.at_ms = now();
  made.serial = ++serials_;
  signals_.emplace(mail, std::move(made));
}

void auditor::signal_answered(const std::string& mail, const result<signalled>& how) {
  auto& one = signals_.at(mail);
  if (how)
    one.answer = *how;
  else
    one.refused = true;
  if (one.answer != signalled::early) return;
  // One that says the same as the one that is kept changes nothing. (Whether that one has found its
  // wait meanwhile is known only when a record takes it up.)
  const auto before = newest_early(one.topic, one.data["k"]);
  if (before != signals_.end() && !is_over(before->first) && before->second.data == one.data &&
      before->second.keeps == one.keeps)
    return;
  one.order = ++earlies_;
}

void auditor::will_complete(const std::string& mail, said what) {
  completions_.emplace(mail, std::move(what));
}

void auditor::will_interrupt(const std::string& job, bool throws, bool descend) {
  interrupts_[job].push_back({throws, descend, {}});
}

// Owners

void auditor::take_note(kept& of, const snapshot& got, token mine, const char* how) {
  if (of.state.ended()) fault(got.job, fmt::format("has ended, but was {}", how));
  if (got.at != of.at) fault(got.job, fmt::format("was {} at another head", how));
  of.owner = mine;
}

void auditor::claim(token mine, std::size_t most, then<std::vector<snapshot>> done) {
  store_.claim(mine, most, [&](result<std::vector<snapshot>> got) {
    if (got)
      for (const auto& each : *got) {
        auto& of = job(each.job);
        if (of.owner != 0) fault(each.job, "was claimed, but somebody has it");
        take_note(of, each, mine, "claimed");
      }
    done(std::move(got));
  });
}

void auditor::take(token dead, token mine, std::size_t most, then<std::vector<snapshot>> done) {
  store_.take(dead, mine, most, [&](result<std::vector<snapshot>> got) {
    if (got)
      for (const auto& each : *got) {
        auto& of = job(each.job);
        if (of.owner != dead) fault(each.job, "was taken from somebody who does not have it");
        take_note(of, each, mine, "taken");
        ++of.takes;
      }
    done(std::move(got));
  });
}

void auditor::seize(std::string id, token mine, then<snapshot> done) {
  store_.seize(id, mine, [&](result<snapshot> got) {
    if (!got && got.error().code == quipu::fault::not_found) absent_.insert(id);
    if (got) {
      take_note(job(got->job), *got, mine, "seized");
      ++job(got->job).takes;
    }
    done(std::move(got));
  });
}

// Writes

void auditor::start(birth what, then<receipt> done) {
  const auto copy = what;
  store_.start(std::move(what), [&](result<receipt> got) {
    if (got && !got->repeated) {
      const auto known = starts_.find(copy.gid);
      if (known == starts_.end() || known->second.first != copy.job)
        fault(copy.job, "was started by nobody");
      birth_of(copy, nullptr);
      auto& of = job(copy.job);
      if (of.state.message() != known->second.second) fault(copy.job, "has another message");
      of.owner = got->owned ? copy.owner : 0;
    }
    done(std::move(got));
  });
}

void auditor::birth_of(const birth& what, const kept* parent) {
  if (jobs_.contains(what.job)) fault(what.job, "came to be twice");
  const auto* flow = story_.find(what.topic);
  if (flow == nullptr || what.first.records.empty()) fault(what.job, "has no such flow");
  kept made{model{story_, *flow, what.job},
            what.gid,
            what.parent,
            {},
            false,
            what.owner,
            {},
            0,
            0,
            {},
            {}};
  const auto first = decode_record(what.first.records.front());
  if (!first || !first->born) fault(what.job, "its first record is no birth");
  made.parent_at = first->born->parent_at;
  made.severed = first->born->severed;
  if (parent != nullptr && parent->state.ended() && !made.severed)
    fault(what.job, "comes to be after its parent has ended");
  auto& of = jobs_.emplace(what.job, std::move(made)).first->second;
  follow(what.job, of, what.first);
}

void auditor::apply(commit what, then<receipt> done) {
  const auto copy = what;
  std::vector<mail> left; // what the job has at its end goes with it
  if (what.what.ended)
    if (auto got = answer_of<snapshot>([&](auto tell) { store_.read(copy.job, tell); }))
      left = std::move(got->mail);
  store_.apply(std::move(what), [&](result<receipt> got) {
    if (!got || got->repeated) return done(std::move(got));
    for (auto& each : left) lapsed_.insert(std::move(each.id));
    auto& of = job(copy.job);
    if (copy.owner == 0 || copy.owner != of.owner)
      fault(copy.job, "a commit was accepted whose owner does not have the job");
    if (copy.stands_on != of.at)
      fault(copy.job, "a commit was accepted that stands on another head");
    follow(copy.job, of, copy.what);
    of.owner = got->owned ? copy.owner : 0;
    if (of.owner == 0 && !of.state.ended() && !of.state.to_be_made().empty())
      fault(copy.job, "was given back with steps to be made");
    done(std::move(got));
  });
}

void auditor::follow(const std::string& id, kept& of, const write& what) {
  auditing all{id, what, 0, {}};
  for (const auto& bytes : what.records) {
    ++records_;
    of.records.push_back(bytes);
    auto seen = decode_record(bytes);
    if (!seen) fault(id, seen.error().message);
    follow(all, of, *seen);
  }
  of.at = what.makes;
  if (all.children != what.children.size())
    fault(id, fmt::format("{} children came to be, {} should", what.children.size(), all.children));
  for (const auto& child : what.children) {
    birth_of(child, &of);
    const auto& should = children_.at(child.job);
    const auto& is = job(child.job);
    if (child.topic != should.topic || is.state.message() != should.message ||
        is.severed != should.severed || is.parent != id || is.parent_at != should.at)
      fault(child.job, "is not the child that was called for");
  }
  check_publications(all);
  if (what.ended.has_value() != of.state.ended() ||
      (what.ended && what.ended->state != of.state.state()))
    fault(id, "the store is told another end than the records have");
  if (what.ended && what.ended->expires_ms != what.ended->at_ms + expire_ms)
    fault(id, "expires at another time than its flow says");
}

void auditor::follow(auditing& of, kept& job, const record& seen) {
  if (seen.at_ms > now())
    fault(of.job, fmt::format("record {}: {} at {} is of a time that comes in {} ms", seen.number,
                              name(seen.why), text(seen.at), seen.at_ms - now()));
  check_mail(of.job, job, seen);
  const auto ways = could_be(of.job, job, seen, of.what);
  if (ways.empty())
    fault(of.job, fmt::format("record {}: {} {} at {}: nothing like that came from outside",
                              seen.number, name(seen.why), seen.code, text(seen.at)));
  // An interrupt of another job that was answered with 200.
  std::string target;
  if (seen.why == cause::replied && seen.code == 200)
    if (const auto owes = job.state.owed().find(seen.at); owes != job.state.owed().end())
      target = owes->second.child;
  // Which of several it was is found by trying.
  std::optional<consequences> made;
  for (std::size_t at = 0; !made && at < ways.size(); ++at) {
    const bool is_last = at + 1 == ways.size();
    auto next = is_last ? std::move(job.state) : job.state;
    try {
      made = next.follow(seen, ways[at]);
      job.state = std::move(next);
    } catch (const wrong& why) {
      if (is_last) fault(of.job, why.what());
    }
  }
  if (!target.empty()) must_end_.insert(target);
  after(of, job, seen, *made);
}

const auditor::sent* auditor::find_signal(const std::string& mail,
                                          const std::string& obligation) const {
  if (const auto one = signals_.find(mail); one != signals_.end()) return &one->second;
  if (!mail.ends_with(':' + obligation)) return nullptr;
  const auto all = signals_.find(mail.substr(0, mail.size() - obligation.size() - 1));
  return all != signals_.end() && all->second.all ? &all->second : nullptr;
}

void auditor::check_mail(const std::string& id, const kept& of, const record& seen) {
  if (seen.mail.empty()) return;
  const auto* one = find_signal(seen.mail, name(seen.at));
  const auto mine = one != nullptr && !one->all ? seen.mail : id + '/' + seen.mail;
  if (!consumed_.insert(mine).second)
    fault(id, fmt::format("record {} takes up the mail {} again", seen.number, seen.mail));
  if (seen.why != cause::acknowledged) return;
  const auto is = [&](std::string_view prefix) { return seen.mail.starts_with(prefix); };
  const auto kind = is("timer:")                       ? "timer"
                    : is("served:")                    ? "served"
                    : one != nullptr                   ? "signal"
                    : completions_.contains(seen.mail) ? "complete"
                    : seen.mail.ends_with("!")         ? "child"
                                                       : "";
  if (of.state.would_matter(kind, seen.at, seen.at_ms))
    fault(id, fmt::format("record {} takes up {} without effect, but {} waits for it", seen.number,
                          seen.mail, text(seen.at)));
}

std::vector<circumstances> auditor::could_be(const std::string& id, const kept& of,
                                             const record& seen, const write& in) const {
  circumstances usual;
  for (const auto& child : in.children)
    if (const auto first = decode_record(child.first.records.front()); first && first->born)
      usual.born.emplace(first->born->parent_at, child.job);
  std::vector<circumstances> all;
  const auto add = [&](said answer) {
    auto made = usual;
    made.answer = std::move(answer);
    all.push_back(std::move(made));
  };
  const auto status_of = [](int code) {
    return code >= 400   ? said::status::error
           : code == 202 ? said::status::pending
                         : said::status::success;
  };
  switch (seen.why) {
  case cause::replied: {
    const auto& rules = of.state.rules().nodes.at(seen.at.activity);
    if (rules.is == kind::interrupt) {
      const auto owes = of.state.owed().find(seen.at);
      if (owes == of.state.owed().end()) break;
      const auto target = jobs_.find(owes->second.child);
      const bool known = target != jobs_.end();
      if ((seen.code == 404 && absent_.contains(owes->second.child)) ||
          (seen.code == 409 && known && target->second.state.ended()) ||
          (seen.code == 200 && known && target->second.state.state() == "interrupted"))
        add({status_of(seen.code), seen.code, json::object(), 0});
      break;
    }
    const auto made = replies_.find({id, seen.at, seen.attempt});
    if (made == replies_.end()) break;
    for (const auto& each : made->second) add(each);
    break;
  }
  case cause::completed:
    if (const auto made = completions_.find(seen.mail); made != completions_.end())
      add(made->second);
    break;
  case cause::signalled: {
    const auto* one = find_signal(seen.mail, name(seen.at));
    const auto owes = of.state.owed().find(seen.at);
    if (one == nullptr || one->refused || owes == of.state.owed().end()) break;
    const auto& k = one->all ? of.state.message().at("k") : owes->second.k;
    if (owes->second.topic != one->topic || k != one->data.value("k", json())) break;
    add({one->keeps ? said::status::pending : said::status::success, one->keeps ? 202 : 200,
         one->data, 0});
    break;
  }
  case cause::child_ended: {
    const auto owes = of.state.owed().find(seen.at);
    if (owes == of.state.owed().end()) break;
    const auto child = jobs_.find(owes->second.child);
    if (child == jobs_.end() || !child->second.report || seen.mail != child->second.gid + '!')
      break;
    const auto& report = *child->second.report;
    if (report.contains("error"))
      add({said::status::error, report["error"].get<int>(), json::object(), 0});
    else
      add({said::status::success, 200, report["data"], 0});
    break;
  }
  case cause::interrupted: {
    const auto made = interrupts_.find(id);
    if (made == interrupts_.end() || !seen.end) break;
    for (const auto& each : made->second) {
      if (each.mail != seen.mail || each.throws != static_cast<bool>(seen.end->error)) continue;
      auto how = usual;
      how.throws = each.throws;
      how.descend = each.descend;
      all.push_back(how);
    }
    // Who is awaited ends too, if that was asked: the write says which of them it was.
    const bool descends = std::any_of(in.posts.begin(), in.posts.end(), [](const post& each) {
      return each.what.kind == "interrupt";
    });
    const bool awaits =
        std::any_of(of.state.owed().begin(), of.state.owed().end(),
                    [](const auto& each) { return each.second.is == obligation::kind::child; });
    if (awaits || descends)
      std::erase_if(all, [&](const circumstances& each) { return each.descend != descends; });
    break;
  }
  case cause::recalled:
    if (of.state.rules().nodes.at(seen.at.activity).is != kind::interrupt && of.takes == 0) break;
    [[fallthrough]];
  default: add({});
  }
  return all;
}

void auditor::after(auditing& of, kept& job, const record& seen, const consequences& made) {
  const auto& id = of.job;
  for (const auto& child : made.children) {
    if (std::none_of(of.what.children.begin(), of.what.children.end(),
                     [&](const birth& each) { return each.job == child.job; }))
      fault(id, fmt::format("record {}: its child {} is not there", seen.number, child.job));
    children_.insert_or_assign(child.job, child);
    ++of.children;
  }
  for (const auto& each : made.signals) {
    const auto mail = fmt::format("{}/{}/{}", job.gid, name(each.at), seen.number);
    sent one;
    one.topic = each.topic;
    if (!each.k.is_null()) one.data["k"] = each.k;
    one.sender = id;
    one.all = each.all;
    one.keeps = each.keeps;
    one.at_ms = seen.at_ms;
    one.serial = ++serials_;
    signals_.insert_or_assign(mail, one);
    const bool is_named =
        std::any_of(story_.graphs.begin(), story_.graphs.end(), [&](const graph& flow) {
          return std::any_of(flow.nodes.begin(), flow.nodes.end(), [&](const node& hook) {
            return hook.is == kind::hook && hook.expects && hook.topic == each.topic;
          });
        });
    const bool is_there =
        std::any_of(of.what.signals.begin(), of.what.signals.end(),
                    [&](const quipu::signal& other) { return other.what.id == mail; });
    if (is_there != (is_named && (each.all || !each.k.is_null())))
      fault(id, fmt::format("record {}: its signal {} is {}", seen.number, mail,
                            is_there ? "sent to nobody" : "not sent"));
  }
  for (const auto& each : made.interrupts)
    interrupts_[each.job].push_back({each.throws, each.descend, {}});
  for (const auto& child : made.below) {
    const auto mail = job.gid + "/end";
    interrupts_[child].push_back({static_cast<bool>(seen.end->error), true, mail});
    if (std::none_of(of.what.posts.begin(), of.what.posts.end(),
                     [&](const post& each) { return each.job == child && each.what.id == mail; }))
      fault(id, fmt::format("its end does not reach {}", child));
  }
  if (made.report) {
    if (job.report) fault(id, "answers twice");
    job.report = made.report;
    const bool is_sent =
        std::any_of(of.what.posts.begin(), of.what.posts.end(), [&](const post& each) {
          return each.job == job.parent && each.what.id == job.gid + '!';
        });
    if (is_sent != (!job.parent.empty() && !job.severed))
      fault(id, is_sent ? "tells somebody who did not ask" : "does not tell its parent of its end");
  }
  of.notices.insert(of.notices.end(), made.notices.begin(), made.notices.end());
  if (on_pending && (seen.why == cause::replied || seen.why == cause::completed))
    if (const auto owes = job.state.owed().find(seen.at);
        owes != job.state.owed().end() && owes->second.is == obligation::kind::pending)
      on_pending(id, job.state.rules().nodes.at(seen.at.activity).id, seen.at.pass);
}

void auditor::check_publications(const auditing& of) const {
  const auto& is = of.what.publications;
  if (is.size() != of.notices.size())
    fault(of.job, fmt::format("{} publications, {} should be", is.size(), of.notices.size()));
  for (std::size_t at = 0; at < is.size(); ++at)
    if (const auto body = gist(unpacked(is[at].body)); body != gist(of.notices[at]))
      fault(of.job,
            fmt::format("publishes {}, but should {}", body.dump(), gist(of.notices[at]).dump()));
}

// When the troubles are over

void auditor::check_rest() const {
  for (const auto& [id, of] : jobs_) {
    const auto stuck = [&, &id = id, &of = of](const std::string& why) {
      fault(id, fmt::format("is stuck, with the key {}: {}", of.state.key(), why));
    };
    if (of.state.ended()) continue;
    if (must_end_.contains(id)) stuck("somebody was told that it is interrupted");
    const auto got = answer_of<snapshot>([&, &id = id](auto done) { store_.read(id, done); });
    if (!got) fault(id, "is lost");
    if (!got->mail.empty()) stuck("its mail " + got->mail.front().id + " is not taken up");
    if (const auto left = of.state.to_be_made(); !left.empty())
      stuck("nobody makes the step of " + text(left.front()));
    for (const auto& [at, owes] : of.state.owed()) {
      if (owes.is == obligation::kind::called) stuck(text(at) + " is called, but nobody answers");
      if (owes.is == obligation::kind::backlog)
        stuck(text(at) + " waits for a worker, who is there");
      if (owes.due_ms && *owes.due_ms + 2'000 < now())
        stuck(fmt::format("the time of {} has come {} ms ago", text(at), now() - *owes.due_ms));
      if (owes.is == obligation::kind::child)
        if (const auto child = jobs_.find(owes.child); child == jobs_.end() || child->second.report)
          stuck(text(at) + " waits for a job that has ended");
      if (owes.is != obligation::kind::wait || owes.topic.empty()) continue;
      // The newest early signal for what it waits for would have been its.
      const auto newest = newest_early(owes.topic, owes.k);
      if (newest != signals_.end() && !is_gone(newest->second))
        stuck(
            fmt::format("{} waits for a signal that had come early: {}", text(at), newest->first));
    }
  }
}

auditor::signal_book::const_iterator auditor::newest_early(const std::string& topic,
                                                           const json& k) const {
  auto newest = signals_.end();
  for (auto one = signals_.begin(); one != signals_.end(); ++one)
    if (one->second.order > 0 && one->second.topic == topic && one->second.data.at("k") == k &&
        (newest == signals_.end() || newest->second.order < one->second.order))
      newest = one;
  return newest;
}

std::set<std::pair<std::string, std::string>> auditor::mail_there() const {
  std::set<std::pair<std::string, std::string>> all;
  for (const auto& [id, of] : jobs_) {
    if (of.state.ended()) continue;
    const auto got = answer_of<snapshot>([&, &id = id](auto done) { store_.read(id, done); });
    if (!got) fault(id, "is lost");
    for (const auto& each : got->mail) all.emplace(id, each.id);
  }
  return all;
}

void auditor::check_taken(const std::set<std::pair<std::string, std::string>>& before) const {
  for (const auto& [id, mail] : mail_there())
    if (before.contains({id, mail})) fault(id, "nobody has been told of its mail " + mail);
}

/// Whether an early signal has found its wait, or was replaced by one that has: by one of a job,
/// perhaps, of which nobody tells whether it was early.
bool auditor::is_gone(const sent& early) const {
  return std::any_of(signals_.begin(), signals_.end(), [&](const auto& each) {
    const auto& [mail, other] = each;
    return other.serial >= early.serial && other.topic == early.topic && !other.all &&
           other.data.value("k", json()) == early.data.at("k") && is_over(mail);
  });
}

bool auditor::is_over(const std::string& mail) const {
  return consumed_.contains(mail) || lapsed_.contains(mail);
}

void auditor::check_states() const {
  for (const auto& [id, of] : jobs_) {
    const auto got = answer_of<snapshot>([&, &id = id](auto done) { store_.read(id, done); });
    if (!got) fault(id, "is lost");
    const auto page = answer_of<history_page>(
        [&, &id = id](auto done) { store_.history(id, 1, SIZE_MAX, done); });
    if (!page || page->records != of.records) fault(id, "its history is not what was committed");
    if (got->at != of.at || got->owner != of.owner) fault(id, "its head or owner is another");
    if (got->state != (of.state.ended() ? of.state.state() : "running"))
      fault(id, "the store says that it is " + got->state);
    quipu::job folded;
    head at{};
    for (const auto& bytes : page->records) {
      at = chain(bytes, at);
      auto seen = decode_record(bytes);
      if (auto fit = folded.fold(*seen); !fit) fault(id, fit.error().message);
    }
    if (at != got->at) fault(id, "its head is not that of its history");
    if (folded.key() != of.state.key())
      fault(id, fmt::format("its key is {}, but should be {}", folded.key(), of.state.key()));
    auto mine = folded.fields();
    auto theirs = got->fields;
    const auto by_name = [](const field& a, const field& b) { return a.name < b.name; };
    std::sort(mine.begin(), mine.end(), by_name);
    std::sort(theirs.begin(), theirs.end(), by_name);
    if (mine != theirs) fault(id, "its history does not fold to what is stored");
    const auto loaded = quipu::job::load(*got);
    if (!loaded || loaded->fields() != folded.fields())
      fault(id, "what is stored is not read as it was written");
  }
}

void auditor::check_ends() const {
  for (const auto& [id, of] : jobs_)
    if (!of.state.ended()) fault(id, "has not ended, with the key " + of.state.key());
  for (const auto& [gid, start] : starts_)
    for (const auto& [id, of] : jobs_)
      if (of.gid == gid && id != start.first) fault(id, "has the gid of another");
}

} // namespace quipu::sim
