#include "flows/pattern.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <vector>

namespace quipu {

namespace {

// White space and line ends are more in ECMA-262 than in RE2; written as the inside of a class.
constexpr std::string_view space = R"(\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029})"
                                   R"(\x{202f}\x{205f}\x{3000}\x{feff})";
constexpr std::string_view no_space =
    R"(\x{0}-\x{8}\x{e}-\x{1f}!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027})"
    R"(\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff})";
constexpr std::string_view line_ends = R"(\n\r\x{2028}\x{2029})";
constexpr std::string_view all = R"(\x{0}-\x{10ffff})";

// The long names of general categories; RE2 knows the short ones, and scripts.
struct category {
  std::string_view name;
  std::string_view code;
};
constexpr std::array categories{
    category{"Letter", "L"},
    category{"Lowercase_Letter", "Ll"},
    category{"Uppercase_Letter", "Lu"},
    category{"Titlecase_Letter", "Lt"},
    category{"Modifier_Letter", "Lm"},
    category{"Other_Letter", "Lo"},
    category{"Mark", "M"},
    category{"Nonspacing_Mark", "Mn"},
    category{"Spacing_Mark", "Mc"},
    category{"Enclosing_Mark", "Me"},
    category{"Number", "N"},
    category{"Decimal_Number", "Nd"},
    category{"digit", "Nd"},
    category{"Letter_Number", "Nl"},
    category{"Other_Number", "No"},
    category{"Punctuation", "P"},
    category{"punct", "P"},
    category{"Symbol", "S"},
    category{"Math_Symbol", "Sm"},
    category{"Currency_Symbol", "Sc"},
    category{"Modifier_Symbol", "Sk"},
    category{"Other_Symbol", "So"},
    category{"Separator", "Z"},
    category{"Space_Separator", "Zs"},
    category{"Other", "C"},
    category{"Control", "Cc"},
    category{"Format", "Cf"},
    category{"Private_Use", "Co"},
};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

class translator {
public:
  explicit translator(std::string_view ecma) : rest_(ecma) {}

  result<std::string> all_of_it() {
    while (!rest_.empty() && !why_) {
      const char c = take();
      if (c == '\\')
        escape(false);
      else if (c == '[')
        bracket();
      else if (c == '(')
        group();
      else if (c == '.')
        put(fmt::format("[^{}]", line_ends));
      else if (c == '^' || c == '$')
        anchor({&c, 1});
      else
        made_ += c;
    }
    if (why_) return *why_;
    return std::move(made_);
  }

private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  bool takes(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  void put(std::string_view text) { made_ += text; }
  void put_character(std::uint32_t code) { put(fmt::format("\\x{{{:x}}}", code)); }

  void malformed(std::string why) { why_ = failure{fault::invalid, std::move(why)}; }
  void unsupported(std::string_view what) {
    why_ = failure{fault::too_large,
                   fmt::format("it has {}, which RE2, the engine that patterns run on, leaves out "
                               "to be fast on every text",
                               what)};
  }

  /// What stands between characters: RE2 would let it be repeated.
  void anchor(std::string_view what) {
    put(what);
    if (rest_.empty()) return;
    const bool counted = rest_.size() > 1 && rest_[0] == '{' && is_digit(rest_[1]);
    if (counted || std::string_view{"*+?"}.find(rest_[0]) != std::string_view::npos)
      malformed(fmt::format("there is nothing to repeat before {}", rest_[0]));
  }

  void group() {
    put("(");
    if (!rest_.starts_with('?')) return;
    if (rest_.starts_with("?=") || rest_.starts_with("?!")) return unsupported("a lookahead");
    if (rest_.starts_with("?<=") || rest_.starts_with("?<!")) return unsupported("a lookbehind");
    if (takes("?:"))
      put("?:");
    else if (takes("?<"))
      name();
    else
      malformed("a group may begin with (?: or (?<name> only");
  }

  /// RE2 takes two groups of one name.
  void name() {
    const auto said = rest_.substr(0, rest_.find('>'));
    if (std::ranges::find(names_, said) != names_.end())
      return malformed(fmt::format("two groups are named {}", said));
    names_.push_back(said);
    put("?P<");
  }

  void bracket() {
    const bool negated = takes("^");
    if (takes("]")) {
      put(fmt::format("[{}{}]", negated ? "" : "^", all));
      return;
    }
    put(negated ? "[^" : "[");
    while (!why_) {
      if (rest_.empty()) return malformed("a [ has no ]");
      const char c = take();
      if (c == '\\') {
        escape(true);
        continue;
      }
      if (c == '[') made_ += '\\'; // else [: begins a class by name
      made_ += c;
      if (c == ']') return;
    }
  }

  void escape(bool in_class) {
    if (rest_.empty()) return malformed("it ends in a backslash");
    const char c = take();
    switch (c) {
    case 'd':
    case 'D':
    case 'w':
    case 'W':
    case 'f':
    case 'n':
    case 'r':
    case 't':
    case 'v':
      made_ += '\\';
      made_ += c;
      return;
    case 's': return put(in_class ? std::string{space} : fmt::format("[{}]", space));
    case 'S': return put(in_class ? std::string{no_space} : fmt::format("[{}]", no_space));
    case 'b':
      if (in_class) return put_character('\b');
      return anchor("\\b");
    case 'B':
      if (in_class) return malformed("\\B has no meaning within [ ]");
      return anchor("\\B");
    case 'c': return control();
    case 'x': return hex(2);
    case 'u': return unicode();
    case 'p':
    case 'P': return property(c);
    case 'k': return unsupported("a backreference");
    case '0':
      if (!rest_.empty() && is_digit(rest_.front())) return malformed("\\0 with a digit behind it");
      return put_character(0);
    default: break;
    }
    if (is_digit(c)) return unsupported("a backreference");
    if (is_letter(c)) return malformed(fmt::format("\\{} is no escape of ECMA-262", c));
    if (static_cast<unsigned char>(c) < 0x80U) made_ += '\\';
    made_ += c;
  }

  void control() {
    if (rest_.empty() || !is_letter(rest_.front())) return malformed("\\c needs a letter");
    put_character(static_cast<unsigned char>(take()) % 32U);
  }

  std::optional<std::uint32_t> digits(std::size_t count) {
    std::uint32_t code = 0;
    const auto text = rest_.substr(0, count);
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, code, 16);
    if (text.size() != count || count == 0 || stop != end || error != std::errc{})
      return std::nullopt;
    rest_.remove_prefix(count);
    return code;
  }

  void hex(std::size_t count) {
    if (const auto code = digits(count)) return put_character(*code);
    malformed(fmt::format("\\{} needs {} hexadecimal digits", count == 2 ? 'x' : 'u', count));
  }

  void unicode() {
    if (takes("{")) {
      const auto code = digits(std::min(rest_.find('}'), rest_.size()));
      if (!code || *code > 0x10ffffU || !takes("}"))
        return malformed("\\u{...} needs a code point, 0 to 10FFFF");
      return put_character(*code);
    }
    const auto high = digits(4);
    if (!high) return malformed("\\u needs 4 hexadecimal digits");
    if ((*high & 0xfc00U) != 0xd800U) return put_character(*high);
    const auto back = rest_;
    if (const auto low = takes("\\u") ? digits(4) : std::nullopt; low && *low >> 10U == 0x37U)
      return put_character(0x10000U + ((*high & 0x3ffU) << 10U) + (*low & 0x3ffU));
    rest_ = back;
    put_character(*high);
  }

  void property(char which) {
    const auto end = rest_.find('}');
    if (!takes("{") || end == std::string_view::npos)
      return malformed(fmt::format("\\{} needs a property in braces", which));
    auto name = rest_.substr(0, end - 1);
    rest_.remove_prefix(end);
    if (const auto equals = name.find('='); equals != std::string_view::npos)
      name.remove_prefix(equals + 1);
    const auto known = std::ranges::find(categories, name, &category::name);
    put(fmt::format("\\{}{{{}}}", which, known == categories.end() ? name : known->code));
  }

  std::string_view rest_;
  std::string made_;
  std::vector<std::string_view> names_; ///< of groups
  std::optional<failure> why_;
};

} // namespace

result<pattern> pattern::compile(std::string_view ecma, std::int64_t memory) {
  auto translated = translator{ecma}.all_of_it();
  if (!translated) return translated.error();
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(memory);
  auto code = std::make_shared<const RE2>(*translated, options);
  if (code->ok()) return pattern{std::move(code)};
  const auto limit =
      code->error_code() == RE2::ErrorRepeatSize || code->error_code() == RE2::ErrorPatternTooLarge;
  if (limit)
    return failure{fault::too_large,
                   fmt::format("{}; RE2, the engine that patterns run on, repeats at most 1000 "
                               "times: bound lengths by maxLength",
                               code->error())};
  return failure{fault::invalid, code->error()};
}

bool pattern::found_in(std::string_view text) const {
  return code_->Match({text.data(), text.size()}, 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

std::optional<std::size_t> pattern::first_in(std::string_view text) const {
  const re2::StringPiece whole{text.data(), text.size()};
  re2::StringPiece found;
  if (!code_->Match(whole, 0, text.size(), RE2::UNANCHORED, &found, 1)) return std::nullopt;
  return static_cast<std::size_t>(found.data() - whole.data());
}

} // namespace quipu
