#include "collation/store_rules.hpp"

#include "collation/pack.hpp"

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

// Of keys in the places of measures.
constexpr std::size_t longest_key = 100;

constexpr std::string_view hex_digits = "0123456789abcdef";

} // namespace

std::string armed_by(const head& makes) { return to_hex(makes).substr(0, 16); }

std::string mail_id(std::string_view kind, std::string_view obligation, std::string_view armed_by) {
  return fmt::format("{}:{}:{}", kind, obligation, armed_by);
}

mail timer_mail(const std::string& obligation, std::int64_t due_ms, std::string_view armed_by) {
  packer body;
  body.integer(due_ms);
  return {mail_id("timer", obligation, armed_by), "timer", obligation, std::move(body).bytes()};
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

bool shows(const job_filter& which, const job_row& row) {
  return (which.app.empty() || which.app == row.app) &&
         (which.topic.empty() || which.topic == row.topic) &&
         (which.state.empty() || which.state == row.state);
}

result<cursor> begin_of(const job_filter& which) {
  if (which.after.empty())
    return may_show(which, false) ? cursor{false, which.before_ms.value_or(INT64_MAX),
                                           which.before_ms ? 0 : UINT64_MAX}
                                  : begin_of_ended(which);
  return to_cursor(which.after);
}

cursor begin_of_ended(const job_filter& which) {
  return {true, which.before_ms.value_or(INT64_MAX), which.before_ms ? 0 : UINT64_MAX};
}

void add_text(std::string& to, std::string_view text, std::size_t longest) {
  if (text.size() <= longest) {
    to.push_back(static_cast<char>(text.size()));
    to.append(text);
  } else {
    const auto hash = chain(text, head{});
    to.push_back('\xff');
    to.append(reinterpret_cast<const char*>(hash.data()), hash.size());
  }
}

std::string measures_place(std::string_view key, std::int64_t from_ms) {
  std::string place;
  add_text(place, key, longest_key);
  add_be64(place, biased(from_ms));
  return place;
}

result<measures_range> range_of(const measures_filter& which) {
  measures_range made{{}, std::string(1, '\xff') + std::string(64, '\xff')};
  if (which.key) {
    made.begin = measures_place(*which.key, which.from_ms.value_or(INT64_MIN));
    made.stop = measures_place(*which.key, which.before_ms.value_or(INT64_MAX));
  }
  if (which.after.empty()) return made;
  std::string place;
  for (std::size_t at = 0; at + 1 < which.after.size(); at += 2) {
    const auto high = hex_digits.find(which.after[at]);
    const auto low = hex_digits.find(which.after[at + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) break;
    place.push_back(static_cast<char>(high << 4U | low));
  }
  if (place.empty() || measures_cursor(place) != which.after)
    return failure{fault::bad_request, fmt::format("\"{}\" is not a cursor that a page of measures "
                                                   "gave",
                                                   which.after)};
  // Behind it and what is kept under it: no place is the beginning of another.
  made.begin = std::max(made.begin, place + '\xff');
  return made;
}

std::string measures_cursor(std::string_view place) {
  std::string text;
  for (const auto byte : place) {
    text.push_back(hex_digits[static_cast<unsigned char>(byte) >> 4U]);
    text.push_back(hex_digits[static_cast<unsigned char>(byte) & 0xfU]);
  }
  return text;
}

std::optional<measures_row::cell> added(const measures_row::cell* before, const addition& what) {
  using kind = addition::kind;
  switch (what.does) {
  case kind::sum:
  case kind::tally: {
    // Unsigned: it may wrap, and no measure of ours comes near.
    auto amount = static_cast<std::uint64_t>(what.amount);
    if (before != nullptr) amount += static_cast<std::uint64_t>(before->amount);
    return measures_row::cell{what.cell, what.does == kind::tally ? what.text : std::string{},
                              static_cast<std::int64_t>(amount)};
  }
  case kind::least:
    if (before != nullptr && before->text <= what.text) return std::nullopt;
    break;
  case kind::most:
    if (before != nullptr && before->text >= what.text) return std::nullopt;
    break;
  }
  return measures_row::cell{what.cell, what.text, 0};
}

} // namespace quipu::store_rules
