/// The load of the system tests: a node that keeps a number of jobs open, of every kind there is,
/// answers them from outside, and notes what was accepted, called and answered in a file that is not
/// the engine's. It runs until it is killed; `--rest` starts so many more and ends when nothing is
/// open.

#include "look.hpp"
#include "outside.hpp"
#include "work.hpp"

#include <quipu/node.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;

constexpr std::size_t hands = 4;     ///< that answer jobs at once
constexpr std::size_t at_a_time = 8; ///< starts that wait for the disk together
constexpr auto between_looks = 50ms;

struct wishes {
  std::string store;
  std::string flow;
  std::string file;
  std::string prefix = "life";
  std::size_t open = 0;
  int rest = -1; ///< none: until it is killed
  bool relaxed = false;
  int lease_ms = 0;  ///< 0: as a node has it
  bool rare = false; ///< whether the topic is served that not every life serves
};

int complain(const quipu::failure& why) {
  std::fprintf(stderr, "load: %s\n", why.message.c_str());
  return 1;
}

quipu::result<std::vector<quipu::job_list::row>> running(quipu::client& verbs) {
  std::vector<quipu::job_list::row> all;
  quipu::job_query which{.topic = {}, .state = "running", .after = {}, .most = 1000};
  do {
    auto got = verbs.jobs(which);
    if (!got) return got.error();
    all.insert(all.end(), got->rows.begin(), got->rows.end());
    which.after = got->next;
  } while (!which.after.empty());
  return all;
}

class load {
public:
  load(quipu::client& verbs, const notes& to, const wishes& with)
      : verbs_(verbs), notes_(to), with_(with) {
    for (std::size_t hand = 0; hand < hands; ++hand)
      hands_.emplace_back(verbs, to, with.prefix, slowly());
  }

  int run() {
    for (bool begun = false; true; std::this_thread::sleep_for(between_looks)) {
      const auto there = running(verbs_);
      if (!there && may_come_back(there.error())) continue;
      if (!there) return complain(there.error());
      if (with_.rest >= 0) {
        if (!begun) start(static_cast<std::size_t>(with_.rest));
        begun = true;
        if (there->empty() && ended()) return 0;
      } else if (there->size() < with_.open) {
        start(with_.open - there->size());
      }
      attend(*there);
    }
  }

private:
  /// A server that is killed comes back; a directory whose disk has failed does not.
  [[nodiscard]] bool may_come_back(const quipu::failure& why) const {
    const bool is_away =
        why.code == quipu::fault::unreachable || why.code == quipu::fault::unavailable;
    return is_away && with_.store.starts_with("redis");
  }

  [[nodiscard]] bool ended() {
    const auto there = running(verbs_);
    return there && there->empty();
  }

  /// Who is to be killed among many open jobs lets them wait.
  [[nodiscard]] int slowly() const { return with_.rest < 0 ? 12 : 1; }

  /// Begins jobs until there are so many more.
  void start(std::size_t many) {
    const bool waiting = with_.rest < 0 && many > with_.open / 4; // it is to be filled soon
    std::atomic<std::size_t> count{0};
    std::vector<std::jthread> starters;
    for (std::size_t i = 0; i < std::min(many, at_a_time); ++i)
      starters.emplace_back([&] {
        outside mine{verbs_, notes_, with_.prefix, slowly()};
        while (count++ < many)
          for (const auto& each : starts_of(with_.prefix, next_++, waiting))
            if (!mine.begin(each)) return;
      });
  }

  void attend(const std::vector<quipu::job_list::row>& there) {
    std::vector<std::vector<quipu::job_list::row>> shares(hands);
    for (const auto& row : there) shares[std::hash<std::string>{}(row.id) % hands].push_back(row);
    std::vector<std::jthread> all;
    for (std::size_t hand = 0; hand < hands; ++hand)
      all.emplace_back([this, hand, &shares] { hands_[hand].attend(shares[hand]); });
  }

  quipu::client& verbs_;
  const notes& notes_;
  const wishes& with_;
  std::vector<outside> hands_;
  std::atomic<int> next_{0};
};

int run(const wishes& with) {
  const notes to{with.file};
  quipu::node_options options{.store = with.store};
  if (with.relaxed) options.durable = quipu::node_options::durability::relaxed;
  if (with.lease_ms > 0) options.lease = std::chrono::milliseconds{with.lease_ms};
  options.log.level = quipu::log_level::warning;
  quipu::node node{options};
  node.serve("mix.work", [&](quipu::call& call) { return work(to, call); });
  if (with.rare) node.serve("mix.rare", [&](quipu::call& call) { return work(to, call); });
  if (const auto started = node.start(); !started) return complain(started.error());
  auto& verbs = node.client();
  const auto deployed = verbs.deploy(with.flow);
  if (!deployed) return complain(deployed.error());
  if (const auto active = verbs.activate(deployed->app, deployed->version); !active)
    return complain(active.error());
  to.add({{"serves", with.prefix}});
  return load{verbs, to, with}.run();
}

} // namespace

int main(int argc, char** argv) {
  CLI::App program{"keeps jobs open, or shows what a store holds"};
  program.require_subcommand(1);
  wishes with;
  auto* runs = program.add_subcommand("run");
  runs->add_option("--store", with.store)->required();
  runs->add_option("--flow", with.flow)->required();
  runs->add_option("--notes", with.file)->required();
  runs->add_option("--prefix", with.prefix);
  runs->add_option("--open", with.open);
  runs->add_option("--rest", with.rest);
  runs->add_option("--lease-ms", with.lease_ms);
  runs->add_flag("--relaxed", with.relaxed);
  runs->add_flag("--rare", with.rare);
  std::string store;
  std::string known;
  auto* looks = program.add_subcommand("look");
  looks->add_option("STORE", store)->required();
  looks->add_option("--known", known);
  auto* scrubs = program.add_subcommand("scrub");
  scrubs->add_option("STORE", store)->required();
  CLI11_PARSE(program, argc, argv);
  if (*looks) return look(store, known);
  if (*scrubs) return scrub(store);
  return run(with);
}
