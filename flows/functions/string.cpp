#include "flows/functions/domains.hpp"
#include "flows/mapper/number.hpp"
#include "flows/mapper/text.hpp"
#include "flows/pattern.hpp"

#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace quipu::mapper {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t longest_pattern = 4096;
constexpr std::int64_t pattern_memory = 1 << 20;
/// What it takes to compile a pattern, in touches: some, and so many for each character.
constexpr std::uint64_t touches_a_pattern = 2048;
constexpr std::uint64_t touches_a_pattern_character = 64;

bool receives(call& c) {
  if (c.at(0).is_string()) return true;
  c.wants("a string");
  return false;
}

std::u16string units(call& c, std::size_t i) {
  auto text = c.string(i);
  c.spend.touch(text.size() / 8);
  return to_utf16(text);
}

std::size_t clamped(double position, std::size_t size) {
  return static_cast<std::size_t>(std::clamp(integer_of(position), 0.0, static_cast<double>(size)));
}

/// Between two positions in code units, in this order.
value part(call& c, std::size_t begin, std::size_t end) {
  auto text = c.at(0).text();
  if (end <= begin) return std::string();
  if (is_ascii(text)) return std::string(text.substr(begin, end - begin));
  return from_utf16(std::u16string_view(units(c, 0)).substr(begin, end - begin));
}

value char_at(call& c) {
  if (!receives(c)) return {};
  double at = integer_of(c.number(1));
  auto size = length16(c.at(0).text());
  if (at < 0 || at >= static_cast<double>(size)) return std::string();
  return part(c, static_cast<std::size_t>(at), static_cast<std::size_t>(at) + 1);
}

value concat(call& c) {
  if (c.at(0).is_array()) return array_method("concat", c);
  std::string all;
  for (const auto& operand : c.operands) {
    if (operand.is_string())
      append(all, operand.text());
    else if (!operand.is_nullish())
      append(all, to_string(operand, c.spend));
    if (!c.spend.room(all.size())) return {};
  }
  return all;
}

/// What is looked for; a function that looks for text does not take patterns.
value includes(call& c) {
  if (c.at(0).is_array()) return array_method("includes", c);
  if (!receives(c)) return {};
  auto text = units(c, 0);
  return text.find(units(c, 1), clamped(c.number(2), text.size())) != text.npos;
}

value index_of_text(call& c) {
  if (c.at(0).is_array()) return array_method("indexOf", c);
  if (!receives(c)) return {};
  auto text = units(c, 0);
  auto found = text.find(units(c, 1), clamped(c.number(2), text.size()));
  return found == text.npos ? -1.0 : static_cast<double>(found);
}

value last_index_of(call& c) {
  if (c.at(0).is_array()) return array_method("lastIndexOf", c);
  if (!receives(c)) return {};
  auto text = units(c, 0);
  double from = c.number(2);
  auto found = text.rfind(units(c, 1), std::isnan(from) ? text.size() : clamped(from, text.size()));
  return found == text.npos ? -1.0 : static_cast<double>(found);
}

value slice(call& c) {
  if (c.at(0).is_array()) return array_method("slice", c);
  if (!receives(c)) return {};
  auto size = length16(c.at(0).text());
  auto position = [&](double relative) {
    return clamped(relative < 0 ? relative + static_cast<double>(size) : relative, size);
  };
  auto from = integer_of(c.number(1));
  return part(c, position(from), c.at(2).is_undefined() ? size : position(integer_of(c.number(2))));
}

value substring(call& c) {
  if (!receives(c)) return {};
  auto size = length16(c.at(0).text());
  auto begin = clamped(c.number(1), size);
  auto end = c.at(2).is_undefined() ? size : clamped(c.number(2), size);
  return part(c, std::min(begin, end), std::max(begin, end));
}

template <bool Upper>
value in_case(call& c) {
  if (!receives(c)) return {};
  auto text = c.take(0).take_text();
  if (!c.spend.room(text.size())) return {};
  if (is_ascii(text)) {
    constexpr char first = Upper ? 'a' : 'A';
    for (char& letter : text)
      if (letter >= first && letter <= first + 25) letter = static_cast<char>(letter ^ 0x20);
    return text;
  }
  auto wide = to_utf16(text);
  icu::UnicodeString changed(wide.data(), static_cast<std::int32_t>(wide.size()));
  if constexpr (Upper)
    changed.toUpper(icu::Locale::getRoot());
  else
    changed.toLower(icu::Locale::getRoot());
  return from_utf16({changed.getBuffer(), static_cast<std::size_t>(changed.length())});
}

value trimmed(call& c) { return receives(c) ? value(std::string(trim(c.at(0).text()))) : value(); }
value trimmed_start(call& c) {
  return receives(c) ? value(std::string(trim_start(c.at(0).text()))) : value();
}
value trimmed_end(call& c) {
  return receives(c) ? value(std::string(trim_end(c.at(0).text()))) : value();
}

/// The filling that makes a text as long as asked; empty if it is long enough.
std::string filling(call& c) {
  auto size = length16(c.at(0).text());
  double wanted = integer_of(c.number(1));
  auto with = c.at(2).is_undefined() ? std::u16string(u" ") : units(c, 2);
  if (wanted <= static_cast<double>(size) || with.empty()) return {};
  if (!c.spend.room(static_cast<std::uint64_t>(std::min(wanted, 1e18)))) return {};
  auto missing = static_cast<std::size_t>(wanted) - size;
  std::u16string fill;
  fill.reserve(missing);
  while (fill.size() < missing) fill.append(with, 0, missing - fill.size());
  return from_utf16(fill);
}

value pad_start(call& c) {
  if (!receives(c)) return {};
  auto padded = filling(c);
  append(padded, c.at(0).text());
  return padded;
}

value pad_end(call& c) {
  if (!receives(c)) return {};
  auto fill = filling(c);
  auto padded = c.take(0).take_text();
  append(padded, fill);
  return padded;
}

value repeat(call& c) {
  if (!receives(c)) return {};
  double times = integer_of(c.number(1));
  if (times < 0 || times == infinity)
    return c.fail(fmt::format("it repeats 0 times or more, not {}", print(times)));
  auto text = c.at(0).text();
  if (text.empty()) return std::string();
  if (!c.spend.room(
          static_cast<std::uint64_t>(std::min(times * static_cast<double>(text.size()), 1e18))))
    return {};
  std::string all;
  all.reserve(text.size() * static_cast<std::size_t>(times));
  for (auto i = static_cast<std::size_t>(times); i > 0; --i) append(all, text);
  return all;
}

/// GetSubstitution (22.1.3.19.1) without captures: `$$`, `$&`, `` $` ``, `$'`.
void substitute(std::string& into, std::string_view with, std::string_view before,
                std::string_view matched, std::string_view behind) {
  for (std::size_t plain = 0, at = 0; plain < with.size(); plain = at) {
    at = with.find('$', plain);
    append(into, with.substr(plain, at - plain));
    if (at == with.npos) break;
    switch (at + 1 < with.size() ? with[at + 1] : '\0') {
    case '$': append(into, "$"); break;
    case '&': append(into, matched); break;
    case '`': append(into, before); break;
    case '\'': append(into, behind); break;
    default:
      append(into, "$");
      at += 1;
      continue;
    }
    at += 2;
  }
}

value replace(call& c) {
  if (!receives(c)) return {};
  auto text = c.at(0).text();
  auto sought = c.string(1);
  auto with = c.string(2);
  std::string before;
  std::string behind;
  if (has_lone_surrogate(sought)) { // it may be half of a pair
    auto whole = units(c, 0);
    auto wanted = to_utf16(sought);
    auto found = whole.find(wanted);
    if (found == whole.npos) return c.take(0);
    before = from_utf16(std::u16string_view(whole).substr(0, found));
    behind = from_utf16(std::u16string_view(whole).substr(found + wanted.size()));
  } else {
    auto found = text.find(sought);
    if (found == text.npos) return c.take(0);
    before = text.substr(0, found);
    behind = text.substr(found + sought.size());
  }
  // Each `$` may stand for the whole text.
  auto dollars = static_cast<std::size_t>(std::count(with.begin(), with.end(), '$'));
  if (!c.spend.room(text.size() * (dollars + 1) + with.size())) return {};
  auto made = before;
  substitute(made, with, before, sought, behind);
  append(made, behind);
  return made;
}

value search(call& c) {
  if (!receives(c)) return {};
  auto written = c.at(1).is_undefined() ? std::string() : c.string(1);
  if (written.size() > longest_pattern)
    return c.fail(fmt::format("a pattern has {} characters at most", longest_pattern));
  auto text = c.at(0).text();
  if (!c.spend.touch(touches_a_pattern + touches_a_pattern_character * written.size() +
                     text.size()))
    return {};
  auto compiled = pattern::compile(written, pattern_memory);
  if (!compiled)
    return c.fail(fmt::format("\"{}\" is no pattern that it can match: {}", shortened(written),
                              compiled.error().message));
  auto found = compiled->first_in(text);
  return found ? static_cast<double>(length16(text.substr(0, *found))) : -1.0;
}

value split(call& c) {
  if (!receives(c)) return {};
  auto parts = std::make_shared<list>();
  auto text = c.at(0).text();
  double limit = c.at(2).is_undefined() ? 4294967295.0 : double(uint32_of(c.number(2)));
  auto full = [&] { return static_cast<double>(parts->items.size()) >= limit; };
  if (full()) return parts;
  if (!c.spend.room(text.size()) || !c.spend.touch(text.size())) return {};
  if (c.at(1).is_undefined()) {
    push(*parts, c.take(0));
    return parts;
  }
  auto separator = c.string(1);
  if (separator.empty()) {
    for (char16_t unit : to_utf16(text)) {
      if (full()) break;
      push(*parts, from_utf16({&unit, 1}));
    }
    return parts;
  }
  auto at_each = [&](auto whole, auto by, auto written) {
    for (std::size_t begin = 0; !full();) {
      auto end = whole.find(by, begin);
      push(*parts, written(whole.substr(begin, end - begin)));
      if (end == whole.npos) break;
      begin = end + by.size();
    }
  };
  if (has_lone_surrogate(separator)) // it may be half of a pair
    at_each(std::u16string_view(units(c, 0)), to_utf16(separator), from_utf16);
  else
    at_each(text, std::string_view(separator), [](auto part) { return std::string(part); });
  return parts;
}

value starts_with(call& c) {
  if (!receives(c)) return {};
  auto text = units(c, 0);
  return std::u16string_view(text)
      .substr(clamped(c.number(2), text.size()))
      .starts_with(units(c, 1));
}

value ends_with(call& c) {
  if (!receives(c)) return {};
  auto text = units(c, 0);
  auto end = c.at(2).is_undefined() ? text.size() : clamped(c.number(2), text.size());
  return std::u16string_view(text).substr(0, end).ends_with(units(c, 1));
}

} // namespace

value string_method(std::string_view name, call& c) {
  for (const auto& row : string_functions())
    if (row.name == name) return row.run(c);
  return c.wants("an array");
}

std::span<const function> string_functions() {
  static constexpr std::array rows{
      function{"split", split, "text, separator, limit?", "22.1.3.23",
               "the parts between separators", R"("a-b", "-" -> ["a", "b"])"},
      function{"charAt", char_at, "text, index", "22.1.3.2", "one code unit; empty beyond the end",
               R"("abc", 1 -> "b")"},
      function{"concat", concat, "a, ...", "22.1.3.5",
               "all operands as one text; null and undefined are empty",
               R"("a", 1, null, "b" -> "a1b")"},
      function{"includes", includes, "text, sought, from?", "22.1.3.8", "whether the text is in it",
               R"("abc", "bc" -> true)"},
      function{"indexOf", index_of_text, "text, sought, from?", "22.1.3.9",
               "where it is first; -1: nowhere", R"("abcb", "b" -> 1)"},
      function{"lastIndexOf", last_index_of, "text, sought, from?", "22.1.3.11", "where it is last",
               R"("abcb", "b" -> 3)"},
      function{"slice", slice, "text, start?, end?", "22.1.3.22",
               "a part; negative positions from the end", R"("abcd", -2 -> "cd")"},
      function{"toLowerCase", in_case<false>, "text", "22.1.3.28", "in small letters",
               R"("ÀB" -> "àb")"},
      function{"toUpperCase", in_case<true>, "text", "22.1.3.30", "in capitals",
               R"("straße" -> "STRASSE")"},
      function{"trim", trimmed, "text", "22.1.3.32", "without white space at both ends",
               R"(" a " -> "a")"},
      function{"trimStart", trimmed_start, "text", "22.1.3.34", "without white space at its start",
               R"(" a " -> "a ")"},
      function{"trimEnd", trimmed_end, "text", "22.1.3.33", "without white space at its end",
               R"(" a " -> " a")"},
      function{"padStart", pad_start, "text, length, fill?", "22.1.3.17",
               "filled at its start to a length", R"("7", 3, "0" -> "007")"},
      function{"padEnd", pad_end, "text, length, fill?", "22.1.3.16",
               "filled at its end to a length", R"("7", 3, "." -> "7..")"},
      function{"replace", replace, "text, sought, with", "22.1.3.19",
               "with the first occurrence of a text replaced; `$&`, `$$` as there",
               R"("a-b-c", "-", "+" -> "a+b-c")"},
      function{"search", search, "text, pattern", "22.1.3.21",
               "where a regular expression matches first, in linear time; -1: nowhere",
               R"("order-12", "\\d" -> 6)"},
      function{"substring", substring, "text, start, end?", "22.1.3.25",
               "the part between two positions", R"("abcd", 1, 3 -> "bc")"},
      function{"startsWith", starts_with, "text, sought, from?", "22.1.3.24",
               "whether it begins so", R"("abc", "ab" -> true)"},
      function{"endsWith", ends_with, "text, sought, end?", "22.1.3.7", "whether it ends so",
               R"("abc", "bc" -> true)"},
      function{"repeat", repeat, "text, times", "22.1.3.18", "the text so many times",
               R"("ab", 2 -> "abab")"},
  };
  return rows;
}

} // namespace quipu::mapper
