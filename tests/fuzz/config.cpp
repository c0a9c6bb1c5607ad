#include "actors/settings/amount.hpp"
#include "actors/settings/configuration.hpp"
#include "tests/fuzz/told.hpp"

/// A node's configuration, a line `---`, a variable of its environment or a flag: KEY=VALUE.

namespace {

using namespace quipu;

/// What was accepted is printed as a file that says the same.
void check_printed(const configuration& made) {
  const auto printed = made.print();
  configuration again;
  findings faults;
  again.read_text(printed, "node.yaml", faults);
  for (const auto& each : faults.all()) std::fprintf(stderr, "%s\n", to_string(each).c_str());
  fuzz::must(!faults.failed(), "what is printed can be read");
  fuzz::must(again.print() == printed, "what is printed says the same");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [file, said] = fuzz::halves(fuzz::text_of(data, size));
  configuration made;
  findings faults;
  made.read_text(std::string{file}, "node.yaml", faults);
  fuzz::check_told(faults);
  for (const auto& each : settings()) {
    const auto value = each.get(made.options());
    if (const auto* number = std::get_if<std::int64_t>(&value))
      fuzz::must(*number >= each.least && *number <= each.most, "what is set is within its bounds");
  }
  const std::string variable{said};
  const char* const environment[] = {variable.c_str(), nullptr};
  findings of_environment;
  made.read_environment(environment, of_environment);
  if (const auto equals = said.find('='); equals != said.npos)
    if (const auto* which = find_setting(said.substr(0, equals)))
      made.say(*which, said.substr(equals + 1), somewhere("--flag"), of_environment);
  for (const auto& each : of_environment.all())
    fuzz::must(!each.message.empty(), "a fault says what");
  if (!faults.failed() && !of_environment.failed()) check_printed(made);
  made.check(of_environment);
  return 0;
}
