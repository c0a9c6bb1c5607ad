#include "actors/runner.hpp"
#include "flows/step.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

/// How jobs begin: those that somebody starts, and the children of others.
namespace quipu {

namespace {

failure is_taken(const std::string& id) {
  return {fault::conflict, fmt::format("a job with the id \"{}\" is there already", id)};
}

/// What a start's asker is told when the store has answered.
result<std::string> told(const std::string& job, const result<receipt>& answer) {
  if (answer) return job;
  if (answer.error().code == fault::conflict) return is_taken(answer.error().message);
  return answer.error();
}

} // namespace

void runner::start(std::uint64_t request, const std::string& topic, const std::string& app,
                   std::string id, json message, std::string gid, bool has_room) {
  const auto refuse = [&](failure why) { wishes.push_back(wish::accept{request, std::move(why)}); };
  auto found = plans_.active(topic, app);
  if (!found) return refuse(found.error());
  const auto& plan = *found;
  const ground on{*plan, *plan->find(topic), now_ms_, terms_.limits};
  if (auto admitted = admit(on, message); !admitted) return refuse(admitted.error());
  auto named = job_id(on, message, gid);
  if (!named) return refuse(named.error());
  if (!named->empty()) id = *named;
  if (auto fit = check_id(id, terms_.limits); !fit) return refuse(fit.error());
  if (find(id) != nullptr) return refuse(is_taken(id));

  identity who;
  who.job = id;
  who.gid = std::move(gid);
  who.app = plan->app;
  who.version = plan->version;
  who.topic = topic;
  who.slices = static_cast<std::uint32_t>(on.rules.slices.size());
  who.history = terms_.history;
  held made;
  made.app = plan;
  made.rules = &on.rules;
  made.request = request;
  made.has_room = has_room;
  auto& of = jobs_.emplace(id, std::move(made)).first->second;
  conceive(id, of, who, value{std::move(message)});
}

void runner::revive(std::uint64_t request, std::shared_ptr<const class job> failed,
                    const std::string& id, std::string gid, bool has_room) {
  const auto refuse = [&](failure why) { wishes.push_back(wish::accept{request, std::move(why)}); };
  auto who = failed->born();
  who.origin = who.job;
  who.keys = who.caller();
  ++who.retries;
  who.job = id;
  who.gid = std::move(gid);
  // Whoever awaited it has been told that it failed.
  who.parent.clear();
  who.parent_gid.clear();
  who.parent_activity.clear();
  who.parent_at = {};
  who.severed = false;
  who.depth = 0;
  if (auto fit = check_id(id, terms_.limits); !fit) return refuse(fit.error());
  if (find(id) != nullptr) return refuse(is_taken(id));
  held made;
  made.app = plans_.find(who.app, who.version);
  made.rules = made.app ? made.app->find(who.topic) : nullptr;
  if (made.rules == nullptr)
    return refuse({fault::unavailable, fmt::format("version \"{}\" of app \"{}\" is not known here",
                                                   who.version, who.app)});
  made.failed = std::move(failed);
  made.request = request;
  made.has_room = has_room;
  auto& of = jobs_.emplace(id, std::move(made)).first->second;
  come_alive(id, of, who);
}

/// Makes the first commit of a job that goes on from a failed one.
void runner::come_alive(const std::string& job, held& of, const identity& who) {
  event what;
  what.why = cause::resumed;
  what.taken = of.taken;
  of.view = std::make_shared<quipu::job>();
  of.at = {};
  of.unborn = birth{job,       who.gid,    who.app, who.version,
                    who.topic, who.origin, now_ms_, of.has_room ? mine_ : 0,
                    {}};
  of.draft.emplace();
  add(of, *of.draft,
      quipu::revive({*of.app, *of.rules, now_ms_, terms_.limits}, *of.failed, who, what));
  auto& next = of.draft->made.back().next;
  of.draft->next.assign(next.begin(), next.end());
  commit(job, of);
}

/// Makes the job's first commit: its birth, and the trigger folded into it.
void runner::conceive(const std::string& job, held& of, const identity& who, const value& message) {
  of.view = std::make_shared<quipu::job>();
  of.at = {};
  of.unborn = birth{
      job, who.gid, who.app, who.version, who.topic, {}, now_ms_, of.has_room ? mine_ : 0, {}};
  of.draft.emplace();
  add(of, *of.draft, create({*of.app, *of.rules, now_ms_, terms_.limits}, who, message));
  if (!of.has_room) return commit(job, of);
  of.draft->made.back().next.clear();
  of.waiting.push_back({cause::begun, {}, 0, {}, {}, {}});
  go_on(job, of);
}

birth runner::give_birth(const plan& app, const offspring& child, bool mine, promised& with) const {
  const auto& rules = *app.find(child.who.topic);
  const ground on{app, rules, now_ms_, terms_.limits};
  auto made = create(on, child.who, child.message);
  birth born;
  born.job = child.who.job;
  born.gid = child.who.gid;
  born.app = child.who.app;
  born.version = child.who.version;
  born.topic = child.who.topic;
  born.parent = child.who.parent;
  born.created_ms = now_ms_;
  born.owner = mine ? mine_ : 0;
  auto view = std::make_shared<quipu::job>();
  delta touched;
  if (auto folded = view->fold(made.what, &touched); !folded)
    throw std::logic_error{folded.error().message};
  const auto bytes = encode(made.what);
  born.first.makes = chain(bytes, {});
  if (auto stored = history_entry(made.what, bytes, child.who.history))
    born.first.records.push_back(std::move(*stored));
  view->fields(touched, born.first.set, born.first.unset);
  if (mine) with.children.push_back({born.job, &rules, std::move(view), born.first.makes});
  return born;
}

void runner::answer_start(const std::string& job, held& of, const result<receipt>& answer) {
  if (of.request)
    wishes.push_back(wish::accept{*std::exchange(of.request, std::nullopt), told(job, answer)});
}

void runner::started(const std::string& job, const head& made, const result<receipt>& answer) {
  // Something else is there by now, taken from somebody: only who asked is told.
  const auto displaced = std::find_if(displaced_.begin(), displaced_.end(),
                                      [&made](const auto& each) { return each.made == made; });
  if (displaced != displaced_.end()) {
    wishes.push_back(wish::accept{displaced->request, told(job, answer)});
    displaced_.erase(displaced);
    return;
  }
  auto* of = find(job);
  if (of == nullptr || of->out.empty() || of->out.front().makes != made) return;
  if (!answer && answer.error().code == fault::taken) {
    // A child's id: the await learns of it, and the job is born without that child.
    of->taken.insert(answer.error().message);
    of->out.clear();
    const auto born = of->view;
    if (of->failed) return come_alive(job, *of, born->born());
    return conceive(job, *of, born->born(), born->at(instance{})->input);
  }
  answer_start(job, *of, answer);
  if (!answer && answer.error().code == fault::unreachable) {
    // Perhaps it is there, and ours: never forgotten unread.
    refuse(*of, answer);
    return mistrust(job, *of);
  }
  if (!answer) return drop(job);
  of->failed.reset();
  const bool is_outrun = of->outrun;
  receive(job, *of, *answer);
  if (!is_outrun) return;
  if (auto* begun = find(job))
    mistrust(job, *begun);
  else
    wishes.push_back(wish::read{job});
}

} // namespace quipu
