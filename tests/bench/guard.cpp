#include "actors/stage.hpp"
#include "collation/memory_ledger.hpp"
#include "flows/definition.hpp"
#include "flows/read.hpp"
#include "tests/bench/mapper_cases.hpp"
#include "tests/bench/workload.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <string_view>

/// `quipu_guard SCENARIO TIMES`: does the same work so many times, on one thread, drawing nothing
/// from the machine, for whoever counts its instructions. `quipu_guard --list` names the scenarios.
namespace {

using namespace quipu;
using namespace quipu::bench;

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "guard: {}\n", why);
  std::exit(1);
}

/// Runs of a flow from start to end: every step, map, fold and commit, on the memory store.
void flow(const workload& what, std::size_t times) {
  virtual_clock time;
  memory_ledger store{[&time] { return time.now_ms; }};
  stage on{store, time, [](const wish::call& asked) -> std::optional<late_reply> {
             json said = *asked.what.input;
             said["n"] = said["n"].get<std::size_t>() + 1;
             return late_reply{{answer::status::success, 200, std::move(said)}};
           }};
  findings faults;
  const auto document = read_text(what.definition, what.name, faults);
  const auto app = document ? read_definition(*document, faults) : std::nullopt;
  auto plan = app ? compile(*app, faults) : nullptr;
  if (!plan) give_up(what.name + " does not compile");
  if (auto active = on.activate(std::move(plan), json::parse(what.definition)["app"]); !active)
    give_up(active.error().message);
  for (std::size_t each = 0; each < times; ++each) {
    const auto job = on.publish("bench." + what.name, message(each));
    if (!job) give_up(job.error().message);
    if (!what.signal.empty())
      if (auto said = on.signal(what.signal, message(each)); !said) give_up(said.error().message);
    const auto ended = on.job(*job);
    if (!ended || ended->state != "completed" || !is_right(what, each, ended->data))
      give_up(what.name + " gave a wrong result");
    on.advance(2'000); // it has expired: the store stays as it was
  }
}

/// A definition from text to plan.
void compiling(std::size_t times) {
  const auto text = chain_of("compile", 50).definition;
  for (std::size_t each = 0; each < times; ++each) {
    findings faults;
    const auto document = read_text(text, "compile.yaml", faults);
    const auto app = document ? read_definition(*document, faults) : std::nullopt;
    if (!app || !compile(*app, faults)) give_up("it does not compile");
  }
}

void mapping_of(bool (mapper_cases::*once)(std::size_t) const, std::size_t times) {
  const mapper_cases cases;
  for (std::size_t each = 0; each < times; ++each)
    if (!(cases.*once)(each % mapper_cases::inputs)) give_up("an input does not fit");
}

struct scenario {
  std::string_view name;
  std::size_t times; ///< enough to be counted, few enough to be counted soon
  void (*run)(std::size_t times);
};

template <std::size_t Index>
void flow_of(std::size_t times) {
  flow(workloads()[Index], times);
}

constexpr scenario scenarios[] = {
    {"map", 200, [](std::size_t times) { mapping_of(&mapper_cases::map, times); }},
    {"condition", 2000, [](std::size_t times) { mapping_of(&mapper_cases::decide, times); }},
    {"schema", 200, [](std::size_t times) { mapping_of(&mapper_cases::inspect, times); }},
    {"compile", 5, compiling},
    {"hello", 100, flow_of<0>},
    {"seq5", 50, flow_of<1>},
    {"fan10", 25, flow_of<2>},
    {"nest5", 25, flow_of<3>},
    {"pass20", 25, flow_of<4>},
    {"wait", 100, flow_of<5>},
};

} // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view{argv[1]} == "--list") {
    for (const auto& each : scenarios) fmt::print("{} {}\n", each.name, each.times);
    return 0;
  }
  if (argc == 3)
    for (const auto& each : scenarios)
      if (each.name == argv[1]) {
        each.run(std::strtoul(argv[2], nullptr, 10));
        return 0;
      }
  fmt::print(stderr, "usage: quipu_guard SCENARIO TIMES | --list\n");
  return 2;
}
