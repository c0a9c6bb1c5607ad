#include "apps/drawing/format.hpp"
#include "apps/drawing/ink.hpp"

#include <fmt/format.h>

/// Graphviz: https://graphviz.org/doc/info/lang.html. Everything stands in quotes; in a label, `\`
/// begins an escape and `&` an HTML entity.
namespace quipu {

namespace {

std::string inner(std::string_view text) {
  std::string made;
  for (const char c : escaped(text)) {
    if (c == '&')
      made += "&amp;";
    else if (c == '\\' || c == '"')
      (made += '\\') += c;
    else
      made += c;
  }
  return made;
}

std::string in_quotes(std::string_view text) { return "\"" + inner(text) + "\""; }

struct look {
  std::string_view shape;
  std::string_view style = "filled";
};

look look_of(activity_kind kind) {
  switch (kind) {
  case activity_kind::trigger: return {"oval"};
  case activity_kind::await: return {"box3d"};
  case activity_kind::hook: return {"box", "filled,rounded"};
  case activity_kind::cycle: return {"circle"};
  case activity_kind::signal: return {"parallelogram"};
  case activity_kind::interrupt: return {"octagon"};
  default: return {"box"};
  }
}

std::string name_of(std::size_t flow, std::size_t node) {
  return fmt::format("f{}n{}", flow, node);
}

std::string label_of(const drawing::node& of) {
  auto label = inner(of.id);
  if (of.state)
    label += fmt::format("\\n{} {}", static_cast<char>(*of.state), inner(word(*of.state)));
  for (const auto& each : of.waits) label += "\\n" + inner(each);
  for (const auto& each : lines_of(of)) label += "\\n" + inner(each);
  return label;
}

std::string edge(const std::string& from, const std::string& to, std::string_view label,
                 bool dashed, bool ranked = true) {
  std::string with;
  if (!label.empty()) with += " label=" + in_quotes(label);
  if (dashed) with += " style=dashed";
  if (!ranked) with += " constraint=false";
  return fmt::format("  {} -> {}{}\n", from, to, with.empty() ? "" : " [" + with.substr(1) + "]");
}

} // namespace

std::string render_dot(const drawing& what, const page&) {
  std::string all = "digraph quipu {\n";
  all += fmt::format("  label={}\n  labelloc=t\n", in_quotes(what.heading));
  all += "  fontname=\"Helvetica\"\n  bgcolor=\"white\"\n"
         "  node [fontname=\"Helvetica\" fontsize=11]\n"
         "  edge [fontname=\"Helvetica\" fontsize=10 color=\"#5c6773\"]\n";
  for (std::size_t f = 0; f < what.flows.size(); ++f) {
    const auto& flow = what.flows[f];
    auto title = inner(flow.topic);
    for (const auto& note : flow.notes) title += "\\n" + inner(note);
    all += fmt::format("  subgraph cluster_{} {{\n    label=\"{}\"\n    color=\"#b8c0c8\"\n", f,
                       title);
    for (std::size_t n = 0; n < flow.nodes.size(); ++n) {
      const auto& node = flow.nodes[n];
      const auto& with = ink_of(node.state);
      const auto [shape, style] = look_of(node.kind);
      all +=
          fmt::format("    {} [label=\"{}\" shape={} style=\"{}\" fillcolor=\"{}\" color=\"{}\" "
                      "fontcolor=\"{}\"]\n",
                      name_of(f, n), label_of(node), shape, style, with.fill, with.line, with.text);
    }
    all += "  }\n";
  }
  for (std::size_t f = 0; f < what.flows.size(); ++f) {
    const auto& nodes = what.flows[f].nodes;
    for (std::size_t n = 0; n < nodes.size(); ++n) {
      const auto here = name_of(f, n);
      if (n > 0) all += edge(name_of(f, nodes[n].parent), here, nodes[n].when, nodes[n].is_interim);
      if (nodes[n].back_to) all += edge(here, name_of(f, *nodes[n].back_to), "again", true, false);
      if (nodes[n].starts) all += edge(here, name_of(*nodes[n].starts, 0), "starts", true, false);
    }
  }
  return all + "}\n";
}

} // namespace quipu
