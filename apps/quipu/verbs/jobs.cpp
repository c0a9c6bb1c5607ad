#include "apps/quipu/exit.hpp"
#include "apps/quipu/moment.hpp"
#include "apps/quipu/show.hpp"
#include "apps/quipu/target.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>
#include <tuple>

namespace quipu {

namespace {

constexpr std::size_t longest_page = 1000;

struct jobs_arguments {
  target where;
  job_query which;
  std::string index;
  std::string since;
  std::string until;
  bool all = false;
  bool as_json = false;
};

void print(const job_list& list) {
  std::vector<std::vector<std::string>> rows{{"job", "state", "topic", "app", "created", "ended"}};
  for (const auto& row : list.rows)
    rows.push_back({row.id, row.state, row.topic, row.app + " " + row.version, shown(row.created),
                    row.ended ? shown(*row.ended) : "-"});
  print_table(rows);
  terminal out{stdout};
  if (!list.next.empty()) out.line(escaped(fmt::format("more: --after {}, or --all", list.next)));
}

result<job_list> list_jobs(client& from, job_query which, bool all) {
  auto list = from.jobs(which);
  while (list && all && !list->next.empty()) {
    which.after = list->next;
    auto more = from.jobs(which);
    if (!more) return more.error();
    list->rows.insert(list->rows.end(), more->rows.begin(), more->rows.end());
    list->next = more->next;
  }
  return list;
}

/// What is asked for. `bad_request`: a time or an index that is not written as one.
result<job_query> query_of(const jobs_arguments& with) {
  auto which = with.which;
  if (!with.index.empty()) {
    const auto equals = with.index.find('=');
    if (equals == std::string::npos)
      return failure{
          fault::bad_request,
          fmt::format("--index: \"{}\" has no \"=\"; NAME=VALUE would be right", with.index)};
    which.index = {with.index.substr(0, equals), with.index.substr(equals + 1)};
  }
  for (const auto& [flag, written, into] : {std::tuple{"--since", &with.since, &which.from},
                                            std::tuple{"--until", &with.until, &which.before}}) {
    auto read = read_moment(flag, *written);
    if (!read) return read.error();
    *into = *read;
  }
  return which;
}

int look_at_jobs(const jobs_arguments& with) {
  auto which = query_of(with);
  if (!which) return complain_usage(which.error().message);
  auto opened = with.where.look();
  if (!opened) return complain_target(opened.error());
  const auto list = list_jobs(opened->verbs(), std::move(*which), with.all);
  if (!list) return complain(list.error());
  if (!with.as_json) {
    print(*list);
    return exit_code::done;
  }
  auto rows = json::array();
  for (const auto& row : list->rows) rows.push_back(to_json(row));
  print_json({{"jobs", std::move(rows)}, {"next", list->next}});
  return exit_code::done;
}

} // namespace

action declare_jobs(CLI::App& to) {
  const auto with = std::make_shared<jobs_arguments>();
  with->where.declare(to);
  to.add_option("--topic", with->which.topic, "only jobs of this topic");
  to.add_option("--state", with->which.state, "only jobs in this state")
      ->check(CLI::IsMember({"running", "completed", "failed", "interrupted"}));
  to.add_option("--app", with->which.app, "only jobs of this app");
  to.add_option("--index", with->index,
                "only jobs that have a measure `index` of this name and value")
      ->type_name("NAME=VALUE");
  to.add_option("--since", with->since,
                std::string{"only jobs that began or, if they have, ended since: "} + moment_help)
      ->type_name(moment_form);
  to.add_option("--until", with->until, "only jobs that began or, if they have, ended before")
      ->type_name(moment_form);
  to.add_option("--limit,--most", with->which.most, "how many at a time")
      ->check(CLI::Range(std::size_t{1}, longest_page))
      ->capture_default_str();
  to.add_option("--after", with->which.after, "the cursor that the page before gave");
  to.add_flag("--all", with->all, "all pages");
  to.add_flag("--json", with->as_json, "as JSON");
  return [with] { return look_at_jobs(*with); };
}

} // namespace quipu
