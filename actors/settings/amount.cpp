#include "actors/settings/amount.hpp"

#include "flows/duration.hpp"
#include "flows/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace quipu {

namespace {

struct size_unit {
  std::string_view name;
  std::int64_t bytes;
};

constexpr std::int64_t kibi = 1024;
constexpr std::int64_t kilo = 1000;
/// The binary ones first, the largest in front: they are what a size is shown in.
constexpr std::array size_units{size_unit{"TiB", kibi* kibi* kibi* kibi},
                                size_unit{"GiB", kibi* kibi* kibi},
                                size_unit{"MiB", kibi* kibi},
                                size_unit{"KiB", kibi},
                                size_unit{"TB", kilo* kilo* kilo* kilo},
                                size_unit{"GB", kilo* kilo* kilo},
                                size_unit{"MB", kilo* kilo},
                                size_unit{"kB", kilo},
                                size_unit{"B", 1}};

constexpr std::array duration_units{size_unit{"d", 86'400'000}, size_unit{"h", 3'600'000},
                                    size_unit{"m", 60'000}, size_unit{"s", 1'000}};

std::string expected(const setting& of) {
  switch (of.is) {
  case setting::type::text: return "a text";
  case setting::type::truth: return "true or false";
  case setting::type::choice: return fmt::format("one of {}", fmt::join(of.choices, ", "));
  case setting::type::count: return "a whole number";
  case setting::type::size: return "a size: bytes, or a number with a unit, as 64KiB";
  case setting::type::duration: return "a duration: seconds, or one like 250ms, 10s, 1h30m";
  }
  return {};
}

failure refuse(const setting& of, std::string_view found, std::string_view hint = {}) {
  return {fault::invalid, fmt::format("\"{}\" is {}, not {}{}", of.key, expected(of), found, hint)};
}

std::string quoted(std::string_view text) { return fmt::format("\"{}\"", text); }

result<amount> read_choice(const setting& of, std::string_view text) {
  const auto found = std::find(of.choices.begin(), of.choices.end(), text);
  if (found == of.choices.end()) return refuse(of, quoted(text), did_you_mean(text, of.choices));
  return amount{std::int64_t{found - of.choices.begin()}};
}

std::string what_it_is(const tree& written) {
  if (written.is_map()) return "a mapping";
  if (written.is_list()) return "a list";
  if (written.is_null()) return "nothing";
  if (written.is_string()) return fmt::format("the text \"{}\"", written.text());
  return written.scalar.dump();
}

} // namespace

result<std::int64_t> parse_size(std::string_view text) {
  const auto refused = [&](std::string_view why) {
    return failure{fault::invalid,
                   fmt::format("\"{}\" is not a size: {}; a number of bytes or one like 64KiB, "
                               "1MiB, 2GB would be right",
                               text, why)};
  };
  std::int64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc::result_out_of_range) return refused("it is too large");
  if (error != std::errc{} || number < 0) return refused("it does not begin with a number");
  auto name = text.substr(static_cast<std::size_t>(stopped - text.data()));
  while (name.starts_with(' ')) name.remove_prefix(1);
  if (name.empty()) return number;
  const auto unit = std::find_if(size_units.begin(), size_units.end(),
                                 [&](const size_unit& each) { return each.name == name; });
  if (unit == size_units.end()) {
    std::vector<std::string_view> known;
    known.reserve(size_units.size());
    for (const auto& each : size_units) known.push_back(each.name);
    return refused(fmt::format("there is no unit \"{}\"{}", name, did_you_mean(name, known)));
  }
  if (number > std::numeric_limits<std::int64_t>::max() / unit->bytes)
    return refused("it is too large");
  return number * unit->bytes;
}

std::string show_size(std::int64_t bytes) {
  for (const auto& unit : size_units)
    if (bytes != 0 && unit.name.ends_with("iB") && bytes % unit.bytes == 0)
      return fmt::format("{}{}", bytes / unit.bytes, unit.name);
  return std::to_string(bytes);
}

std::string show_duration(std::int64_t milliseconds) {
  for (const auto& unit : duration_units)
    if (milliseconds % unit.bytes == 0 && (milliseconds != 0 || unit.name == "s"))
      return fmt::format("{}{}", milliseconds / unit.bytes, unit.name);
  return fmt::format("{}ms", milliseconds);
}

result<amount> read_amount(const setting& of, std::string_view text) {
  switch (of.is) {
  case setting::type::text: return amount{std::string{text}};
  case setting::type::truth:
    if (text == "true" || text == "false") return amount{std::int64_t{text == "true"}};
    return refuse(of, quoted(text));
  case setting::type::choice: return read_choice(of, text);
  case setting::type::count: {
    std::int64_t number = 0;
    const auto* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc::result_out_of_range)
      return refuse(of, quoted(text), ", which is too large");
    if (error != std::errc{} || stopped != end) return refuse(of, quoted(text));
    return amount{number};
  }
  case setting::type::size: {
    const auto bytes = parse_size(text);
    if (!bytes) return bytes.error();
    return amount{*bytes};
  }
  case setting::type::duration: {
    const auto time = parse_duration(text);
    if (!time) return time.error();
    return amount{std::int64_t{time->count()}};
  }
  }
  return refuse(of, quoted(text));
}

result<amount> read_amount(const setting& of, const tree& written) {
  const auto& found = written.scalar;
  const bool is_scalar = written.is == tree::kind::scalar;
  bool fits = false;
  switch (of.is) {
  case setting::type::text:
  case setting::type::choice: fits = written.is_string(); break;
  case setting::type::truth: fits = is_scalar && found.is_boolean(); break;
  case setting::type::count: fits = is_scalar && found.is_number_integer(); break;
  case setting::type::size:
    fits = written.is_string() || (is_scalar && found.is_number_integer());
    break;
  case setting::type::duration:
    fits = written.is_string() || (is_scalar && found.is_number());
    break;
  }
  if (!fits) return refuse(of, what_it_is(written));
  return read_amount(of, written.is_string() ? written.text() : found.dump());
}

std::string show(const setting& of, const amount& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  const auto number = std::get<std::int64_t>(value);
  switch (of.is) {
  case setting::type::truth: return number != 0 ? "true" : "false";
  case setting::type::choice: return std::string{of.choices[static_cast<std::size_t>(number)]};
  case setting::type::size: return show_size(number);
  case setting::type::duration: return show_duration(number);
  default: return std::to_string(number);
  }
}

} // namespace quipu
