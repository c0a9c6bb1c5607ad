#include "redis_bridge/address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <utility>

namespace quipu::redis {

namespace {

constexpr std::string_view tcp = "redis://";
constexpr std::string_view tls = "rediss://";
constexpr std::string_view local = "redis+unix://";
/// Each is looked at each time something is looked for in all.
constexpr unsigned most_partitions = 256;

failure wrong(std::string_view url, std::string_view why) {
  return {fault::bad_request,
          fmt::format("store \"{}\": {}; {}[USER@]HOST[:PORT][/DATABASE][?ns=NAME"
                      "] or {}/PATH[?db=N&ns=NAME] would be right",
                      url, why, tcp, local)};
}

template <class Number>
bool parse(std::string_view text, Number& into) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return !text.empty() && error == std::errc{} && stop == text.data() + text.size();
}

/// Splits at the first `at`; what is behind it is cut off `text`.
std::string_view cut(std::string_view& text, char at) {
  const auto found = text.find(at);
  if (found == std::string_view::npos) return {};
  const auto behind = text.substr(found + 1);
  text = text.substr(0, found);
  return behind;
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

} // namespace

bool is_address(std::string_view url) {
  return url.starts_with(tcp) || url.starts_with(tls) || url.starts_with(local);
}

result<address> address::parse(std::string_view url) {
  if (url.starts_with(tls))
    return failure{
        fault::bad_request,
        fmt::format("store \"{}\": TLS is not there yet; redis:// over a private network "
                    "or a tunnel, or redis+unix://, would be right",
                    url)};
  const bool is_local = url.starts_with(local);
  if (!is_local && !url.starts_with(tcp)) return wrong(url, "it is not in Redis");
  auto rest = url.substr(is_local ? local.size() : tcp.size());
  auto words = cut(rest, '?');
  address made;
  if (const auto at = rest.find('@'); at != std::string_view::npos) {
    const auto who = rest.substr(0, at);
    if (who.find(':') != std::string_view::npos)
      return failure{fault::bad_request,
                     "a store's address holds no password, others would see it: "
                     "QUIPU_REDIS_PASSWORD_FILE or QUIPU_REDIS_PASSWORD would be right"};
    made.user = who;
    rest = rest.substr(at + 1);
  }
  if (is_local) {
    if (!rest.starts_with('/')) return wrong(url, "the socket's path does not begin with /");
    made.path = rest;
  } else {
    const auto database = cut(rest, '/');
    if (!database.empty() && !quipu::redis::parse(database, made.database))
      return wrong(url, fmt::format("\"{}\" is no number of a database", database));
    std::string_view port;
    if (rest.starts_with('[')) { // an IPv6 address
      const auto end = rest.find(']');
      const auto behind = rest.substr(std::min(rest.size(), end + 1));
      if (end == std::string_view::npos || (!behind.empty() && behind.front() != ':'))
        return wrong(url, "its address in brackets does not end before :PORT");
      port = behind.empty() ? behind : behind.substr(1);
      rest = rest.substr(1, end - 1);
    } else {
      port = cut(rest, ':');
    }
    if (!port.empty() && !quipu::redis::parse(port, made.port))
      return wrong(url, fmt::format("\"{}\" is no port", port));
    if (rest.empty()) return wrong(url, "it names no host");
    made.host = rest;
  }
  while (!words.empty()) {
    const auto next = cut(words, '&');
    auto name = words;
    const auto value = cut(name, '=');
    if (name == "ns" && is_name(value))
      made.space = value;
    else if (name == "evicts" && value == "allowed")
      made.may_evict = true;
    else if (name == "partitions") {
      if (!quipu::redis::parse(value, made.partitions) || made.partitions == 0 ||
          made.partitions > most_partitions)
        return wrong(
            url, fmt::format("\"{}\" is no number of partitions, 1 to {}", value, most_partitions));
    } else if (name == "wait"
                   ? !quipu::redis::parse(value, made.wait)
                   : name != "db" || !is_local || !quipu::redis::parse(value, made.database))
      return wrong(url, fmt::format("\"{}\" is not understood", words));
    words = next;
  }
  return made;
}

std::string address::text() const {
  const auto who = user.empty() ? "" : user + "@";
  const bool is_ipv6 = host.find(':') != std::string::npos;
  const auto at = is_ipv6 ? "[" + host + "]" : host;
  auto text = path.empty() ? fmt::format("{}{}{}:{}/{}", tcp, who, at, port, database)
                           : fmt::format("{}{}{}?db={}", local, who, path, database);
  auto add = [&, first = path.empty()](std::string_view what) mutable {
    text += std::exchange(first, false) ? '?' : '&';
    text += what;
  };
  if (space != address{}.space) add("ns=" + space);
  if (may_evict) add("evicts=allowed");
  if (wait != 0) add(fmt::format("wait={}", wait));
  if (partitions != 0) add(fmt::format("partitions={}", partitions));
  return text;
}

result<std::string> password_said() {
  const auto said = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string{value == nullptr ? "" : value};
  };
  const auto path = said("QUIPU_REDIS_PASSWORD_FILE");
  if (path.empty()) return said("QUIPU_REDIS_PASSWORD");
  std::ifstream file{path};
  std::string line;
  if (!std::getline(file, line))
    return failure{
        fault::unavailable,
        fmt::format("QUIPU_REDIS_PASSWORD_FILE is {}: no password can be read from it", path)};
  return line;
}

} // namespace quipu::redis
