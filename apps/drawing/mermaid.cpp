#include "apps/drawing/format.hpp"
#include "apps/drawing/ink.hpp"

#include <fmt/format.h>

/// Mermaid: https://mermaid.js.org/syntax/flowchart.html. Labels stand in quotes; in them `#NN;` is
/// the character of that number, and everything that could mean something is written so.
namespace quipu {

namespace {

constexpr std::string_view harmless = " .,:_-/=+()[]!?*'";

std::string in_quotes(std::string_view text) {
  std::string made;
  for (const char c : escaped(text)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte >= 0x80 || (byte >= '0' && byte <= '9') ||
                       ((byte | 0x20U) >= 'a' && (byte | 0x20U) <= 'z') ||
                       harmless.find(c) != std::string_view::npos;
    if (plain)
      made += c;
    else
      made += fmt::format("#{};", byte);
  }
  return made;
}

struct shape {
  std::string_view open, close;
};

shape shape_of(activity_kind kind) {
  switch (kind) {
  case activity_kind::trigger: return {"([", "])"};
  case activity_kind::await: return {"[[", "]]"};
  case activity_kind::hook: return {"(", ")"};
  case activity_kind::cycle: return {"((", "))"};
  case activity_kind::signal: return {"[/", "/]"};
  case activity_kind::interrupt: return {"{{", "}}"};
  default: return {"[", "]"};
  }
}

std::string name_of(std::size_t flow, std::size_t node) {
  return fmt::format("f{}n{}", flow, node);
}

std::string label_of(const drawing::node& of) {
  std::string label = "<b>" + in_quotes(of.id) + "</b>";
  if (of.state)
    label += fmt::format("<br/>{} {}", static_cast<char>(*of.state), in_quotes(word(*of.state)));
  for (const auto& each : of.waits) label += "<br/><i>" + in_quotes(each) + "</i>";
  for (const auto& each : lines_of(of)) label += "<br/>" + in_quotes(each);
  return label;
}

std::string edge(const std::string& from, const std::string& to, std::string_view label,
                 bool dashed) {
  const auto arrow = dashed ? "-.->" : "-->";
  return label.empty() ? fmt::format("  {} {} {}\n", from, arrow, to)
                       : fmt::format("  {} {}|\"{}\"| {}\n", from, arrow, in_quotes(label), to);
}

std::string classes() {
  std::string all;
  for (const auto& each : inks)
    all += fmt::format("  classDef {} fill:{},stroke:{},color:{}\n", each.name, each.fill,
                       each.line, each.text);
  return all;
}

} // namespace

std::string render_mermaid(const drawing& what, const page&) {
  std::string all = fmt::format("---\ntitle: \"{}\"\n---\nflowchart TD\n", in_quotes(what.heading));
  bool coloured = false;
  for (std::size_t f = 0; f < what.flows.size(); ++f) {
    const auto& flow = what.flows[f];
    auto title = in_quotes(flow.topic);
    for (const auto& note : flow.notes) title += " - " + in_quotes(note);
    all += fmt::format("  subgraph f{}[\"{}\"]\n", f, title);
    for (std::size_t n = 0; n < flow.nodes.size(); ++n) {
      const auto& node = flow.nodes[n];
      const auto [open, close] = shape_of(node.kind);
      all += fmt::format("    {}{}\"{}\"{}", name_of(f, n), open, label_of(node), close);
      if (node.state) all += fmt::format(":::{}", ink_of(node.state).name);
      coloured = coloured || node.state;
      all += "\n";
    }
    all += "  end\n";
  }
  for (std::size_t f = 0; f < what.flows.size(); ++f) {
    const auto& nodes = what.flows[f].nodes;
    for (std::size_t n = 0; n < nodes.size(); ++n) {
      const auto here = name_of(f, n);
      if (n > 0) all += edge(name_of(f, nodes[n].parent), here, nodes[n].when, nodes[n].is_interim);
      if (nodes[n].back_to) all += edge(here, name_of(f, *nodes[n].back_to), "again", true);
      if (nodes[n].starts) all += edge(here, name_of(*nodes[n].starts, 0), "starts", true);
    }
  }
  return coloured ? all + classes() : all;
}

} // namespace quipu
