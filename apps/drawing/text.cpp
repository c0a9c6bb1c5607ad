#include "apps/drawing/format.hpp"

#include <fmt/format.h>

#include <algorithm>

/// A line an activity, in columns: the tree, the digit if it is of a job, type, topic; then, wrapped,
/// what it waits for, when it is entered, and what else there is to say.
namespace quipu {

namespace {

constexpr std::size_t widest_tree = 44;
constexpr std::size_t widest_topic = 26;
constexpr std::size_t narrowest_details = 28;
/// Trees deeper than this begin with "…" where their outermost branches would be.
constexpr std::size_t most_branches = 24;

struct branches {
  std::string_view fork, last, through, none;
};
constexpr branches roomy{"├─ ", "└─ ", "│  ", "   "};
constexpr branches tight{"├", "└", "│", " "};
constexpr std::size_t deepest_roomy = 10;

struct detail {
  colour in = colour::none;
  std::string text;
};

colour colour_of(digit state) {
  switch (state) {
  case digit::completed:
  case digit::released: return colour::green;
  case digit::errored: return colour::red;
  case digit::started: return colour::yellow;
  case digit::paused: return colour::cyan;
  default: return colour::dim;
  }
}

/// Words that fill lines of at most `columns`; a longer word has a line to itself.
std::vector<std::string> wrapped(const std::string& text, std::size_t columns) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from <= text.size();) {
    const auto to = std::min(text.find(' ', from), text.size());
    const auto next = text.substr(from, to - from);
    if (!lines.empty() && width(lines.back()) + 1 + width(next) <= columns)
      lines.back() += " " + next;
    else
      lines.push_back(next);
    from = to + 1;
  }
  return lines;
}

class tree_text {
public:
  tree_text(const drawing::flow& of, const page& on) : flow_(of), on_(on) {
    std::size_t deepest = 0;
    for (const auto& each : of.nodes) deepest = std::max(deepest, each.depth);
    shape_ = deepest <= deepest_roomy ? &roomy : &tight;
    last_.assign(of.nodes.size(), false);
    children_.assign(of.nodes.size(), false);
    std::vector<bool> seen(of.nodes.size(), false);
    for (auto at = of.nodes.size(); at-- > 1;) {
      last_[at] = !seen[of.nodes[at].parent];
      seen[of.nodes[at].parent] = true;
      children_[of.nodes[at].parent] = true;
    }
    measure();
  }

  std::string render() {
    std::string all;
    std::vector<std::size_t> above; ///< the way from the trigger down
    for (std::size_t at = 0; at < flow_.nodes.size(); ++at) {
      above.resize(flow_.nodes[at].depth);
      above.push_back(at);
      row(above, all);
    }
    return all;
  }

private:
  std::string paint(colour with, const std::string& text) const {
    return on_.paint && !text.empty() ? on_.paint(with, text) : text;
  }

  void measure() {
    for (const auto& each : flow_.nodes) {
      const auto branch = std::min(each.depth, most_branches + 1) * width(shape_->fork);
      tree_ = std::max(tree_, std::min(branch + width(escaped(each.id)), widest_tree));
      kind_ = std::max(kind_, name(each.kind).size());
      topic_ = std::max(topic_, std::min(width(escaped(each.topic)), widest_topic));
      if (each.state) state_ = std::max(state_, word(*each.state).size() + 2);
    }
  }

  /// The branches in front of an activity; `below`: of the lines under its first one.
  std::string branch(const std::vector<std::size_t>& above, bool below) const {
    std::string made;
    const auto depth = above.size() - 1;
    const auto skipped = depth > most_branches ? depth - most_branches : 0;
    if (skipped > 0) made += below ? " " : "…";
    for (std::size_t level = skipped + 1; level <= depth; ++level) {
      const bool end = last_[above[level]];
      if (level == depth && !below)
        made += end ? shape_->last : shape_->fork;
      else
        made += end ? shape_->none : shape_->through;
    }
    if (below && children_[above.back()]) made += "│";
    return made;
  }

  std::vector<detail> details(const drawing::node& of) const {
    std::vector<detail> all;
    all.reserve(of.waits.size() + of.notes.size() + 2);
    for (const auto& each : of.waits) all.push_back({colour::bold, escaped(each)});
    if (!of.when.empty()) all.push_back({colour::yellow, escaped(of.when)});
    if (!of.title.empty()) all.push_back({colour::none, fmt::format("“{}”", escaped(of.title))});
    for (const auto& each : of.notes) all.push_back({colour::dim, escaped(each)});
    return all;
  }

  void row(const std::vector<std::size_t>& above, std::string& all) const {
    const auto& of = flow_.nodes[above.back()];
    const auto front = branch(above, false);
    const auto id = escaped(of.id);
    std::string line = paint(colour::dim, front) + paint(colour::bold, id);
    std::size_t used = width(front) + width(id);
    const auto fill = [&](std::size_t to) {
      if (used < to) line.append(to - used, ' ');
      used = std::max(used, to);
    };
    const auto cell = [&](std::size_t columns, colour with, const std::string& text) {
      line += "  " + paint(with, text);
      used += 2 + width(text);
      return columns;
    };
    std::size_t column = tree_;
    fill(column);
    if (of.state) {
      column += 2 + cell(state_, colour_of(*of.state),
                         fmt::format("{} {}", static_cast<char>(*of.state), word(*of.state)));
      fill(column);
    }
    column += 2 + cell(kind_, colour::none, std::string{name(of.kind)});
    fill(column);
    if (topic_ > 0) {
      column += 2 + cell(topic_, colour::cyan, escaped(of.topic));
      fill(column);
    }
    const auto room =
        on_.columns > column + 2 + narrowest_details ? on_.columns - column - 2 : narrowest_details;
    std::size_t free = used > column ? 0 : room; ///< of the line that is being filled
    bool begun = false;
    for (const auto& each : details(of)) {
      for (const auto& part : wrapped(each.text, room)) {
        const auto gap = begun ? 3U : 0U;
        if (width(part) + gap > free) {
          finish(line, all);
          const auto under = branch(above, true);
          line = paint(colour::dim, under);
          used = width(under);
          fill(column);
          free = room;
          begun = false;
        }
        line += (begun ? " · " : "  ") + paint(each.in, part);
        free -= std::min(free, width(part) + (begun ? 3U : 0U));
        begun = true;
      }
    }
    finish(line, all);
  }

  static void finish(std::string& line, std::string& all) {
    line.erase(line.find_last_not_of(' ') + 1);
    all += line + "\n";
  }

  const drawing::flow& flow_;
  const page& on_;
  const branches* shape_ = &roomy;
  std::vector<bool> last_;     ///< it is the last child
  std::vector<bool> children_; ///< it has any
  std::size_t tree_ = 0;
  std::size_t state_ = 0;
  std::size_t kind_ = 0;
  std::size_t topic_ = 0;
};

} // namespace

std::string render_text(const drawing& what, const page& on) {
  std::string all = escaped(what.heading) + "\n";
  for (const auto& flow : what.flows) {
    const auto topic = escaped(flow.topic);
    all += "\n" + (on.paint ? on.paint(colour::bold, topic) : topic);
    for (const auto& note : flow.notes) all += " · " + escaped(note);
    all += "\n" + tree_text{flow, on}.render();
  }
  return all;
}

} // namespace quipu
