#include "apps/quipu/exit.hpp"
#include "apps/quipu/message.hpp"
#include "apps/quipu/show.hpp"
#include "apps/quipu/target.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace quipu {

namespace {

struct signal_arguments {
  target where;
  std::string topic;
  std::string message = "{}";
  signal_options how;
  bool as_json = false;
};

std::string_view words(reception what) {
  switch (what) {
  case reception::answered: return "answered";
  case reception::early: return "early: nobody waits for it yet, it is kept";
  case reception::repeated: return "repeated: it was accepted before, nothing has changed";
  }
  return "";
}

int say(const signal_arguments& with) {
  auto message = read_message(with.message);
  if (!message) return complain_usage(message.error().message);
  auto opened = with.where.keep();
  if (!opened) return complain_target(opened.error());
  const auto got = opened->verbs().signal(with.topic, std::move(*message), with.how);
  if (!got) return complain(got.error());
  if (with.as_json)
    print_json({{"signal", name(*got)}});
  else
    terminal{stdout}.line(words(*got));
  return exit_code::done;
}

} // namespace

action declare_signal(CLI::App& to) {
  const auto with = std::make_shared<signal_arguments>();
  to.add_option("TOPIC", with->topic, "what hooks wait for")->required();
  to.add_option("MESSAGE", with->message, message_help)->capture_default_str();
  with->where.declare(to);
  to.add_option("--id", with->how.id, "the same one within the hour changes nothing");
  to.add_option("--app", with->how.app, "which app, if more than one is active");
  to.add_flag("--json", with->as_json, "as JSON");
  return [with] { return say(*with); };
}

} // namespace quipu
