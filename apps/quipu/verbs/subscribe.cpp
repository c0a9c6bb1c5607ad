#include "apps/quipu/exit.hpp"
#include "apps/quipu/show.hpp"
#include "apps/quipu/target.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <thread>

namespace quipu {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 10s;     ///< of one question to a node
constexpr int most_refusals = 20;  ///< one after the other, before it gives up
constexpr auto look_again = 500ms; ///< while no node runs in the directory

struct subscribe_arguments {
  target where;
  std::string topic;
  std::string after;
  std::optional<std::size_t> most;
  bool as_json = false;
};

void print(const announcement& each, bool as_json) {
  terminal out{stdout};
  if (as_json)
    out.line(shown(to_json(each)));
  else
    out.line(fmt::format("{}  {}  {}  {}", shown(each.at), escaped(each.id), escaped(each.job),
                         shown(each.data)));
}

/// Whether it may be another thing in a moment: a node that is just starting or stopping has the
/// directory and no socket, or goes away before it answers.
bool passes(const failure& why, bool opened) {
  return opened ? why.code == fault::unavailable || why.code == fault::unreachable
                : why.code == fault::conflict;
}

/// The node may stop and come again, and the directory be without one: what was published is there.
int subscribe(const subscribe_arguments& with) {
  if (with.most && *with.most == 0)
    return complain_usage(
        "--most: 0 is too few; 1 or more would be right, and without it there is no end");
  std::size_t seen = 0;
  int refusals = 0;
  for (auto after = with.after;;) {
    auto opened = with.where.look();
    const bool is_live = opened && opened->is_remote();
    auto page = opened ? opened->verbs().listen(with.topic, after, is_live ? patience : 0s)
                       : result<feed>{opened.error()};
    refusals = page ? 0 : refusals + 1;
    if (!page && (!passes(page.error(), opened.ok()) || refusals > most_refusals))
      return opened ? complain(page.error()) : complain_target(page.error());
    if (page) {
      for (const auto& each : page->all) {
        print(each, with.as_json);
        if (++seen == with.most || std::ferror(stdout) != 0) return exit_code::done;
      }
      after = std::move(page->next);
    }
    opened = failure{}; // the directory is free for a node
    if (!is_live || !page) std::this_thread::sleep_for(look_again);
  }
}

} // namespace

action declare_subscribe(CLI::App& to) {
  const auto with = std::make_shared<subscribe_arguments>();
  to.add_option("TOPIC", with->topic, "what flows publish on")->required();
  with->where.declare(to);
  to.add_option("--after", with->after,
                "go on behind the one with this id; \"oldest\": with the oldest that is kept")
      ->type_name("ID");
  to.add_option("--most", with->most, "end when so many have come; else go on until stopped");
  to.add_flag("--json", with->as_json, "a JSON object a line");
  return [with] { return subscribe(*with); };
}

} // namespace quipu
