#include "apps/quipu/exit.hpp"
#include "apps/quipu/moment.hpp"
#include "apps/quipu/show.hpp"
#include "apps/quipu/target.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

namespace quipu {

namespace {

/// How many of a target's values are shown to people.
constexpr std::size_t values_shown = 5;

struct stats_arguments {
  target where;
  stats_query which;
  std::string key;
  bool one_key = false;
  std::string since;
  std::string until;
  bool stretches = false;
  bool as_json = false;
};

/// One table over all keys, or stretches: a column a measure, those that nobody has left out.
class table {
public:
  explicit table(std::string heading) : names_{std::move(heading), "jobs"} {}

  void add(const std::string& name, const figures& what) {
    auto& row = rows_.emplace_back();
    row[0] = name;
    row[1] = fmt::format("{}", what.count);
    const auto all = to_json(what);
    for (const auto* measure : {"counts", "sum", "avg", "min", "max", "mdn"})
      if (const auto found = all.find(measure); found != all.end())
        for (const auto& [target, number] : found->items())
          row[column(fmt::format("{} {}", measure == std::string_view{"counts"} ? "count" : measure,
                                 target))] = number.dump();
  }

  void print() const {
    std::vector<std::vector<std::string>> cells{names_};
    for (const auto& row : rows_) {
      auto& line = cells.emplace_back(names_.size(), "-");
      for (const auto& [at, text] : row) line[at] = text;
    }
    print_table(cells);
  }

private:
  std::size_t column(const std::string& name) {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found != names_.end()) return static_cast<std::size_t>(found - names_.begin());
    names_.push_back(name);
    return names_.size() - 1;
  }

  std::vector<std::string> names_;
  std::vector<std::map<std::size_t, std::string>> rows_;
};

void print_values(const figures& what) {
  terminal out{stdout};
  for (const auto& [name, all] : what.mdn) {
    std::string line = name + ':';
    for (std::size_t at = 0; at < all.values.size() && at < values_shown; ++at) {
      const auto& [value, times] = all.values[at];
      line += fmt::format("{} {} {}", at == 0 ? "" : ",",
                          value.is_string() ? value.get<std::string>() : value.dump(), times);
    }
    if (all.values.size() > values_shown)
      line += fmt::format(", and {} more", all.values.size() - values_shown);
    if (all.beyond > 0)
      line += fmt::format("; {} jobs had values for which there was no place", all.beyond);
    out.line(escaped(line));
  }
}

void print(const std::vector<stats_info>& all, const stats_arguments& with) {
  if (all.empty()) {
    terminal{stdout}.line("no job has been counted");
    return;
  }
  if (!with.stretches) {
    table keys{"key"};
    for (const auto& each : all) keys.add(each.key.empty() ? "-" : each.key, each.total);
    keys.print();
    if (all.size() == 1) print_values(all.front().total);
    return;
  }
  for (const auto& each : all) {
    table stretches{each.key.empty() ? "from" : fmt::format("{}, from", each.key)};
    for (const auto& one : each.stretches)
      stretches.add(one.from ? shown(*one.from) : "the beginning", one.what);
    stretches.print();
  }
}

int look_at_stats(const stats_arguments& with) {
  auto which = with.which;
  if (with.one_key) which.key = with.key;
  for (const auto& [flag, written, into] : {std::tuple{"--since", &with.since, &which.from},
                                            std::tuple{"--until", &with.until, &which.before}}) {
    auto read = read_moment(flag, *written);
    if (!read) return complain_usage(read.error().message);
    *into = *read;
  }
  auto opened = with.where.look();
  if (!opened) return complain_target(opened.error());
  const auto all = opened->verbs().stats(which);
  if (!all) return complain(all.error());
  if (!with.as_json) {
    print(*all, with);
    return exit_code::done;
  }
  auto keys = json::array();
  for (const auto& each : *all) keys.push_back(to_json(each));
  print_json({{"topic", with.which.topic}, {"keys", std::move(keys)}});
  return exit_code::done;
}

} // namespace

action declare_stats(CLI::App& to) {
  const auto with = std::make_shared<stats_arguments>();
  to.add_option("TOPIC", with->which.topic, "of the flow whose jobs are measured")->required();
  with->where.declare(to);
  auto* key = to.add_option("--key", with->key, "only jobs for which `stats.key` gave this");
  to.add_option("--since", with->since,
                std::string{"only stretches of time that reach beyond: "} + moment_help)
      ->type_name(moment_form);
  to.add_option("--until", with->until, "only stretches of time that begin before")
      ->type_name(moment_form);
  to.add_flag("--stretches", with->stretches, "each stretch of time by itself");
  to.add_option("--app", with->which.app, "which app, if more than one is active");
  to.add_flag("--json", with->as_json, "as JSON");
  return [with, key] {
    with->one_key = key->count() > 0;
    return look_at_stats(*with);
  };
}

} // namespace quipu
