#include "collation/key.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace quipu {

result<key> key::parse(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at)
    if (text[at] != '0' && (text[at] < '3' || text[at] > '9'))
      return failure{fault::corrupt,
                     fmt::format("a key holds {:?} at position {}; its digits are 0 and 3 to 9",
                                 text[at], at)};
  key made;
  made.text_ = text;
  return made;
}

std::size_t key::open() const noexcept {
  return static_cast<std::size_t>(std::count_if(
      text_.begin(), text_.end(), [](char c) { return is_open(static_cast<digit>(c)); }));
}

result<void> key::turn(std::size_t first, std::size_t count, digit from, digit to) {
  if (first > text_.size() || count > text_.size() - first)
    return failure{fault::corrupt, fmt::format("digits {} to {} of a key of {}", first,
                                               first + count, text_.size())};
  if (!may_become(from, to))
    return failure{fault::corrupt, fmt::format("a digit may not turn from {} to {}",
                                               static_cast<char>(from), static_cast<char>(to))};
  for (auto at = first; at < first + count; ++at)
    if (text_[at] != static_cast<char>(from))
      return failure{fault::corrupt,
                     fmt::format("digit {} is {}, not {}", at, text_[at], static_cast<char>(from))};
  std::fill_n(text_.begin() + static_cast<std::ptrdiff_t>(first), count, static_cast<char>(to));
  return {};
}

void key::cede(std::size_t first, std::size_t count) {
  std::fill_n(text_.begin() + static_cast<std::ptrdiff_t>(first), count,
              static_cast<char>(digit::not_applicable));
}

std::string composite(std::string_view key, const composite_of& child) {
  std::string text;
  for (std::size_t at = 0; at < key.size(); ++at) {
    text.push_back(key[at]);
    if (const auto* below = child(at)) text.append("1").append(*below).append("2");
  }
  return text;
}

static bool is_bracket(char c) {
  return c == static_cast<char>(digit::left) || c == static_cast<char>(digit::right);
}

result<cord> parse_composite(std::string_view text) {
  // The cords that are open, outermost first: no recursion, however deep the brackets go.
  std::vector<cord> open(1);
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == static_cast<char>(digit::left)) {
      if (at == 0 || is_bracket(text[at - 1]))
        return failure{fault::invalid, fmt::format("a bracket at {} stands behind no digit", at)};
      open.emplace_back();
    } else if (c == static_cast<char>(digit::right)) {
      if (open.size() == 1)
        return failure{fault::invalid, fmt::format("a bracket closes at {} that none opened", at)};
      auto below = std::move(open.back());
      open.pop_back();
      const auto position = open.back().key.size() - 1;
      open.back().children.push_back({position, std::move(below)});
    } else if (c == '0' || (c >= '3' && c <= '9')) {
      open.back().key.push_back(c);
    } else {
      return failure{fault::invalid, fmt::format("{:?} at {} is no digit", c, at)};
    }
  }
  if (open.size() > 1)
    return failure{fault::invalid, fmt::format("{} brackets are not closed", open.size() - 1)};
  return std::move(open.front());
}

} // namespace quipu
