#include "apps/drawing/format.hpp"
#include "apps/drawing/ink.hpp"

#include <fmt/format.h>

#include <algorithm>

/// A picture that stands alone: from left to right, an activity's first child beside it, the others
/// below, a way back under everything that it goes round. Boxes bring their own ground and lines are
/// of a middle grey, so that it can stand on light and on dark.
namespace quipu {

namespace {

constexpr double character = 7.25; ///< of 12 px in a fixed width
constexpr double line_height = 16;
constexpr double margin = 16;
constexpr double pad = 10; ///< between a box and its text
constexpr double row_gap = 14;
constexpr double trunk = 16; ///< from a box to where its ways part
constexpr double lane = 16;  ///< for a way back
constexpr std::size_t widest_box = 34;
constexpr std::size_t widest_label = 22;
constexpr std::string_view grey = "#7b8794";

/// XML's own signs, and what XML cannot have at all.
std::string xml(std::string_view text) {
  std::string made;
  const auto safe = escaped(text);
  for (std::size_t i = 0; i < safe.size(); ++i) {
    switch (safe[i]) {
    case '&': made += "&amp;"; break;
    case '<': made += "&lt;"; break;
    case '>': made += "&gt;"; break;
    case '"': made += "&quot;"; break;
    case '\'': made += "&#39;"; break;
    default:
      if (const auto rest = std::string_view{safe}.substr(i, 3);
          rest == "\xef\xbf\xbe" || rest == "\xef\xbf\xbf") {
        made += "?";
        i += 2;
      } else {
        made += safe[i];
      }
    }
  }
  return made;
}

/// Lines of at most `columns`: broken between words, else anywhere.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines{""};
  std::string word;
  const auto put = [&] {
    if (!lines.back().empty() && width(lines.back()) + 1 + width(word) > columns)
      lines.emplace_back();
    else if (!lines.back().empty())
      lines.back() += ' ';
    lines.back() += word;
    word.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80;
    if (text[i] == ' ' || (begins && width(word) >= columns)) put();
    if (text[i] != ' ') word += text[i];
  }
  put();
  return lines;
}

struct text_line {
  std::string text;
  bool bold = false;
};

struct box {
  std::vector<text_line> lines;
  std::vector<std::string> label;
  double width = 0, height = 0;
  double x = 0, centre = 0; ///< the middle of its left side
  double room = 0;          ///< the height of everything behind it
  double before = 0;        ///< of that, above its middle
  std::size_t lanes = 0;    ///< ways back to it
};

class flow_picture {
public:
  explicit flow_picture(const drawing::flow& of) : flow_(of), boxes_(of.nodes.size()) {
    fill();
    measure();
    place();
  }

  double width() const { return width_; }
  double height() const { return boxes_.empty() ? 0 : boxes_.front().room; }

  std::string render(double top) const {
    std::string ways;
    std::string shapes;
    std::vector<std::size_t> taken(boxes_.size(), 0);
    for (std::size_t at = 0; at < boxes_.size(); ++at) {
      if (at > 0) ways += way(at, top);
      if (flow_.nodes[at].back_to) {
        const auto to = *flow_.nodes[at].back_to;
        ways += way_back(at, to, taken[to]++, top);
      }
      shapes += shape(at, top);
    }
    return ways + shapes;
  }

private:
  void fill() {
    for (std::size_t at = 0; at < boxes_.size(); ++at) {
      const auto& node = flow_.nodes[at];
      auto& made = boxes_[at];
      const auto add = [&](std::string_view text, bool bold) {
        for (auto& line : wrapped(escaped(text), widest_box))
          made.lines.push_back({std::move(line), bold});
      };
      add(node.id, true);
      if (node.state)
        add(fmt::format("{} {}", static_cast<char>(*node.state), word(*node.state)), false);
      for (const auto& each : node.waits) add(each, true);
      for (const auto& each : lines_of(node)) add(each, false);
      if (!node.when.empty()) made.label = wrapped(escaped(node.when), widest_label);
      std::size_t widest = 0;
      for (const auto& line : made.lines) widest = std::max(widest, quipu::width(line.text));
      made.width = static_cast<double>(widest) * character + 2 * pad;
      made.height = static_cast<double>(made.lines.size()) * line_height + pad;
      if (node.back_to) ++boxes_[*node.back_to].lanes;
    }
  }

  double label_width(const box& of) const {
    std::size_t widest = 0;
    for (const auto& line : of.label) widest = std::max(widest, quipu::width(line));
    return of.label.empty() ? 0 : static_cast<double>(widest) * character + 12;
  }

  /// How much height everything needs, from the leaves up.
  void measure() {
    std::vector<double> below(boxes_.size(), 0); ///< the children's heights
    std::vector<double> first(boxes_.size(), 0); ///< the first child's part above its middle
    for (auto at = boxes_.size(); at-- > 0;) {
      auto& made = boxes_[at];
      const auto own =
          std::max(made.height, static_cast<double>(made.label.size()) * line_height) + row_gap;
      made.before = std::max(own / 2, first[at]);
      made.room = std::max(made.before + own / 2, made.before - first[at] + below[at]) +
                  static_cast<double>(made.lanes) * lane;
      if (at == 0) break;
      below[flow_.nodes[at].parent] += made.room;
      first[flow_.nodes[at].parent] = made.before; // the first child comes last
    }
  }

  void place() {
    if (boxes_.empty()) return;
    std::size_t deepest = 0;
    for (const auto& each : flow_.nodes) deepest = std::max(deepest, each.depth);
    std::vector<double> widest(deepest + 1, 0);
    std::vector<double> gap(deepest + 1, 0);
    for (std::size_t at = 0; at < boxes_.size(); ++at) {
      const auto depth = flow_.nodes[at].depth;
      widest[depth] = std::max(widest[depth], boxes_[at].width);
      gap[depth] = std::max(gap[depth], 2 * trunk + 8 + label_width(boxes_[at]));
    }
    std::vector<double> x(deepest + 1, margin);
    for (std::size_t depth = 1; depth <= deepest; ++depth)
      x[depth] = x[depth - 1] + widest[depth - 1] + gap[depth];
    width_ = x[deepest] + widest[deepest] + margin;
    std::vector<double> next(boxes_.size(), 0); ///< where the next child's room begins
    for (std::size_t at = 0; at < boxes_.size(); ++at) {
      auto& made = boxes_[at];
      const auto parent = flow_.nodes[at].parent;
      const bool is_first = at > 0 && at == parent + 1;
      const auto top = at == 0 ? 0 : is_first ? boxes_[parent].centre - made.before : next[parent];
      made.x = x[flow_.nodes[at].depth];
      made.centre = top + made.before;
      if (at > 0) next[parent] = top + made.room;
    }
  }

  std::string way(std::size_t at, double top) const {
    const auto& to = boxes_[at];
    const auto& from = boxes_[flow_.nodes[at].parent];
    const auto x = from.x + from.width;
    const auto end = to.x - 1;
    const auto y = top + to.centre;
    std::string path;
    if (from.centre == to.centre)
      path = fmt::format("M{:.1f} {:.1f}H{:.1f}", x, y, end);
    else
      path = fmt::format("M{:.1f} {:.1f}h{:.1f}q6 0 6 6V{:.1f}q0 6 6 6H{:.1f}", x,
                         top + from.centre, trunk - 6, y - 6, end);
    auto made = fmt::format("<path class=\"way\"{} d=\"{}\" marker-end=\"url(#tip)\"/>\n",
                            flow_.nodes[at].is_interim ? " stroke-dasharray=\"5 3\"" : "", path);
    if (to.label.empty()) return made;
    const auto wide = label_width(to);
    const auto high = static_cast<double>(to.label.size()) * line_height;
    const auto left = to.x - trunk - wide;
    made += fmt::format("<rect class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
                        "height=\"{:.1f}\" rx=\"4\"/>\n",
                        left, y - high / 2, wide, high);
    for (std::size_t line = 0; line < to.label.size(); ++line)
      made += fmt::format("<text class=\"when\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", left + 6,
                          y - high / 2 + 12 + static_cast<double>(line) * line_height,
                          xml(to.label[line]));
    return made;
  }

  std::string way_back(std::size_t at, std::size_t to, std::size_t which, double top) const {
    const auto& from = boxes_[at];
    const auto& goal = boxes_[to];
    const auto block = top + goal.centre - goal.before + goal.room;
    const auto y = block - row_gap / 2 - static_cast<double>(goal.lanes - 1 - which) * lane;
    return fmt::format(
        "<path class=\"way\" stroke-dasharray=\"5 3\" d=\"M{:.1f} {:.1f}V{:.1f}H{:.1f}"
        "V{:.1f}\" marker-end=\"url(#tip)\"/>\n",
        from.x + from.width / 2, top + from.centre + from.height / 2, y,
        goal.x + goal.width / 2 - 8 * static_cast<double>(which),
        top + goal.centre + goal.height / 2 + 1);
  }

  std::string shape(std::size_t at, double top) const {
    const auto& of = boxes_[at];
    const auto& node = flow_.nodes[at];
    const auto& with = ink_of(node.state);
    const auto y = top + of.centre - of.height / 2;
    const bool round = node.kind == activity_kind::trigger || node.kind == activity_kind::hook ||
                       node.kind == activity_kind::cycle;
    auto made = fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
                            "rx=\"{}\" fill=\"{}\" stroke=\"{}\"{}/>\n",
                            of.x, y, of.width, of.height, round ? 12 : 3, with.fill, with.line,
                            with.name == "quiet" ? " stroke-dasharray=\"4 3\"" : "");
    if (node.kind == activity_kind::await)
      made +=
          fmt::format("<path stroke=\"{}\" d=\"M{:.1f} {:.1f}v{:.1f}M{:.1f} {:.1f}v{:.1f}\"/>\n",
                      with.line, of.x + 4, y, of.height, of.x + of.width - 4, y, of.height);
    for (std::size_t line = 0; line < of.lines.size(); ++line)
      made += fmt::format("<text{} x=\"{:.1f}\" y=\"{:.1f}\" fill=\"{}\">{}</text>\n",
                          of.lines[line].bold ? " class=\"bold\"" : "", of.x + pad,
                          y + 17 + static_cast<double>(line) * line_height, with.text,
                          xml(of.lines[line].text));
    return made;
  }

  const drawing::flow& flow_;
  std::vector<box> boxes_;
  double width_ = 0;
};

} // namespace

std::string render_svg(const drawing& what, const page&) {
  std::string inside;
  double wide = 2 * margin + static_cast<double>(width(escaped(what.heading))) * 9;
  double y = margin + 18;
  inside += fmt::format("<text class=\"title\" x=\"{}\" y=\"{}\">{}</text>\n", margin, y,
                        xml(what.heading));
  for (const auto& flow : what.flows) {
    const flow_picture picture{flow};
    auto heading = flow.topic;
    for (const auto& note : flow.notes) heading += " · " + note;
    y += 30;
    inside += fmt::format("<text class=\"flow\" x=\"{}\" y=\"{:.1f}\">{}</text>\n", margin, y,
                          xml(heading));
    wide = std::max({wide, picture.width(),
                     2 * margin + static_cast<double>(width(escaped(heading))) * character});
    y += 8;
    inside += picture.render(y);
    y += picture.height();
  }
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "viewBox=\"0 0 {0:.0f} {1:.0f}\">\n"
      "<title>{2}</title>\n"
      "<style>text{{font:12px ui-monospace,\"DejaVu Sans Mono\",Menlo,Consolas,monospace;"
      "white-space:pre}}.bold{{font-weight:bold}}.title{{font-size:15px;font-weight:bold}}"
      ".title,.flow{{fill:{3}}}.flow{{font-weight:bold}}.way{{fill:none;stroke:{3};"
      "stroke-width:1.3}}.label{{fill:#fdf6df;stroke:{3};stroke-width:.5}}"
      ".when{{fill:#4a3205}}</style>\n"
      "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" "
      "markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" "
      "fill=\"{3}\"/></marker></defs>\n"
      "{4}</svg>\n",
      wide, y + margin, xml(what.heading), grey, inside);
}

} // namespace quipu
