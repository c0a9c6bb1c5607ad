#include "outside.hpp"

#include <array>
#include <utility>

namespace {

constexpr std::chrono::milliseconds again_after{300};
constexpr std::array verb_names{"signal", "complete", "interrupt"};

std::string name_of(const deed& what) { return verb_names[static_cast<std::size_t>(what.does)]; }

} // namespace

bool outside::begin(const start& what) {
  for (const auto& each : early_deeds_of(what)) perform(what.id, each);
  const auto asked = notes::steady_ms();
  const auto job = verbs_.publish(what.topic, what.data, {.id = what.id, .app = {}});
  if (job) {
    notes_.add({{"accepted", *job}, {"topic", what.topic}, {"data", what.data}, {"asked", asked}});
    return true;
  }
  const auto code = quipu::status(job.error().code);
  // What a lost answer had begun is there already: known by its id.
  notes_.add({{"refused", what.id}, {"code", code}, {"message", job.error().message}});
  return false;
}

void outside::attend(const std::vector<quipu::job_list::row>& running) {
  const auto now = clock::now();
  for (const auto& row : running) {
    auto& of = jobs_.try_emplace(row.id, attended{now, deeds_of(row.topic, row.id, life_, slowly_)})
                   .first->second;
    std::erase_if(of.left, [&](deed& each) {
      if (now - of.seen < each.after) return false;
      each.after += again_after;
      return perform(row.id, each);
    });
  }
}

bool outside::perform(const std::string& job, const deed& what) {
  // Before it is asked: a node that dies may have taken it up and never said so.
  notes_.add({{"asks", name_of(what)}, {"job", job}, {"data", what.data}});
  switch (what.does) {
  case deed::verb::signal: {
    const auto said = verbs_.signal(what.name, what.data, {.id = what.id, .app = {}});
    return note(job, what, said ? std::string{quipu::name(*said)} : "",
                said ? nullptr : &said.error());
  }
  case deed::verb::complete: {
    auto reply = what.code == 202 ? quipu::pending(what.data) : quipu::ok(what.data);
    const auto said =
        verbs_.complete(job, what.name, std::move(reply), {.dimension = {}, .id = what.id});
    return note(job, what, "done", said ? nullptr : &said.error());
  }
  case deed::verb::interrupt: {
    const auto said = verbs_.interrupt(job, {.reason = what.data.value("reason", ""),
                                             .code = what.code,
                                             .throws = true,
                                             .descend = true});
    return note(job, what, "done", said ? nullptr : &said.error());
  }
  }
  return true;
}

bool outside::note(const std::string& job, const deed& what, const std::string& said,
                   const quipu::failure* why) {
  quipu::json entry{{"did", name_of(what)}, {"job", job},        {"name", what.name},
                    {"data", what.data},    {"code", what.code}, {"id", what.id}};
  if (why == nullptr)
    entry["said"] = said;
  else
    entry["refused"] = {{"code", quipu::status(why->code)}, {"message", why->message}};
  notes_.add(entry);
  // What is not there yet is asked for again; what was answered or has ended is done with.
  return why == nullptr || why->code == quipu::fault::conflict ||
         (why->code == quipu::fault::not_found && what.does != deed::verb::complete);
}
