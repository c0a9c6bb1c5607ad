#include "collation/refusals.hpp"
#include "collation/store_rules.hpp"
#include "lmdb_bridge/store.hpp"

#include <algorithm>

/// The life of a job: born, written to, ended, forgotten.
namespace quipu::lmdb {

using namespace store_rules;

result<receipt> store::apply(const quipu::commit& what) {
  auto* of = find(what.job);
  if (!of) return refusals::no_job_to_commit_to(what.job);
  if (of->about.at == what.what.makes) return receipt_for(*of, what.owner, true);
  if (what.owner == 0 || of->about.owner != what.owner) return refusals::another_owner(what.job);
  if (of->about.at != what.stands_on)
    return refusals::another_head(what.job, of->about.at, what.stands_on);
  for (const auto& id : what.consumed)
    if (!has_mail(*of, id)) return refusals::no_mail(what.job, id);
  std::vector<const std::string*> born;
  if (const auto* id = first_taken(what.what, born)) return failure{fault::taken, *id};

  for (const auto& id : what.consumed) {
    if (!is_own(id)) say(of->number, id);
    erase_mail(*of, id);
  }
  perform(*of, what.what);
  return receipt_for(*of, what.owner, false);
}

result<receipt> store::start(const birth& what) {
  if (const auto* there = find(what.job)) {
    if (there->about.gid == what.gid) return receipt_for(*there, what.owner, true);
    return failure{fault::conflict, what.job};
  }
  if (what.parent.empty()) {
    const auto made_for = fetch(what.app, what.version);
    if (!made_for || !made_for->active) return refusals::not_active(what.app, what.version);
  }
  if (what.owner != 0)
    if (auto may = may_own(what.owner); !may) return may.error();
  std::vector<const std::string*> born{&what.job};
  if (const auto* id = first_taken(what.first, born)) return failure{fault::taken, *id};
  return receipt_for(give_birth(what), what.owner, false);
}

result<void> store::scrub(const std::string& id) {
  auto* of = find(id);
  if (!of) return refusals::no_job(id);
  if (of->runs()) return refusals::still_runs(id);
  forget(*of);
  return {};
}

result<void> store::condense(const std::string& id, std::uint64_t upto,
                             const std::string& checkpoint) {
  const auto* of = find(id);
  if (!of) return refusals::no_job(id);
  // When all of it goes nothing of it need be readable: so a damaged history is mended.
  const bool all = upto == of->about.records;
  std::uint64_t gone = 0;
  txn().inspect(table::history, checkpoint_key(of->number),
                [&](std::string_view at, std::string_view value, bool sound) {
                  if (at != checkpoint_key(of->number)) return false;
                  if (!sound && !all) throw broken_row{"a checkpoint does not match its checksum"};
                  if (sound) gone = unpacker{value}.number();
                  return false;
                });
  if (upto <= gone || upto > of->about.records)
    return cannot_condense(id, upto, of->about.records, gone);
  if (all) txn().erase_all(table::history, be64(of->number));
  // The rows whose records go, and what is left of the last of them.
  std::vector<std::string> spent;
  std::vector<std::string> left;
  txn().walk_from(table::history, key(of->number, gone + 1),
                  [&](std::string_view at, std::string_view value) {
                    if (!at.starts_with(be64(of->number))) return false;
                    auto number = read_be64(at, 8);
                    if (number > upto) return false;
                    spent.emplace_back(at);
                    unpacker records{value};
                    for (auto count = records.number(); count > 0; --count, ++number)
                      if (auto record = records.text(); number > upto)
                        left.push_back(std::move(record));
                    return true;
                  });
  for (const auto& at : spent) txn().erase(table::history, at);
  if (!left.empty())
    txn().put(table::history, key(of->number, upto + 1), packer{}.texts(left).bytes);
  txn().put(table::history, checkpoint_key(of->number),
            packer{}.number(upto).text(checkpoint).bytes);
  return {};
}

const std::string* store::first_taken(const write& what, std::vector<const std::string*>& born) {
  for (const auto& child : what.children) {
    const auto same = [&](const std::string* id) { return *id == child.job; };
    if (std::ranges::any_of(born, same) || find(child.job)) return &child.job;
    born.push_back(&child.job);
    if (const auto* id = first_taken(child.first, born)) return id;
  }
  return nullptr;
}

job& store::give_birth(const birth& what) {
  const auto number = ++counters_.births;
  auto& made = jobs_[number];
  numbers_[what.job] = number;
  made.number = number;
  made.about = {what.job,   what.gid,    what.app,  what.version,
                what.topic, what.parent, "running", what.created_ms};
  txn().put(table::ids, key(what.job), be64(number));
  touch(made);
  if (what.owner != 0) own(made, what.owner);
  enlist(made);
  perform(made, what.first);
  if (made.runs() && what.owner == 0) enqueue_ready(made);
  return made;
}

void store::perform(job& of, const write& what) {
  touch(of);
  if (!what.records.empty()) {
    txn().put(table::history, key(of.number, of.about.records + 1),
              packer{}.texts(what.records).bytes);
    of.about.records += what.records.size();
  }
  of.about.at = what.makes;
  for (const auto& name : what.unset) unset_field(of, name);
  for (const auto& field : what.set) set_field(of, field);
  for (const auto& name : what.settled) settle(of, name);
  for (const auto& row : what.obligations) arm(of, row, what.makes);
  for (const auto& child : what.children) give_birth(child);
  for (const auto& sent : what.posts)
    (void)deliver(find(sent.job), sent.job, sent.what, sent.keeps_open, sender::outside).ok();
  for (const auto& one : what.publications) publish(one);
  if (!what.index.empty()) {
    for (const auto& by : what.index)
      if (std::ranges::count(of.index, by) == 0) of.index.push_back(by);
    enlist(of);
  }
  if (what.measured) measure(of.about, *what.measured);
  for (const auto& one : what.signals) (void)send(one).ok();
  if (what.ended)
    end(of, *what.ended);
  else if (what.gives_back && !of.has_mail() && of.about.owner != 0)
    disown(of);
}

void store::end(job& of, const end_mark& mark) {
  for (const auto& name : obligation_names(of)) settle(of, name);
  for (const auto& wait : of.hooks) mark_late(of, wait);
  for (const auto& left : inbox(of, SIZE_MAX)) {
    if (!is_own(left.id)) say(of.number, left.id);
    erase_mail(of, left.id);
  }
  disown(of);
  delist(of);
  of.about.state = mark.state;
  of.about.ended_ms = mark.at_ms;
  enlist(of);
  if (mark.expires_ms)
    of.expiry = arm_timer(*mark.expires_ms,
                          packer{}.number(static_cast<unsigned>(timer::expiry)).number(of.number));
}

void store::forget(job& of) {
  for (const auto& wait : of.hooks) unmark_late(of, wait);
  std::vector<std::string> timers;
  txn().walk(table::said, be64(of.number), [&](std::string_view, std::string_view value) {
    timers.emplace_back(value);
    return true;
  });
  for (const auto& armed : timers) txn().erase(table::timers, armed);
  txn().erase_all(table::said, be64(of.number));
  if (of.expiry.arming != 0) txn().erase(table::timers, key_of(of.expiry));
  delist(of);
  txn().erase_all(table::parts, be64(of.number));
  txn().erase_all(table::history, be64(of.number));
  txn().erase(table::ids, key(of.about.job));
  txn().erase(table::jobs, be64(of.number));
  numbers_.erase(of.about.job);
  jobs_.erase(of.number);
}

// Into the lists where `jobs` finds it as it is now.
void store::enlist(const job& of) {
  const auto at = biased(of.runs() ? of.about.created_ms : of.about.ended_ms);
  txn().put(of.runs() ? table::running : table::ended, key(at, of.number), {});
  for (const auto& [name, value] : of.index)
    txn().put(table::indexed, key(name, value, of.runs() ? 'r' : 'e', at, of.number), {});
}

void store::delist(const job& of) {
  const auto at = biased(of.runs() ? of.about.created_ms : of.about.ended_ms);
  txn().erase(of.runs() ? table::running : table::ended, key(at, of.number));
  for (const auto& [name, value] : of.index)
    txn().erase(table::indexed, key(name, value, of.runs() ? 'r' : 'e', at, of.number));
}

receipt store::receipt_for(const job& of, token asker, bool repeated) {
  return {repeated, asker != 0 && of.about.owner == asker, inbox(of, mail_at_once)};
}

void store::publish(const publication& what) {
  packer row;
  row.time(now).text(what.app).text(what.topic).text(what.job).text(what.body);
  counters_.published_bytes += row.bytes.size();
  txn().put(table::publications, be64(++counters_.publishings), row.bytes);
  trim_publications();
}

void store::trim_publications() {
  while (counters_.published_bytes > 0) {
    const auto oldest = next_in(table::publications, {});
    if (!oldest) return;
    const auto at = unpacker{oldest->second}.time();
    if (at > now - publications_ms && counters_.published_bytes <= publications_bytes) return;
    counters_.published_bytes -= oldest->second.size();
    txn().erase(table::publications, oldest->first);
  }
}

} // namespace quipu::lmdb
