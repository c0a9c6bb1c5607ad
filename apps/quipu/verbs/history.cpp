#include "apps/quipu/exit.hpp"
#include "apps/quipu/show.hpp"
#include "apps/quipu/target.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <utility>

namespace quipu {

namespace {

struct history_arguments {
  target where;
  std::string id;
  bool all = false;
  bool as_json = false;
};

/// A job with its records: `{job, app, version, topic, parent, state, key, composite, records}`.
result<json> told(client& from, const std::string& id) {
  const auto job = from.job(id);
  if (!job) return job.error();
  const auto records = from.history(id);
  if (!records) return records.error();
  return json{{"job", job->id},
              {"app", job->app},
              {"version", job->version},
              {"topic", job->topic},
              {"parent", job->parent},
              {"state", job->state},
              {"key", job->key},
              {"composite", job->composite},
              {"children", job->children},
              {"history", name(job->history)},
              {"records", *records}};
}

/// What this history does not have, and why; empty: nothing.
std::string given_up(const json& history) {
  const auto mode = history["history"].get<std::string>();
  if (mode == name(history_mode::digits))
    return "(legs, digits and times only: the job began with `history: digits`)";
  if (mode == name(history_mode::off))
    return "(no records: the job began with `history: off`; `quipu job` shows what it is)";
  return {};
}

int print_one(client& from, const history_arguments& with) {
  const auto history = told(from, with.id);
  if (!history) return complain(history.error());
  if (with.as_json) {
    print_json(*history);
    return exit_code::done;
  }
  terminal out{stdout};
  for (const auto& record : (*history)["records"]) out.line(shown(record));
  if (const auto lacks = given_up(*history); !lacks.empty()) out.line(lacks);
  return exit_code::done;
}

/// Hands over what `told` gives of every job, one at a time.
result<void> each_history(client& from, const std::function<void(const json&)>& take) {
  job_query which;
  do {
    const auto page = from.jobs(which);
    if (!page) return page.error();
    for (const auto& row : page->rows) {
      const auto history = told(from, row.id);
      if (!history && history.error().code == fault::not_found) continue;
      if (!history) return history.error();
      take(*history);
    }
    which.after = page->next;
  } while (!which.after.empty());
  return {};
}

/// An array, a line a job: whole also when something comes between, of as many as were read.
result<void> print_all_as_json(client& from) {
  auto between = "[\n";
  auto done = each_history(from, [&](const json& history) {
    std::fputs(std::exchange(between, ",\n"), stdout);
    std::fputs(shown(history).c_str(), stdout);
  });
  std::fputs(between[0] == '[' ? "[]\n" : "\n]\n", stdout);
  return done;
}

result<void> print_all_lines(client& from) {
  return each_history(from, [out = terminal{stdout}](const json& history) mutable {
    const auto id = escaped(history["job"].get<std::string>());
    for (const auto& record : history["records"]) out.line(id + "  " + shown(record));
    if (const auto lacks = given_up(history); !lacks.empty()) out.line(id + "  " + lacks);
  });
}

int print_all(client& from, const history_arguments& with) {
  const auto done = with.as_json ? print_all_as_json(from) : print_all_lines(from);
  return done ? exit_code::done : complain(done.error());
}

int look_at_history(const history_arguments& with) {
  if (with.id.empty() != with.all)
    return complain_usage("`quipu history` wants a job's ID, or --all; see `quipu history --help`");
  auto opened = with.where.look();
  if (!opened) return complain_target(opened.error());
  return with.all ? print_all(opened->verbs(), with) : print_one(opened->verbs(), with);
}

} // namespace

action declare_history(CLI::App& to) {
  const auto with = std::make_shared<history_arguments>();
  to.add_option("ID", with->id, "the job's id");
  with->where.declare(to);
  to.add_flag("--all", with->all, "every job");
  to.add_flag("--json", with->as_json, "as JSON");
  return [with] { return look_at_history(*with); };
}

} // namespace quipu
