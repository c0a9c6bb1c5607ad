#include "flows/mapper/catalog.hpp"

#include "flows/functions/domains.hpp"
#include "flows/nearest.hpp"

#include <algorithm>

namespace quipu::mapper {

namespace {

template <class Range>
std::vector<std::string_view> names(const Range& of) {
  std::vector<std::string_view> all;
  all.reserve(std::size(of));
  for (const auto& each : of) all.push_back(each.name);
  return all;
}

/// `; did you mean "x"?`, or what there is.
std::string suggest(std::string_view written, std::span<const std::string_view> known) {
  auto guess = did_you_mean(written, known);
  return guess.empty() ? fmt::format("; there are: {}", fmt::join(known, ", ")) : guess;
}

/// Cells of a Markdown table are ended by a bar.
std::string cell(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

} // namespace

result<const function*> look_up(std::string_view qualified) {
  auto dot = qualified.find('.');
  auto where = qualified.substr(0, dot);
  const auto all = domains();
  auto home =
      std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == where; });
  if (home == all.end())
    return failure{fault::invalid,
                   fmt::format("there is no domain \"{}\"{}", where, suggest(where, names(all)))};
  if (dot == qualified.npos)
    return failure{
        fault::invalid,
        fmt::format("\"{0}\" is a domain, not a function: a call is {{@{0}.name}}", where)};
  auto name = qualified.substr(dot + 1);
  for (const auto& each : home->functions)
    if (each.name == name) return &each;
  auto why = suggest(name, names(home->functions));
  for (const auto& other : all)
    if (why.find("did you mean") == why.npos)
      for (const auto& each : other.functions)
        if (each.name == name) why = fmt::format("; did you mean \"{}.{}\"?", other.name, name);
  return failure{fault::invalid,
                 fmt::format("domain \"{}\" has no function \"{}\"{}", where, name, why)};
}

std::string listing() {
  std::string text;
  for (const auto& each : domains()) {
    text += fmt::format(
        "### {}\n\n| function | operands | gives | example | source |\n|---|---|---|---|---|\n",
        each.name);
    for (const auto& row : each.functions)
      text += fmt::format(
          "| {} | {} | {} | {} | {} |\n", row.name, cell(row.operands), cell(row.does),
          row.example.empty() ? "" : fmt::format("`{}`", cell(row.example)), row.source);
    text += '\n';
  }
  return text;
}

} // namespace quipu::mapper
