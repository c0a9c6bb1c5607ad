#include "flows/functions/domains.hpp"
#include "flows/mapper/catalog.hpp"
#include "flows/mapper/context.hpp"
#include "flows/mapper/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <string>

/// Our half of `./dev soak mapper`: reads calls, `["string.slice", [operand, ...]]` a line, and
/// writes what each gives, or `{"$error": why}`. Values are written as mapper/context.hpp does.
/// Called with `--list` it writes the names of all functions.

namespace {

using namespace quipu;
using namespace quipu::mapper;

constexpr std::int64_t now_ms = 1'709'251'199'000; ///< as NOW in mapper/ecmascript.mjs
constexpr double chance = 0.25;

bool is_encoded(const json& what) {
  if (what.is_array()) return std::any_of(what.begin(), what.end(), is_encoded);
  if (!what.is_object()) return false;
  return std::any_of(what.begin(), what.end(), is_encoded) || what.contains("$num") ||
         what.contains("$undefined") || what.contains("$date") || what.contains("$utf16") ||
         what.contains("$members");
}

double number_said(const std::string& text) {
  if (text == "-0") return -0.0;
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  return text == "Infinity" ? HUGE_VAL : -HUGE_VAL;
}

std::string text_of(const json& units) {
  std::u16string wide;
  for (const auto& unit : units) wide.push_back(static_cast<char16_t>(unit.get<unsigned>()));
  return from_utf16(wide);
}

/// What `encoded` wrote. Made anew, or a view of `what` as far as JSON says it.
value decoded(const json& what, bool borrows) {
  if (borrows && !is_encoded(what)) return value::borrow(what);
  if (what.is_string()) return what.get<std::string>();
  if (what.is_array()) {
    auto made = std::make_shared<list>();
    for (const auto& item : what) push(*made, decoded(item, borrows));
    return made;
  }
  if (!what.is_object()) return value::borrow(what);
  if (what.contains("$undefined")) return {};
  if (what.contains("$num")) return number_said(what["$num"].get<std::string>());
  if (what.contains("$utf16")) return text_of(what["$utf16"]);
  if (what.contains("$date"))
    return mapper::date{what["$date"].is_null() ? std::numeric_limits<double>::quiet_NaN()
                                                : what["$date"].get<double>()};
  auto made = std::make_shared<record>();
  if (what.contains("$members"))
    for (const auto& pair : what["$members"])
      set(*made, text_of(pair[0]), decoded(pair[1], borrows));
  else
    for (const auto& [key, item] : what.items()) set(*made, key, decoded(item, borrows));
  return made;
}

/// Calls the function as a row of a pipe does.
json answer(const json& asked, const environment& from, bool borrows) {
  const auto found = look_up(asked[0].get<std::string>());
  if (!found) return {{"$error", found.error().message}};
  std::vector<value> operands;
  for (const auto& each : asked[1]) operands.push_back(decoded(each, borrows));
  budget spend{fuel{}};
  call now{operands, spend, &from};
  const auto made = (*found)->run(now);
  if (spend.failed()) return {{"$error", well_formed(spend.why())}};
  return encoded(made);
}

} // namespace

int main(int count, char** words) {
  if (count > 1 && std::string_view{words[1]} == "--list") {
    for (const auto& each : domains())
      for (const auto& function : each.functions) fmt::print("{}.{}\n", each.name, function.name);
    return EXIT_SUCCESS;
  }
  const auto nothing = json::object();
  const context from{nothing, now_ms, chance};
  std::string line;
  for (bool borrows = false; std::getline(std::cin, line); borrows = !borrows)
    std::cout << answer(json::parse(line), from, borrows).dump() << '\n';
  return EXIT_SUCCESS;
}
