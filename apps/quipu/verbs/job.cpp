#include "apps/quipu/exit.hpp"
#include "apps/quipu/show.hpp"
#include "apps/quipu/target.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace quipu {

namespace {

struct job_arguments {
  target where;
  std::string id;
  bool as_json = false;
};

void print(const job_info& job) {
  terminal out{stdout};
  const auto row = [&](const char* name, const std::string& text) {
    out.line(fmt::format("  {}{}", padded(name, 11), text));
  };
  out.line(out.paint(colour::bold, escaped(job.id)) + "  " + escaped(job.state));
  row("topic", escaped(fmt::format("{}, app {} version {}", job.topic, job.app, job.version)));
  row("key", job.key);
  if (job.composite != job.key) row("composite", job.composite);
  for (const auto& [activity, keys] : job.passes)
    row("passes", escaped(fmt::format("behind {}: {}", activity, fmt::join(keys, " "))));
  row("created", shown(job.created));
  if (job.ended)
    row("ended",
        fmt::format("{}, after {} ms", shown(*job.ended),
                    std::chrono::duration_cast<std::chrono::milliseconds>(*job.ended - job.created)
                        .count()));
  if (!job.parent.empty()) row("parent", escaped(job.parent));
  if (!job.from.empty()) row("from", escaped(job.from + ", which failed"));
  if (!job.children.empty())
    row("children", escaped(fmt::format("{}", fmt::join(job.children, " "))));
  for (const auto& each : job.open) row("waits for", shown(each));
  row("data", shown(job.data));
  if (job.error) row("error", shown(*job.error));
}

int look_at_job(const job_arguments& with) {
  auto opened = with.where.look();
  if (!opened) return complain_target(opened.error());
  const auto job = opened->verbs().job(with.id);
  if (!job) return complain(job.error());
  if (with.as_json)
    print_json(to_json(*job));
  else
    print(*job);
  return exit_code::done;
}

} // namespace

action declare_job(CLI::App& to) {
  const auto with = std::make_shared<job_arguments>();
  to.add_option("ID", with->id, "the job's id")->required();
  with->where.declare(to);
  to.add_flag("--json", with->as_json, "everything, as JSON");
  return [with] { return look_at_job(*with); };
}

} // namespace quipu
