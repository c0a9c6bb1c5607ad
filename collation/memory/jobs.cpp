#include "collation/memory/store.hpp"
#include "collation/refusals.hpp"
#include "collation/store_rules.hpp"

#include <algorithm>

/// The life of a job: born, written to, ended, forgotten.
namespace quipu::memory {

using namespace store_rules;

result<receipt> store::apply(commit what) {
  auto* of = find(what.job);
  if (!of) return refusals::no_job_to_commit_to(what.job);
  if (of->about.at == what.what.makes) return receipt_for(*of, what.owner, true);
  if (what.owner == 0 || of->about.owner != what.owner) return refusals::another_owner(what.job);
  if (of->about.at != what.stands_on)
    return refusals::another_head(what.job, of->about.at, what.stands_on);
  for (const auto& id : what.consumed)
    if (std::ranges::find(of->inbox, id, &mail::id) == of->inbox.end())
      return refusals::no_mail(what.job, id);
  std::set<std::string> born;
  if (const auto* id = first_taken(what.what, born)) return failure{fault::taken, *id};

  for (const auto& id : what.consumed) {
    const auto found = std::ranges::find(of->inbox, id, &mail::id);
    if (found == of->inbox.end()) continue; // named twice
    if (!is_own(id)) say(what.job, id);
    of->inbox.erase(found);
  }
  perform(*of, std::move(what.what));
  return receipt_for(*of, what.owner, false);
}

result<receipt> store::start(birth what) {
  if (const auto* there = find(what.job)) {
    if (there->about.gid == what.gid) return receipt_for(*there, what.owner, true);
    return failure{fault::conflict, what.job};
  }
  if (what.parent.empty()) {
    const auto made_for = apps_.find({what.app, what.version});
    if (made_for == apps_.end() || !made_for->second.active)
      return refusals::not_active(what.app, what.version);
  }
  if (what.owner != 0)
    if (auto may = may_own(what.owner); !may) return may.error();
  std::set<std::string> born{what.job};
  if (const auto* id = first_taken(what.first, born)) return failure{fault::taken, *id};
  const auto owner = what.owner;
  return receipt_for(give_birth(std::move(what)), owner, false);
}

result<void> store::scrub(const std::string& id) {
  const auto* of = find(id);
  if (!of) return refusals::no_job(id);
  if (of->about.state == "running") return refusals::still_runs(id);
  forget(id);
  return {};
}

result<void> store::condense(const std::string& id, std::uint64_t upto, std::string checkpoint) {
  auto* of = find(id);
  if (!of) return refusals::no_job(id);
  const auto gone = of->about.records - of->history.size();
  if (upto <= gone || upto > of->about.records)
    return cannot_condense(id, upto, of->about.records, gone);
  of->history.erase(of->history.begin(),
                    of->history.begin() + static_cast<std::ptrdiff_t>(upto - gone));
  of->checkpoint = std::move(checkpoint);
  return {};
}

const std::string* store::first_taken(const write& what, std::set<std::string>& born) const {
  for (const auto& child : what.children) {
    if (find(child.job) || !born.insert(child.job).second) return &child.job;
    if (const auto* id = first_taken(child.first, born)) return id;
  }
  return nullptr;
}

job& store::give_birth(birth what) {
  auto& made = jobs_[what.job];
  made.number = ++births_;
  made.about = {what.job,   what.gid,    what.app,  what.version,
                what.topic, what.parent, "running", what.created_ms};
  enlist(made);
  const bool nobody = what.owner == 0;
  if (!nobody) own(made, what.owner);
  perform(made, std::move(what.first));
  if (nobody && made.about.state == "running") enqueue_ready(made);
  return made;
}

void store::perform(job& of, write what) {
  of.about.records += what.records.size();
  std::ranges::move(what.records, std::back_inserter(of.history));
  of.about.at = what.makes;
  for (const auto& name : what.unset) of.fields.erase(name);
  for (auto& field : what.set) of.fields[field.name] = std::move(field.bytes);
  for (const auto& name : what.settled) settle(of, name);
  for (auto& row : what.obligations) arm(of, std::move(row), what.makes);
  for (auto& child : what.children) give_birth(std::move(child));
  for (auto& sent : what.posts) {
    const auto to = sent.job;
    (void)deliver(to, std::move(sent.what), sent.keeps_open, sender::outside).ok();
  }
  for (auto& one : what.publications) publish(std::move(one));
  if (!what.index.empty()) {
    for (auto& by : what.index)
      if (std::ranges::count(of.index, by) == 0) of.index.push_back(std::move(by));
    enlist(of);
  }
  if (what.measured) measure(of.about, *what.measured);
  for (auto& one : what.signals) (void)send(std::move(one)).ok();
  if (what.ended)
    end(of, *what.ended);
  else if (what.gives_back && of.inbox.empty() && of.about.owner != 0)
    disown(of);
}

void store::end(job& of, const end_mark& mark) {
  const auto id = of.about.job;
  while (!of.obligations.empty()) settle(of, std::string{of.obligations.begin()->first});
  for (const auto& [hook, wait] : of.hooks) mark_late(of, hook, wait);
  for (const auto& left : of.inbox)
    if (!is_own(left.id)) say(id, left.id);
  of.inbox.clear();
  disown(of);
  delist(of);
  of.about.state = mark.state;
  of.about.ended_ms = mark.at_ms;
  enlist(of);
  if (mark.expires_ms) of.expiry = arm_timer(*mark.expires_ms, {timer::kind::expiry, id, {}});
}

void store::forget(const std::string& id) {
  auto& of = jobs_.at(id);
  for (const auto& [hook, wait] : of.hooks) unmark_late(of, hook, wait);
  for (auto at = said_.lower_bound({id, ""}); at != said_.end() && at->first.first == id;) {
    timers_.erase(at->second);
    at = said_.erase(at);
  }
  if (of.expiry) timers_.erase(*of.expiry);
  delist(of);
  jobs_.erase(id);
}

// Into the lists where `jobs` finds it as it is now.
void store::enlist(const job& of) {
  const auto add = [&](job_lists& to) {
    const bool runs = of.about.state == "running";
    auto& list = runs ? to.running : to.ended;
    list.emplace(std::pair{runs ? of.about.created_ms : of.about.ended_ms, of.number},
                 of.about.job);
  };
  add(all_);
  for (const auto& [name, value] : of.index) add(index_[{name, value}]);
}

void store::delist(const job& of) {
  const auto drop = [&](job_lists& from) {
    if (of.about.state == "running")
      from.running.erase({of.about.created_ms, of.number});
    else
      from.ended.erase({of.about.ended_ms, of.number});
  };
  drop(all_);
  for (const auto& [name, value] : of.index) {
    const auto found = index_.find({name, value});
    drop(found->second);
    if (found->second.empty()) index_.erase(found);
  }
}

void store::publish(publication what) {
  published_bytes_ += what.topic.size() + what.job.size() + what.app.size() + what.body.size();
  const auto number = ++publishings_;
  publications_.emplace(number, published_row{publication_id(number), now, std::move(what)});
  trim_publications();
}

void store::trim_publications() {
  while (!publications_.empty()) {
    const auto& [id, at, what] = publications_.begin()->second;
    if (at > now - publications_ms && published_bytes_ <= publications_bytes) return;
    published_bytes_ -= what.topic.size() + what.job.size() + what.app.size() + what.body.size();
    publications_.erase(publications_.begin());
  }
}

receipt store::receipt_for(const job& of, token asker, bool repeated) const {
  return {repeated, asker != 0 && of.about.owner == asker, first_mail(of.inbox)};
}

job* store::find(const std::string& id) {
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : &found->second;
}

const job* store::find(const std::string& id) const {
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : &found->second;
}

} // namespace quipu::memory
