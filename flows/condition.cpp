#include "flows/condition.hpp"

#include "collation/codes.hpp"
#include "flows/mapper/edge.hpp"
#include "flows/mapper/machine.hpp"
#include "flows/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace quipu {

namespace {

constexpr std::array<std::string_view, 3> known_keys{"code", "gate", "match"};
constexpr std::array<std::string_view, 2> known_gates{"and", "or"};
constexpr std::array<std::string_view, 2> known_sides{"expected", "actual"};

/// A code as it was written: 200, or '200'.
std::optional<int> read_code(const tree& written) {
  if (written.is != tree::kind::scalar) return std::nullopt;
  if (!written.is_string()) return codes::read(written.scalar);
  int code = condition::no_code;
  const auto& text = written.text();
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return codes::is_one(code) ? std::optional{code} : std::nullopt;
}

void read_codes(const tree& written, condition& into, findings& faults) {
  auto one = [&](const tree& item) {
    auto code = read_code(item);
    if (!code)
      faults.error(item.at, fmt::format("a code is a number from {} to {}, not {}", codes::least,
                                        codes::greatest, to_json(item).dump()));
    into.codes.push_back(code.value_or(condition::no_code));
  };
  if (!written.is_list()) return one(written);
  for (const auto& item : written.items) one(item);
  if (!written.items.empty()) return;
  into.codes.push_back(condition::no_code);
  faults.warning(written.at,
                 "no code is named, so no outcome ever fits; without \"code\" it is success");
}

void read_matches(const tree& written, const scope& names, condition& into, findings& faults) {
  into.unconditional = false;
  if (!written.is_list())
    return faults.error(written.at, "\"match\" is a list of {expected: ..., actual: ...}");
  for (const auto& item : written.items) {
    condition::match made{{}, {}, item.at};
    const auto* expected = item.find("expected");
    const auto* actual = item.find("actual");
    if (expected) made.expected = mapping::compile(*expected, names, faults);
    if (actual) made.actual = mapping::compile(*actual, names, faults);
    if (!item.is_map())
      faults.error(item.at, "a match is a map: {expected: ..., actual: ...}");
    else if (!expected || !actual)
      faults.error(item.entries.empty() ? item.at : item.entries[0].at,
                   fmt::format("a match has \"expected\" and \"actual\"; \"{}\" is missing",
                               expected ? "actual" : "expected"));
    for (const auto& entry : item.entries)
      if (std::find(known_sides.begin(), known_sides.end(), entry.key) == known_sides.end())
        faults.error(entry.at, fmt::format("a match has no key \"{}\"{}", entry.key,
                                           did_you_mean(entry.key, known_sides)));
    into.matches.push_back(std::move(made));
  }
}

/// By type and value; what is no plain scalar is compared as the JSON that it would be.
bool same_value(mapper::value left, mapper::value right, mapper::budget& spend) {
  auto is = left.is();
  if (is == right.is() &&
      (is == mapper::type::string || is == mapper::type::boolean || is == mapper::type::null))
    return mapper::strictly_equal(left, right);
  const auto* l = left.borrowed();
  const auto* r = right.borrowed();
  if (l && r) return same(*l, *r);
  auto a = mapper::to_json(std::move(left), spend);
  auto b = mapper::to_json(std::move(right), spend);
  return a && b && same(*a, *b);
}

result<bool> holds_one(const condition::match& match, const environment& from, const fuel& limit) {
  mapper::machine expected(match.expected.code(), &from, limit);
  auto wanted = expected.to_value();
  if (!wanted) return wanted.error();
  mapper::machine actual(match.actual.code(), &from, limit);
  auto found = actual.to_value();
  if (!found) return found.error();
  if (wanted->is_undefined() || found->is_undefined()) return false;
  bool equal = same_value(*std::move(wanted), *std::move(found), actual.spent());
  if (actual.spent().failed()) return failure{fault::failed, actual.spent().why()};
  return equal;
}

} // namespace

condition condition::compile(const tree& written, const scope& names, findings& faults) {
  condition made;
  if (written.is == tree::kind::scalar && written.scalar.is_boolean()) {
    made.always = written.scalar.get<bool>();
    return made;
  }
  if (written.is_null()) return made;
  if (!written.is_map()) {
    faults.error(written.at,
                 "conditions are a map of \"code\", \"gate\" and \"match\", or true or false");
    made.always = false;
    return made;
  }
  for (const auto& entry : written.entries) {
    if (entry.key == "code") {
      read_codes(entry.value, made, faults);
    } else if (entry.key == "match") {
      read_matches(entry.value, names, made, faults);
    } else if (entry.key == "gate") {
      if (entry.value.is_string() && entry.value.text() == "or")
        made.by = gate::any;
      else if (!entry.value.is_string() || entry.value.text() != "and")
        faults.error(entry.value.at, fmt::format("a gate is \"and\" or \"or\", not {}{}",
                                                 to_json(entry.value).dump(),
                                                 entry.value.is_string()
                                                     ? did_you_mean(entry.value.text(), known_gates)
                                                     : ""));
    } else {
      faults.error(entry.at,
                   fmt::format("conditions have no key \"{}\"; there are: {}{}", entry.key,
                               fmt::join(known_keys, ", "), did_you_mean(entry.key, known_keys)));
    }
  }
  return made;
}

result<bool> condition::holds(const environment& from, const fuel& limit) const {
  if (always) return *always;
  if (unconditional) return true;
  for (const auto& each : matches) {
    auto equal = holds_one(each, from, limit);
    if (!equal) return equal;
    if (*equal == (by == gate::any)) return *equal;
  }
  return by == gate::all;
}

bool condition::admits(int code) const noexcept {
  if (always) return *always;
  if (codes.empty()) return codes::is_success(code);
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

} // namespace quipu
