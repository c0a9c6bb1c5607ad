#include "flows/definition/shape.hpp"

#include "collation/codes.hpp"
#include "flows/duration.hpp"
#include "flows/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace quipu::structure {
namespace {

/// How a shape is called where it was not met.
std::string_view sentence(shape wanted) {
  switch (wanted) {
  case shape::anything: return "anything";
  case shape::text: return "a text (a string)";
  case shape::text_or_mapping: return "a text (a string) or a mapping";
  case shape::topic: return "a topic: a text (a string) without blanks and braces";
  case shape::topic_or_mapping:
    return "a topic, a text (a string) without blanks and braces, or a mapping";
  case shape::truth: return "true or false";
  case shape::truth_or_mapping: return "true, false or a mapping";
  case shape::code: return "a code: a whole number from 100 to 999";
  case shape::code_or_mapping: return "an error code, a whole number from 400 to 999, or a mapping";
  case shape::signal_code: return "200, 202 (the hook stays open) or a mapping";
  case shape::signal_subtype: return "\"one\" or \"all\"";
  case shape::count: return "a whole number, 0 or more";
  case shape::sleep: return "seconds, a duration like '1h30m' or a mapping";
  case shape::expiry: return "seconds, a duration like '2h', 0 (for ever) or a mapping";
  case shape::wait: return "seconds or a duration like '5s'";
  case shape::timeout: return "seconds or a duration like '10s', longer than 0";
  case shape::object: return "a mapping of keys to values";
  case shape::list: return "a list";
  case shape::maps: return "a map tree (keys with values) or a '{reference}'";
  case shape::schema: return "a JSON Schema: a mapping, true or false";
  case shape::section:
  case shape::stats:
  case shape::retry: return "a mapping of keys to values";
  case shape::ignored: return "anything";
  }
  return {};
}

bool is_text(const tree& value) noexcept { return value.is_string() && !value.text().empty(); }

bool is_topic(const tree& value) noexcept {
  return is_text(value) && value.text() != "." &&
         std::none_of(value.text().begin(), value.text().end(), [](unsigned char c) {
           return c <= ' ' || c == 0x7F || c == '{' || c == '}';
         });
}

bool is_whole_between(const tree& value, std::int64_t low, std::int64_t high) noexcept {
  if (value.is != tree::kind::scalar || !value.scalar.is_number_integer()) return false;
  if (value.scalar.is_number_unsigned() && value.scalar.get<std::uint64_t>() > INT64_MAX)
    return false;
  const auto number = value.scalar.get<std::int64_t>();
  return number >= low && number <= high;
}

/// A literal duration; `least` in milliseconds. Says itself what is wrong with a text.
bool is_duration(const tree& value, double least, shape wanted, std::string_view what,
                 findings& faults) {
  if (value.is == tree::kind::scalar && value.scalar.is_number()) {
    const auto seconds = value.scalar.get<double>();
    constexpr double most = 9e12; // parse_duration's limit
    if (seconds * 1000 >= least && seconds <= most) return true;
  } else if (value.is_string()) {
    const auto length = parse_duration(value.text());
    if (!length) {
      faults.error(value.at, fmt::format("{}: {}", what, length.error().message));
      return false;
    }
    if (static_cast<double>(length->count()) >= least) return true;
  }
  faults.error(value.at,
               fmt::format("{} takes {}, not {}", what, sentence(wanted), describe(value)));
  return false;
}

bool is(shape wanted, const tree& value) {
  switch (wanted) {
  case shape::text: return is_text(value);
  case shape::text_or_mapping: return is_text(value) || is_mapping(value);
  case shape::topic: return is_topic(value);
  case shape::topic_or_mapping: return is_topic(value) || is_mapping(value);
  case shape::truth: return value.scalar.is_boolean();
  case shape::truth_or_mapping: return value.scalar.is_boolean() || is_mapping(value);
  case shape::code: return is_whole_between(value, codes::least, codes::greatest);
  case shape::code_or_mapping:
    return is_whole_between(value, codes::least_error, codes::greatest) || is_mapping(value);
  case shape::signal_code:
    return is_whole_between(value, codes::success, codes::success) ||
           is_whole_between(value, codes::pending, codes::pending) || is_mapping(value);
  case shape::signal_subtype:
    return value.is_string() && (value.text() == "one" || value.text() == "all");
  case shape::count: return is_whole_between(value, 0, INT32_MAX);
  case shape::list: return value.is_list();
  case shape::maps: return value.is_map() || is_mapping(value);
  case shape::schema: return value.is_map() || value.scalar.is_boolean();
  case shape::object:
  case shape::section:
  case shape::stats:
  case shape::retry: return value.is_map();
  default: return true;
  }
}

} // namespace

bool fits(shape wanted, const tree& value, std::string_view what, findings& faults) {
  constexpr double more_than_0 = 1;
  constexpr double below_any = -9e15;
  switch (wanted) {
  case shape::sleep:
    return value.is_null() || is_mapping(value) ||
           is_duration(value, below_any, wanted, what, faults);
  case shape::expiry: return is_mapping(value) || is_duration(value, 0, wanted, what, faults);
  case shape::wait: return is_duration(value, 0, wanted, what, faults);
  case shape::timeout: return is_duration(value, more_than_0, wanted, what, faults);
  case shape::ignored:
    faults.warning(value.at, fmt::format("{} is known but has no effect", what));
    return true;
  default: break;
  }
  if (is(wanted, value)) return true;
  faults.error(value.at,
               fmt::format("{} takes {}, not {}", what, sentence(wanted), describe(value)));
  return false;
}

bool is_mapping(const tree& value) noexcept {
  if (value.is_map()) return value.find("@pipe") != nullptr;
  return value.is_string() && value.text().size() > 2 && value.text().front() == '{' &&
         value.text().back() == '}';
}

std::chrono::milliseconds length(const tree& duration) {
  if (duration.is_string()) return *parse_duration(duration.text());
  return std::chrono::milliseconds{std::llround(duration.scalar.get<double>() * 1'000)};
}

std::string describe(const tree& value) {
  if (value.is_list()) return "a list";
  if (value.is_map()) return "a mapping";
  if (value.is_null()) return "nothing (null)";
  if (!value.is_string()) return value.scalar.dump();
  constexpr std::size_t longest = 60;
  if (value.text().size() <= longest) return fmt::format("the text \"{}\"", value.text());
  return fmt::format("a text of {} bytes", value.text().size());
}

std::string enumerate(std::span<const std::string_view> words, std::string_view last) {
  std::string all;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) all += i + 1 == words.size() ? fmt::format(" {} ", last) : ", ";
    all += fmt::format("\"{}\"", words[i]);
  }
  return all;
}

bool check_key(const tree::entry& entry, std::span<const std::string_view> known,
               std::string_view what, findings& faults) {
  if (std::find(known.begin(), known.end(), entry.key) != known.end()) return true;
  auto right = did_you_mean(entry.key, known);
  if (right.empty()) right = fmt::format("; it may have {}", enumerate(known));
  faults.error(entry.at, fmt::format("{} has no key \"{}\"{}", what, entry.key, right));
  return false;
}

void check_keys(const tree& map, std::span<const std::string_view> known, std::string_view what,
                findings& faults) {
  for (const auto& entry : map.entries) check_key(entry, known, what, faults);
}

const place& first_key(const tree& item) noexcept {
  return item.entries.empty() ? item.at : item.entries.front().at;
}

} // namespace quipu::structure
