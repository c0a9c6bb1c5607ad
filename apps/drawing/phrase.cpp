#include "apps/drawing/phrase.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace quipu {

namespace {

/// Deeper values are "…": what a definition may nest is bounded, what a label can show is less.
constexpr int deepest = 12;

/// A piece of a formula; one with an operator in it needs parentheses inside another.
struct term {
  std::string text;
  bool compound = false;
};

struct infix_row {
  std::string_view function;
  std::string_view sign;
};

constexpr std::array infixes{infix_row{"conditional.equality", "=="},
                             infix_row{"conditional.strict_equality", "="},
                             infix_row{"conditional.inequality", "!="},
                             infix_row{"conditional.strict_inequality", "≠"},
                             infix_row{"conditional.greater_than", ">"},
                             infix_row{"conditional.less_than", "<"},
                             infix_row{"conditional.greater_than_or_equal", "≥"},
                             infix_row{"conditional.less_than_or_equal", "≤"},
                             infix_row{"conditional.nullish", "??"},
                             infix_row{"logical.and", "and"},
                             infix_row{"logical.or", "or"},
                             infix_row{"math.add", "+"},
                             infix_row{"math.subtract", "-"},
                             infix_row{"math.multiply", "×"},
                             infix_row{"math.divide", "/"},
                             infix_row{"number.gt", ">"},
                             infix_row{"number.gte", "≥"},
                             infix_row{"number.lt", "<"},
                             infix_row{"number.lte", "≤"}};

term say(const tree& written, int depth);

/// A term where an operator stands beside it.
std::string guarded(const term& of) { return of.compound ? "(" + of.text + ")" : of.text; }

bool is_reference(const tree& value) {
  return value.is_string() && value.text().size() > 2 && value.text().starts_with('{') &&
         value.text().ends_with('}');
}

/// `{a1.output.data.x}` is `a1.x`: what a label is about is said by its first and last names.
std::string say_reference(const std::string& text) {
  std::string inner = text.substr(1, text.size() - 2);
  if (inner.starts_with("@")) return inner.substr(1) + "()";
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> shorter{
      std::pair{"$self.hook.data", "signal"},
      {"$self.output.data", "self"},
      {"$job.data", "job"},
      {".output.data", ""},
      {".hook.data", ".signal"},
      {".input.data", ".input"},
      {".output.metadata", ""}};
  for (const auto& [long_form, short_form] : shorter) {
    const auto at = inner.find(long_form);
    const auto end = at + long_form.size();
    if (at == std::string::npos || (end != inner.size() && inner[end] != '.')) continue;
    return inner.replace(at, long_form.size(), short_form);
  }
  return inner;
}

std::string function_of(const tree& cell) {
  return is_reference(cell) && cell.text().starts_with("{@")
             ? cell.text().substr(2, cell.text().size() - 3)
             : std::string{};
}

std::string list_of(const std::vector<term>& terms) {
  std::vector<std::string> texts;
  texts.reserve(terms.size());
  for (const auto& each : terms) texts.push_back(each.text);
  return fmt::format("{}", fmt::join(texts, ", "));
}

term call(const std::string& function, const std::vector<term>& operands) {
  if (operands.size() == 2)
    for (const auto& row : infixes)
      if (row.function == function)
        return {fmt::format("{} {} {}", guarded(operands[0]), row.sign, guarded(operands[1])),
                true};
  if (function == "conditional.ternary" && operands.size() == 3)
    return {fmt::format("{} ? {} : {}", guarded(operands[0]), guarded(operands[1]),
                        guarded(operands[2])),
            true};
  if (function == "unary.not" && operands.size() == 1) return {"not " + guarded(operands[0]), true};
  return {fmt::format("{}({})", function, list_of(operands))};
}

/// A pipe: each row's function is called with the operands of the rows before it.
term say_pipe(const tree& rows, std::vector<term> operands, int depth) {
  if (!rows.is_list() || depth > deepest) return {"…"};
  std::vector<term> fanned; ///< what the nested pipes since the last row gave
  bool first = operands.empty();
  for (const auto& row : rows.items) {
    if (const auto* nested = row.find("@pipe")) {
      const auto begins = nested->is_list() && !nested->items.empty() &&
                          nested->items.front().is_list() && !nested->items.front().items.empty() &&
                          !function_of(nested->items.front().items.front()).empty();
      fanned.push_back(say_pipe(*nested, begins ? operands : std::vector<term>{}, depth + 1));
      first = false;
      continue;
    }
    if (!fanned.empty()) operands = std::exchange(fanned, {});
    if (row.find("@reduce") != nullptr) {
      operands = {{fmt::format("reduce({})", list_of(operands))}};
    } else if (row.is_list() && !row.items.empty()) {
      auto cell = row.items.begin();
      std::vector<term> next;
      if (const auto function = first ? std::string{} : function_of(*cell); !function.empty()) {
        next.push_back(call(function, operands));
        ++cell;
      }
      for (; cell != row.items.end(); ++cell) next.push_back(say(*cell, depth + 1));
      operands = std::move(next);
    }
    first = false;
  }
  if (!fanned.empty()) operands = std::move(fanned);
  return operands.empty() ? term{"nothing"} : operands.front();
}

term say(const tree& written, int depth) {
  if (depth > deepest) return {"…"};
  if (is_reference(written)) return {say_reference(written.text())};
  if (written.is_list()) {
    std::vector<term> items;
    items.reserve(written.items.size());
    for (const auto& each : written.items) items.push_back(say(each, depth + 1));
    return {fmt::format("[{}]", list_of(items))};
  }
  if (!written.is_map())
    return {written.scalar.dump(-1, ' ', false, json::error_handler_t::replace)};
  if (const auto* rows = written.find("@pipe")) return say_pipe(*rows, {}, depth + 1);
  std::vector<term> entries;
  entries.reserve(written.entries.size());
  for (const auto& each : written.entries)
    entries.push_back({fmt::format("{}: {}", each.key, say(each.value, depth + 1).text)});
  return {fmt::format("{{{}}}", list_of(entries))};
}

bool is(const tree& value, bool truth) {
  return value.scalar.is_boolean() && value.scalar.get<bool>() == truth;
}

term say_match(const tree& match) {
  const auto* expected = match.find("expected");
  const auto* actual = match.find("actual");
  if (expected == nullptr || actual == nullptr) return {"…"};
  auto left = say(*actual, 0);
  if (is(*expected, true)) return left;
  if (is(*expected, false)) return {"not " + guarded(left), true};
  return {fmt::format("{} = {}", guarded(left), guarded(say(*expected, 0))), true};
}

} // namespace

std::string phrase(const tree& written) { return say(written, 0).text; }

std::string phrase_of_conditions(const tree& conditions) {
  if (is(conditions, true)) return "always";
  if (is(conditions, false)) return "never";
  std::string said;
  if (const auto* code = conditions.find("code")) {
    std::vector<std::string> codes;
    if (code->is_list())
      for (const auto& each : code->items) codes.push_back(phrase(each));
    else
      codes.push_back(phrase(*code));
    said = codes.empty() ? "never" : fmt::format("on {}", fmt::join(codes, " or "));
  }
  const auto* match = conditions.find("match");
  if (match == nullptr || !match->is_list()) return said;
  const auto* gate = conditions.find("gate");
  const bool any = gate != nullptr && gate->is_string() && gate->text() == "or";
  if (match->items.empty()) return any ? "never" : said;
  std::vector<std::string> terms;
  for (const auto& each : match->items) {
    const auto one = say_match(each);
    terms.push_back(match->items.size() > 1 ? guarded(one) : one.text);
  }
  return fmt::format("{}{}if {}", said, said.empty() ? "" : ", ",
                     fmt::join(terms, any ? " or " : " and "));
}

std::string shortened(std::string_view text, std::size_t most) {
  std::size_t characters = 0;
  std::size_t cut = 0; ///< where the last character that stays before a "…" ends
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0U) == 0x80) continue;
    if (characters++ == most - 1) cut = i;
  }
  return characters <= most ? std::string{text} : std::string{text.substr(0, cut)} + "…";
}

} // namespace quipu
