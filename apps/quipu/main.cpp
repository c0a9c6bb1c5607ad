/// The `quipu` command: reads the command line, hands over to a verb.

#include "apps/quipu/exit.hpp"
#include "apps/quipu/verb.hpp"
#include "collation/utf8.hpp"
#include "flows/nearest.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <quipu/version.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>

namespace {

using namespace quipu;

std::string unknown_verb(std::string_view word) {
  std::vector<std::string_view> known;
  for (const auto& each : verbs()) known.push_back(each.name);
  return fmt::format("there is no verb \"{}\"{}; `quipu --help` lists them", word,
                     did_you_mean(word, known));
}

/// Words that a verb does not know: `--jsn` of `quipu job o-1 --jsn`.
std::string unknown_word(const CLI::App& app) {
  const CLI::App* below = &app;
  for (const auto* chosen : app.get_subcommands()) below = chosen;
  const auto words = app.remaining(true);
  const auto flag = std::find_if(words.begin(), words.end(),
                                 [](const auto& word) { return word.starts_with('-'); });
  const auto verb = below == &app ? std::string{"quipu"} : "quipu " + below->get_name();
  if (flag == words.end())
    return fmt::format("`{}` does not expect \"{}\"; see `{} --help`", verb,
                       words.empty() ? "" : words.front(), verb);
  std::vector<std::string> names;
  for (const auto* option : below->get_options())
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto word = flag->substr(0, flag->find('='));
  return fmt::format("`{}` has no flag \"{}\"{}; see `{} --help`", verb, word,
                     did_you_mean(word, known), verb);
}

int read_and_run(int argc, char** argv) {
  CLI::App app{"quipu: durable flows. Looks at a directory of jobs, and runs flows in it.",
               "quipu"};
  app.require_subcommand(1);
  app.set_version_flag("--version", fmt::format("quipu {}", version()),
                       "Print the version and exit");
  app.footer(
      "Example: quipu validate configs/order/order.yaml\n"
      "Exit codes: 0 done, 1 the job or a check failed, 2 usage or definition, 3 store or node\n"
      "unreachable, 4 refused, 124 timeout. `quipu VERB --help` says more.");
  action chosen;
  for (const auto& each : verbs()) {
    auto* verb = app.add_subcommand(std::string{each.name}, std::string{each.summary});
    verb->footer(fmt::format("Example: quipu {} {}", each.name, each.example));
    verb->callback([&chosen, act = each.declare(*verb)] { chosen = act; });
  }
  if (argc < 2) {
    std::fputs(app.help().c_str(), stderr);
    return exit_code::usage;
  }
  const std::string_view first{argv[1]};
  if (!first.starts_with('-') && std::none_of(verbs().begin(), verbs().end(),
                                              [&](const auto& each) { return each.name == first; }))
    return complain_usage(unknown_verb(first));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ExtrasError&) {
    return complain_usage(unknown_word(app));
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& wrong) {
    if (!app.remaining(true).empty()) return complain_usage(unknown_word(app));
    return complain_usage(wrong.what());
  }
  return chosen();
}

/// The exit code, unless what was said could not be written: then it is nothing to go by.
int all_said(int code) {
  const auto flushed = std::fflush(stdout) == 0;
  const auto why = errno;
  if (flushed && std::ferror(stdout) == 0) return code;
  // Of what failed before nothing is known but that it did.
  std::fprintf(stderr, "quipu: standard output cannot be written%s%s\n", flushed ? "" : ": ",
               flushed ? "" : std::strerror(why));
  return exit_code::failed;
}

} // namespace

int main(int argc, char** argv) {
  try {
    return all_said(read_and_run(argc, argv));
  } catch (const std::exception& bug) {
    std::fprintf(stderr, "quipu: a bug: %s\n", quipu::escaped(bug.what()).c_str());
    return quipu::exit_code::failed;
  }
}
