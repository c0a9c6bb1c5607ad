#include "apps/drawing/format.hpp"

namespace quipu {

std::string render_text(const drawing& what, const page& on);
std::string render_mermaid(const drawing& what, const page& on);
std::string render_dot(const drawing& what, const page& on);
std::string render_svg(const drawing& what, const page& on);

const std::vector<format>& formats() {
  static const std::vector<format> table{
      {"text", "a tree for the terminal", render_text},
      {"mermaid", "a flowchart for Markdown", render_mermaid},
      {"dot", "a graph for Graphviz", render_dot},
      {"svg", "a picture that stands alone", render_svg},
  };
  return table;
}

} // namespace quipu
