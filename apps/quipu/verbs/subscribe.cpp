#include "apps/quipu/exit.hpp"
#include "apps/quipu/show.hpp"
#include "apps/quipu/target.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>
#include <thread>

namespace quipu {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 10s; ///< of one question to a node
constexpr int most_refusals = 20;
constexpr auto look_again = 500ms; ///< while no node runs in the directory

struct subscribe_arguments {
  target where;
  std::string topic;
  std::string after;
  std::size_t most = 0;
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

/// The node may stop and come again, and the directory be without one: what was published is there.
int subscribe(const subscribe_arguments& with) {
  std::size_t seen = 0;
  int refusals = 0;
  for (auto after = with.after;;) {
    auto opened = with.where.look();
    // A node that is just starting or stopping has the directory, and no socket.
    const bool is_taken = !opened && opened.error().code == fault::conflict;
    refusals = opened ? 0 : refusals + 1;
    if (!opened && (!is_taken || refusals > most_refusals)) return complain_target(opened.error());
    const bool is_live = opened && opened->is_remote();
    auto page = opened ? opened->verbs().listen(with.topic, after, is_live ? patience : 0s)
                       : result<feed>{opened.error()};
    if (page) {
      for (const auto& each : page->all) {
        print(each, with.as_json);
        if (++seen == with.most) return exit_code::done;
      }
      after = std::move(page->next);
    } else if (opened && exit_code_of(page.error().code) != exit_code::unreachable) {
      return complain(page.error());
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
