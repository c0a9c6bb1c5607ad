#include "redis_bridge/doctor.hpp"
#include "apps/quipu/exit.hpp"
#include "apps/quipu/show.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace quipu {

namespace {

using redis::remark;

struct doctor_arguments {
  std::string store;
  bool as_json = false;
};

std::string_view name_of(remark::weight is) {
  switch (is) {
  case remark::weight::fine: return "ok";
  case remark::weight::warning: return "warning";
  case remark::weight::fault: return "fault";
  }
  return {};
}

int examine(const doctor_arguments& with) {
  if (!redis::is_address(with.store))
    return complain_usage(fmt::format("\"{}\" is no server, redis://HOST:PORT would be right; of a "
                                      "directory says quipu verify what is wrong",
                                      with.store));
  const auto where = redis::address::parse(with.store);
  if (!where) return complain_usage(where.error().message);
  auto password = redis::password_said();
  if (!password) return complain(password.error());
  const auto seen = redis::look_at(*where, std::move(*password));
  if (!seen) return complain(seen.error());
  const auto all = remarks(*seen);
  if (with.as_json) {
    auto rows = json::array();
    for (const auto& each : all) rows.push_back({{"is", name_of(each.is)}, {"text", each.text}});
    print_json({{"store", where->text()}, {"remarks", std::move(rows)}});
  } else {
    terminal out{stdout};
    for (const auto& each : all) {
      const auto mark = fmt::format("{:8}", name_of(each.is));
      const auto shown = each.is == remark::weight::fine      ? out.paint(colour::green, mark)
                         : each.is == remark::weight::warning ? out.paint(colour::yellow, mark)
                                                              : out.paint(colour::red, mark);
      out.line(shown + escaped(each.text));
    }
  }
  const bool well =
      std::ranges::all_of(all, [](const remark& each) { return each.is == remark::weight::fine; });
  return well ? exit_code::done : exit_code::failed;
}

} // namespace

action declare_doctor(CLI::App& to) {
  const auto with = std::make_shared<doctor_arguments>();
  to.description(
      "Looks at a server that keeps jobs: what it is set to, what of that endangers them, and "
      "which\n"
      "commands the user lacks. Exit code 0: all is well; 1: something should be changed;\n3: it "
      "cannot be reached.");
  to.add_option("--store", with->store, "the server: redis://HOST:PORT, redis+unix:///PATH")
      ->type_name("URL")
      ->required();
  to.add_flag("--json", with->as_json, "as JSON");
  return [with] { return examine(*with); };
}

} // namespace quipu
