#include "apps/drawing/format.hpp"
#include "apps/drawing/progress.hpp"
#include "apps/quipu/exit.hpp"
#include "apps/quipu/target.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"
#include "flows/read.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <sys/ioctl.h>
#include <unistd.h>

namespace quipu {

namespace {

struct graph_arguments {
  target where;
  std::string what;
  std::string format = "text";
  std::string job;
  std::string version;
};

std::size_t columns_of(std::FILE* stream) {
  constexpr std::size_t usual = 100;
  constexpr std::size_t least = 60;
  winsize size{};
  if (::ioctl(::fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual;
  return std::max<std::size_t>(size.ws_col, least);
}

int print(const drawing& what, const std::string& name) {
  terminal out{stdout};
  page on{columns_of(stdout),
          [&](colour with, std::string_view text) { return out.paint(with, text); }};
  for (const auto& each : formats())
    if (each.name == name) std::fputs(each.render(what, on).c_str(), stdout);
  return exit_code::done;
}

/// A definition from a file; none: its faults have been told.
std::optional<definition> read_file_definition(const std::string& file) {
  findings faults;
  const auto document = read_file(file, faults);
  auto app = document ? read_definition(*document, faults) : std::nullopt;
  terminal err{stderr};
  for (const auto& each : faults.all()) err.line(escaped(to_string(each)));
  if (!document && !faults.failed())
    err.line(escaped(fmt::format("{}: {}", file, document.error().message)));
  return faults.failed() ? std::nullopt : app;
}

result<definition> deployed(client& from, const std::string& app, const std::string& version) {
  const auto document = from.definition(app, version);
  if (!document) return document.error();
  findings faults;
  auto read = read_definition(to_tree(*document), faults);
  if (!read)
    return failure{
        fault::corrupt,
        fmt::format("the definition of app \"{}\" version \"{}\" cannot be read", app, version)};
  return std::move(*read);
}

int draw_job(client& from, const graph_arguments& with) {
  const auto job = from.job(with.job);
  if (!job) return complain(job.error());
  const auto app = deployed(from, job->app, job->version);
  if (!app) return complain(app.error());
  auto made = draw(*app, job->topic);
  if (!made)
    return complain({fault::corrupt, fmt::format("app \"{}\" version \"{}\" has no flow at \"{}\"",
                                                 job->app, job->version, job->topic)});
  made->flows.resize(1);
  for (auto& each : made->flows.front().nodes) each.starts.reset();
  const auto shown =
      show_progress(*made, *job, std::chrono::system_clock::now(), [&](const std::string& id) {
        const auto child = from.job(id);
        return child ? child->state : std::string{};
      });
  if (!shown) return complain(shown.error());
  return print(*made, with.format);
}

/// An app, or a topic of an active one.
int draw_deployed(client& from, const graph_arguments& with) {
  const auto versions = from.versions({});
  if (!versions) return complain(versions.error());
  for (const auto& each : *versions) {
    if (each.app != with.what ||
        (with.version.empty() ? !each.active : each.version != with.version))
      continue;
    const auto app = deployed(from, each.app, each.version);
    return app ? print(draw(*app), with.format) : complain(app.error());
  }
  for (const auto& each : *versions) {
    if (with.version.empty() ? !each.active : each.version != with.version) continue;
    const auto app = deployed(from, each.app, each.version);
    if (!app) return complain(app.error());
    if (const auto made = draw(*app, with.what)) return print(*made, with.format);
  }
  std::vector<std::string_view> kept;
  for (const auto& each : *versions)
    if (each.app == with.what) kept.push_back(each.version);
  if (!kept.empty())
    return complain(
        {fault::not_found,
         fmt::format("app \"{}\" has no {}; there are: {}", with.what,
                     with.version.empty() ? std::string{"active version, and --version is not said"}
                                          : fmt::format("version \"{}\"", with.version),
                     fmt::join(kept, ", "))});
  return complain(
      {fault::not_found, fmt::format("there is no file, no app and no topic \"{0}\"; a job is "
                                     "drawn by --job {0}",
                                     with.what)});
}

int graph(const graph_arguments& with) {
  if (with.what.empty() == with.job.empty())
    return complain_usage("`quipu graph` wants a FILE, TOPIC or APP, or --job ID; see `quipu graph "
                          "--help`");
  std::error_code ignored;
  const bool is_file = !with.what.empty() && (!with.where.is_given() ||
                                              std::filesystem::is_regular_file(with.what, ignored));
  if (is_file) {
    const auto app = read_file_definition(with.what);
    return app ? print(draw(*app), with.format) : exit_code::usage;
  }
  auto opened = with.where.look();
  if (!opened) return complain_target(opened.error());
  return with.job.empty() ? draw_deployed(opened->verbs(), with) : draw_job(opened->verbs(), with);
}

} // namespace

action declare_graph(CLI::App& to) {
  const auto with = std::make_shared<graph_arguments>();
  to.add_option("WHAT", with->what, "an app file; with --data also a topic or an app");
  with->where.declare(to);
  to.add_option("--job", with->job, "the flow of this job, and how far it is")->type_name("ID");
  to.add_option("--version", with->version, "of the app; else the active one");
  std::vector<std::string> names;
  for (const auto& each : formats()) names.emplace_back(each.name);
  to.add_option("--format", with->format, "how it is written")
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  return [with] { return graph(*with); };
}

} // namespace quipu
