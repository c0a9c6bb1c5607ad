#include "apps/quipu/bytes.hpp"
#include "apps/quipu/exit.hpp"
#include "apps/quipu/show.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"
#include "flows/functions/domains.hpp"
#include "flows/mapper/context.hpp"
#include "flows/mapper/vectors.hpp"
#include "flows/nearest.hpp"
#include "flows/read.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <random>

namespace quipu {

namespace {

struct map_arguments {
  std::string rules;
  std::string context;
  bool explain = false;
  bool job = false;
  bool list = false;
  std::vector<std::string> domains; ///< of --list: none or one
  std::vector<std::string> vectors;
};

/// A document, or nothing: then its faults have been told.
std::optional<tree> read(const std::string& file) {
  findings faults;
  const auto document = file == "-"
                            ? read_text({std::istreambuf_iterator<char>{std::cin}, {}}, "-", faults)
                            : read_file(file, faults);
  if (document && !faults.failed()) return *document;
  terminal err{stderr};
  for (const auto& each : faults.all()) err.line(escaped(to_string(each)));
  if (!faults.failed()) (void)complain(document.error());
  return std::nullopt;
}

/// An operand, as short as a line has room for.
std::string brief(const mapper::value& what) {
  constexpr std::size_t longest = 60;
  if (what.is_undefined()) return "undefined";
  const auto said = mapper::encoded(what);
  auto text = said.is_object() && said.contains("$num") ? said["$num"].get<std::string>()
              : what.is_date()                          ? "date " + said["$date"].dump()
                                                        : shown(said);
  if (text.size() <= longest) return text;
  auto end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}

std::string_view name_of(const mapper::row& what) {
  switch (what.is) {
  case mapper::row::kind::cells: return "operands";
  case mapper::row::kind::call: return what.name;
  case mapper::row::kind::pipe: return "@pipe";
  case mapper::row::kind::reduce: return "@reduce";
  }
  return "";
}

/// `rules.yaml:3:7    total: row 2, math.multiply -> 30`, a pipe in a pipe further to the right.
std::string line_of(const mapper::trace& at) {
  const auto& where = at.what->at;
  std::string operands;
  for (const auto& each : at.operands) operands += (operands.empty() ? "" : ", ") + brief(each);
  return fmt::format("{}:{}:{}: {:{}}{}{}row {}, {} -> {}", where.file ? escaped(*where.file) : "",
                     where.line, where.column, "", 2 * at.depth, escaped(at.path),
                     at.path.empty() ? "" : ": ", at.row + 1, name_of(*at.what),
                     operands.empty() ? "nothing" : operands);
}

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

int evaluate(const map_arguments& with) {
  if (with.rules == "-" && with.context == "-")
    return complain_usage("only one of RULES and CONTEXT can be -, standard input");
  const auto rules = read(with.rules);
  const auto document = with.context.empty() ? tree{.is = tree::kind::map} : read(with.context);
  if (!rules || !document) return exit_code::usage;
  if (!document->is_map())
    return complain_usage(fmt::format("{}: a context is an object whose keys are what references "
                                      "begin with: {{\"t1\": {{\"output\": {{\"data\": ...}}}}}}",
                                      with.context));
  terminal out{stdout};
  terminal err{stderr};
  const auto data = to_json(*document);
  const auto chance =
      std::uniform_real_distribution<double>{}(*std::make_unique<std::random_device>());
  const mapper::context in{data, now_ms(), chance, !with.explain};
  findings faults;
  const auto compiled = mapping::compile(*rules, in, faults,
                                         with.job ? mapping::role::job_maps : mapping::role::value);
  for (const auto& each : faults.all()) err.line(escaped(to_string(each)));
  if (faults.failed()) return exit_code::usage;
  const mapper::observer watching = [&](const mapper::trace& at) { out.line(line_of(at)); };
  const auto made =
      mapper::machine{compiled.code(), &in, {}, with.explain ? &watching : nullptr}.to_json();
  if (!made) {
    err.line(err.paint(colour::red, "quipu:") + " " + escaped(made.error().message));
    return exit_code::failed;
  }
  if (*made)
    print_json(**made);
  else
    out.line("undefined");
  return exit_code::done;
}

int list(const std::vector<std::string>& wanted) {
  std::vector<std::string_view> known;
  for (const auto& each : mapper::domains()) known.push_back(each.name);
  std::vector<std::vector<std::string>> rows{{"function", "operands", "gives", "example"}};
  for (const auto& each : mapper::domains())
    if (wanted.empty() || wanted[0] == each.name)
      for (const auto& function : each.functions)
        rows.push_back({fmt::format("{}.{}", each.name, function.name),
                        std::string{function.operands}, std::string{function.does},
                        std::string{function.example}});
  if (rows.size() == 1)
    return complain_usage(fmt::format("there is no domain \"{}\"{}; there are: {}", wanted[0],
                                      did_you_mean(wanted[0], known), fmt::join(known, ", ")));
  print_table(rows);
  return exit_code::done;
}

result<mapper::vector_report> run_file(const std::string& file) {
  const auto text = bytes_of(file);
  if (!text) return text.error();
  const auto document = json::parse(*text, nullptr, false);
  if (document.is_discarded()) return failure{fault::invalid, fmt::format("{}: is no JSON", file)};
  auto report = mapper::run_vectors(document);
  if (!report) return failure{fault::invalid, fmt::format("{}: {}", file, report.error().message)};
  return report;
}

int run_vector_files(const std::vector<std::string>& files) {
  terminal out{stdout};
  mapper::vector_report sum;
  bool refused = false;
  for (const auto& file : files) {
    const auto report = run_file(file);
    if (!report) {
      refused = true;
      (void)complain_usage(report.error().message);
      continue;
    }
    sum.passed += report->passed;
    sum.failed += report->failed;
    sum.quirks += report->quirks;
    for (const auto& each : report->differences) {
      if (each.quirk) continue;
      out.line(out.paint(colour::red, "FAIL") + escaped(fmt::format(" {}: {}", file, each.id)));
      out.line("     expected " + escaped(each.expected));
      out.line("     found    " + escaped(each.found));
    }
  }
  out.line(fmt::format("{} quirks differ", sum.quirks));
  out.line(fmt::format("{} passed, {} failed", sum.passed, sum.failed));
  if (refused) return exit_code::usage;
  return sum.failed == 0 ? exit_code::done : exit_code::failed;
}

int map(const map_arguments& with) {
  const bool evaluates = !with.rules.empty();
  if (evaluates + with.list + !with.vectors.empty() != 1)
    return complain_usage("`quipu map` wants one of: RULES and CONTEXT, --list, --vectors; see "
                          "`quipu map --help`");
  if (with.list) return list(with.domains);
  return evaluates ? evaluate(with) : run_vector_files(with.vectors);
}

} // namespace

action declare_map(CLI::App& to) {
  const auto with = std::make_shared<map_arguments>();
  to.add_option("RULES", with->rules, "a map tree, YAML or JSON: a file, or - for stdin");
  to.add_option("CONTEXT", with->context,
                "what references read, YAML or JSON: {t1: {output: {data: ...}}}; or - for stdin");
  to.add_flag("--explain", with->explain, "show the operands after each row of a pipe");
  to.add_flag("--job", with->job, "as job.maps: keys may be x[-] and x[_]");
  const auto* list =
      to.add_option("--list", with->domains, "list the functions, of one domain or all")
          ->type_name("[DOMAIN]")
          ->expected(0, 1);
  to.add_option("--vectors", with->vectors, "run files of vectors, of mappings and of conditions")
      ->type_name("FILE");
  return [with, list] {
    with->list = list->count() > 0;
    if (with->domains == std::vector<std::string>{""}) with->domains.clear();
    return map(*with);
  };
}

} // namespace quipu
