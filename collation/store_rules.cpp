#include "collation/store_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace quipu::store_rules {

namespace {

template <class Number>
bool parse(std::string_view text, Number& value, int base = 10) {
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  return !text.empty() && error == std::errc{} && stop == end;
}

constexpr std::size_t publication_id_digits = 16;

} // namespace

std::string armed_by(const head& makes) { return to_hex(makes).substr(0, 16); }

std::string mail_id(std::string_view kind, std::string_view obligation, std::string_view armed_by) {
  return fmt::format("{}:{}:{}", kind, obligation, armed_by);
}

std::string publication_id(std::uint64_t number) {
  return fmt::format("{:0{}x}", number, publication_id_digits);
}

result<std::uint64_t> publication_number(std::string_view id) {
  std::uint64_t number = 0;
  if (id.empty() || (id.size() == publication_id_digits && parse(id, number, 16))) return number;
  return failure{fault::bad_request,
                 fmt::format("\"{}\" is not the id of a publication: 16 hexadecimal digits", id)};
}

std::vector<mail> first_mail(const std::vector<mail>& all) {
  const auto count = std::min(all.size(), mail_at_once);
  return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count)};
}

failure cannot_condense(std::string_view job, std::uint64_t upto, std::uint64_t records,
                        std::uint64_t gone) {
  return {fault::conflict,
          fmt::format("job \"{}\" has records {} to {}; its history cannot be condensed up to {}",
                      job, gone + 1, records, upto)};
}

std::string to_text(const cursor& at) {
  return fmt::format("{}.{}.{}", at.ended ? "ended" : "running", at.at_ms, at.number);
}

result<cursor> to_cursor(std::string_view text) {
  const auto first = text.find('.');
  const auto second = text.rfind('.');
  cursor at;
  const auto list = text.substr(0, first);
  at.ended = list == "ended";
  if (first != second && (at.ended || list == "running") &&
      parse(text.substr(first + 1, second - first - 1), at.at_ms) &&
      parse(text.substr(second + 1), at.number))
    return at;
  return failure{fault::bad_request,
                 fmt::format("\"{}\" is not a cursor that a page of jobs gave", text)};
}

} // namespace quipu::store_rules
