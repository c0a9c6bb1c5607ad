#include "actors/verify.hpp"
#include "actors/answered.hpp"
#include "apps/quipu/exit.hpp"
#include "apps/quipu/show.hpp"
#include "apps/quipu/target.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"
#include "collation/utf8.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace quipu {

namespace {

struct verify_arguments {
  target where;
  bool repair = false;
  bool as_json = false;
};

json to_json(const flaw& what) {
  return {{"where", what.where},
          {"what", what.what},
          {"remedy", what.remedy.empty() ? json(nullptr) : json(what.remedy)},
          {"mended", what.mended}};
}

std::string line_of(const flaw& what, bool repair) {
  auto line = fmt::format("{}: {}", what.where, what.what);
  if (what.mended)
    line += "; mended: " + what.remedy;
  else if (what.remedy.empty())
    line += "; nothing can mend this but a copy of the store";
  else if (!repair)
    line += "; with --repair: " + what.remedy;
  return line;
}

int verify_store(const verify_arguments& with) {
  auto opened = with.where.store(with.repair);
  if (!opened) return complain_target(opened.error());
  const auto told = verify(**opened, with.repair);
  if (!told) return complain(told.error());
  const auto left = std::ranges::count(told->flaws, false, &flaw::mended);
  if (with.as_json) {
    auto flaws = json::array();
    for (const auto& each : told->flaws) flaws.push_back(to_json(each));
    print_json({{"store", (*opened)->describe()},
                {"jobs", told->jobs},
                {"records", told->records},
                {"rows", told->rows},
                {"flaws", std::move(flaws)}});
  } else {
    terminal out{stdout};
    for (const auto& each : told->flaws) out.line(escaped(line_of(each, with.repair)));
    auto sum = fmt::format("{}: {} jobs, {} records, {} rows: ", (*opened)->describe(), told->jobs,
                           told->records, told->rows);
    if (told->flaws.empty())
      sum += "nothing is wrong";
    else
      sum += fmt::format("{} faults, {} mended", told->flaws.size(), told->flaws.size() - left);
    out.line(escaped(sum));
  }
  return left == 0 ? exit_code::done : exit_code::failed;
}

} // namespace

action declare_verify(CLI::App& to) {
  const auto with = std::make_shared<verify_arguments>();
  to.description(
      "Reads a whole store and says what is wrong in it: checksums and chains of heads, each\n"
      "history against its job's state byte for byte, and rows that stand for what is not "
      "there.\nNothing may run in it: stop its node, or verify a copy. Exit code 0: "
      "nothing is wrong, or all\nof it is mended; 1: something is; 3: it cannot be read.");
  with->where.declare(to);
  to.add_flag("--repair", with->repair,
              "put right what can be: rows without a job, and histories that are damaged, of jobs "
              "whose state is whole");
  to.add_flag("--json", with->as_json, "as JSON");
  return [with] { return verify_store(*with); };
}

} // namespace quipu
