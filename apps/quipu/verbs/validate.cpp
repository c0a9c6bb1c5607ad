#include "apps/quipu/exit.hpp"
#include "apps/quipu/show.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"
#include "flows/definition.hpp"
#include "flows/plan.hpp"
#include "flows/read.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace quipu {

namespace {

struct validate_arguments {
  std::vector<std::string> files;
  bool as_json = false;
};

std::shared_ptr<const plan> compile_file(const std::string& file, findings& faults) {
  const auto document = read_file(file, faults);
  if (!document) {
    if (!faults.failed())
      faults.error({std::make_shared<const std::string>(file), 0, 0}, document.error().message);
    return nullptr;
  }
  const auto app = read_definition(*document, faults);
  return app ? compile(*app, faults) : nullptr;
}

std::string summary(const plan& of) {
  std::size_t activities = 0;
  for (const auto& each : of.flows) activities += each.activities.size();
  return fmt::format("ok: app {}, version {}, {} flow{}, {} activities", of.app, of.version,
                     of.flows.size(), of.flows.size() == 1 ? "" : "s", activities);
}

json to_json(const finding& what, const std::string& file) {
  return {{"file", what.at.file ? *what.at.file : file},
          {"line", what.at.line},
          {"column", what.at.column},
          {"weight", what.is == finding::weight::error ? "error" : "warning"},
          {"message", what.message}};
}

int validate(const validate_arguments& with) {
  terminal out{stdout};
  auto told = json::array();
  bool failed = false;
  for (const auto& file : with.files) {
    findings faults;
    const auto compiled = compile_file(file, faults);
    for (const auto& each : faults.all()) {
      if (with.as_json)
        told.push_back(to_json(each, file));
      else
        out.line(escaped(to_string(each)));
    }
    failed = failed || faults.failed() || !compiled;
    if (!with.as_json && compiled && !faults.failed())
      out.line(escaped(fmt::format("{}: {}", file, summary(*compiled))));
  }
  if (with.as_json) print_json(told);
  return failed ? exit_code::usage : exit_code::done;
}

} // namespace

action declare_validate(CLI::App& to) {
  const auto with = std::make_shared<validate_arguments>();
  to.add_option("FILE", with->files, "app files, YAML or JSON")->required();
  to.add_flag("--json", with->as_json, "the faults as a JSON array");
  return [with] { return validate(*with); };
}

} // namespace quipu
