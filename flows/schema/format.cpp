#include "flows/schema/format.hpp"

#include "flows/pattern.hpp"
#include "flows/schema/host.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

namespace quipu::draft7 {

namespace {

bool fits(std::string_view text, const RE2& form) {
  return form.Match({text.data(), text.size()}, 0, text.size(), RE2::ANCHOR_BOTH, nullptr, 0);
}

// Digits that a form has been checked for.
int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

// RFC 3339, 5.6: full-date, full-time.
bool date(std::string_view text) {
  static const RE2 form{R"(\d{4}-\d\d-\d\d)"};
  if (!fits(text, form)) return false;
  using namespace std::chrono;
  return year_month_day{year{number(text.substr(0, 4))},
                        month{static_cast<unsigned>(number(text.substr(5, 2)))},
                        day{static_cast<unsigned>(number(text.substr(8, 2)))}}
      .ok();
}

bool time(std::string_view text) {
  static const RE2 form{R"(\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d))"};
  if (!fits(text, form)) return false;
  const auto hour = number(text.substr(0, 2));
  const auto minute = number(text.substr(3, 2));
  const auto second = number(text.substr(6, 2));
  auto utc = hour * 60 + minute;
  if (text.back() != 'Z' && text.back() != 'z') {
    const auto offset = text.substr(text.size() - 6);
    const auto hours = number(offset.substr(1, 2));
    const auto minutes = number(offset.substr(4, 2));
    if (hours > 23 || minutes > 59) return false;
    utc -= (offset.front() == '+' ? 1 : -1) * (hours * 60 + minutes);
  }
  constexpr int day = 24 * 60;
  const bool midnight_next = (utc % day + day) % day == day - 1; // the only place of leap seconds
  return hour < 24 && minute < 60 && (second < 60 || (second == 60 && midnight_next));
}

bool date_time(std::string_view text) {
  constexpr std::size_t date_size = 10;
  return text.size() > date_size && (text[date_size] == 'T' || text[date_size] == 't') &&
         date(text.substr(0, date_size)) && time(text.substr(date_size + 1));
}

// RFC 3986, appendix A; `beyond` is what else may stand for itself (RFC 3987).
std::string uri_form(bool relative, std::string_view beyond) {
  const auto characters = [&](std::string_view more) {
    return "(?:[A-Za-z0-9._~!$&'()*+,;=" + std::string{more} + std::string{beyond} +
           "-]|%[0-9A-Fa-f]{2})";
  };
  const auto path = characters(":@/") + "*";
  const auto authority = "//(?:" + characters(":") + R"(*@)?(?:\[[0-9A-Fa-f:.vV]+\]|)" +
                         characters("") + R"(*)(?::\d*)?(?:/)" + path + ")?";
  const auto rooted = "/(?:" + characters(":@") + "+(?:/" + path + ")?)?";
  const auto rest = characters(":@/?") + "*";
  const auto tail = R"((?:\?)" + rest + ")?(?:#" + rest + ")?";
  auto absolute = "[A-Za-z][A-Za-z0-9+.-]*:(?:" + authority + "|" + rooted +
                  "|(?:" + characters(":@") + "+(?:/" + path + ")?)?)" + tail;
  if (!relative) return absolute;
  return absolute + "|(?:" + authority + "|" + rooted + "|(?:" + characters("@") + "+(?:/" + path +
         ")?)?)" + tail;
}

constexpr std::string_view beyond_ascii = R"(\x{a0}-\x{d7ff}\x{f900}-\x{fdcf}\x{fdf0}-\x{ffef})"
                                          R"(\x{10000}-\x{10ffff})";

bool uri(std::string_view text) {
  static const RE2 form{uri_form(false, "")};
  return fits(text, form);
}
bool uri_reference(std::string_view text) {
  static const RE2 form{uri_form(true, "")};
  return fits(text, form);
}
bool iri(std::string_view text) {
  static const RE2 form{uri_form(false, beyond_ascii)};
  return fits(text, form);
}
bool iri_reference(std::string_view text) {
  static const RE2 form{uri_form(true, beyond_ascii)};
  return fits(text, form);
}

// RFC 6570, 2.
bool uri_template(std::string_view text) {
  static const RE2 form{R"((?:[^\x00- "'%<>\\^`{|}\x7f]|%[0-9A-Fa-f]{2})"
                        R"(|\{[+#./;?&=,!@|]?(?:[\w.]|%[0-9A-Fa-f]{2})+(?::[1-9]\d{0,3}|\*)?)"
                        R"((?:,(?:[\w.]|%[0-9A-Fa-f]{2})+(?::[1-9]\d{0,3}|\*)?)*\})*)"};
  return fits(text, form);
}

// RFC 6901, and its relative form.
bool json_pointer(std::string_view text) {
  static const RE2 form{R"((?s)(?:/(?:[^~/]|~[01])*)*)"};
  return fits(text, form);
}
bool relative_json_pointer(std::string_view text) {
  static const RE2 form{R"((?s)(?:0|[1-9]\d*)(?:#|(?:/(?:[^~/]|~[01])*)*))"};
  return fits(text, form);
}

// What RE2 leaves out is a regular expression all the same.
bool regex(std::string_view text) {
  const auto compiled = pattern::compile(text);
  return compiled.ok() || compiled.error().code != fault::invalid;
}

constexpr std::array formats{
    format{"date-time", date_time, "a date and time, as 2006-01-30T15:04:05Z"},
    format{"date", date, "a date, as 2006-01-30"},
    format{"time", time, "a time with its offset, as 15:04:05+01:00"},
    format{"email", is_email, "an e-mail address"},
    format{"idn-email", is_idn_email, "an e-mail address"},
    format{"hostname", is_hostname, "a host name"},
    format{"idn-hostname", is_idn_hostname, "a host name"},
    format{"ipv4", is_ipv4, "an IPv4 address, as 192.0.2.1"},
    format{"ipv6", is_ipv6, "an IPv6 address, as 2001:db8::1"},
    format{"uri", uri, "a URI, as https://example.com/x"},
    format{"uri-reference", uri_reference, "a URI or a relative reference"},
    format{"iri", iri, "an IRI"},
    format{"iri-reference", iri_reference, "an IRI or a relative reference"},
    format{"uri-template", uri_template, "a URI template, as /x/{id}"},
    format{"json-pointer", json_pointer, "a JSON pointer, as /a/0"},
    format{"relative-json-pointer", relative_json_pointer, "a relative JSON pointer, as 1/a"},
    format{"regex", regex, "a regular expression"},
};

} // namespace

const format* find_format(std::string_view name) {
  const auto found = std::ranges::find(formats, name, &format::name);
  return found == formats.end() ? nullptr : found;
}

std::vector<std::string_view> format_names() {
  std::vector<std::string_view> names;
  names.reserve(formats.size());
  for (const auto& known : formats) names.push_back(known.name);
  return names;
}

} // namespace quipu::draft7
