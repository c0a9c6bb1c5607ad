#include "flows/schema/uri.hpp"

#include <charconv>

namespace quipu::draft7 {

namespace {

// RFC 3986, 5.2.4.
std::string without_dots(std::string_view path) {
  std::string made;
  const bool rooted = path.starts_with('/');
  while (!path.empty()) {
    const auto slash = path.find('/', 1);
    const auto segment = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash);
    const auto name = segment.starts_with('/') ? segment.substr(1) : segment;
    if (name != "." && name != "..") {
      made += segment;
      continue;
    }
    if (name == "..") {
      const auto last = made.rfind('/');
      made.resize(last == std::string::npos ? 0 : last);
    }
    if (path.empty()) made += '/';
  }
  if (!rooted && made.starts_with('/')) made.erase(0, 1);
  return made;
}

std::string merged(const uri& base, std::string_view path) {
  if (base.authority && base.path.empty()) return "/" + std::string{path};
  const auto slash = base.path.rfind('/');
  return slash == std::string::npos ? std::string{path}
                                    : base.path.substr(0, slash + 1) + std::string{path};
}

} // namespace

uri uri::parse(std::string_view text) {
  uri parts;
  if (const auto hash = text.find('#'); hash != std::string_view::npos) {
    parts.fragment = text.substr(hash + 1);
    text = text.substr(0, hash);
  }
  if (const auto mark = text.find('?'); mark != std::string_view::npos) {
    parts.query = text.substr(mark + 1);
    text = text.substr(0, mark);
  }
  const auto colon = text.find(':');
  if (colon != std::string_view::npos && colon > 0 && text.find('/') > colon) {
    parts.scheme = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (text.starts_with("//")) {
    const auto end = std::min(text.find('/', 2), text.size());
    parts.authority = text.substr(2, end - 2);
    text.remove_prefix(end);
  }
  parts.path = text;
  return parts;
}

uri uri::in(const uri& base) const {
  auto made = *this;
  if (scheme) {
    if (authority || path.starts_with('/')) made.path = without_dots(path);
    return made;
  }
  made.scheme = base.scheme;
  if (authority) {
    made.path = without_dots(path);
    return made;
  }
  made.authority = base.authority;
  if (path.empty()) {
    made.path = base.path;
    if (!query) made.query = base.query;
    return made;
  }
  made.path = without_dots(path.starts_with('/') ? path : merged(base, path));
  return made;
}

std::string uri::head() const {
  std::string text;
  if (scheme) text += *scheme + ":";
  if (authority) text += "//" + *authority;
  text += path;
  if (query) text += "?" + *query;
  return text;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      made += text[i];
      continue;
    }
    unsigned code = 0;
    const auto digits = text.substr(i + 1, 2);
    const auto* end = digits.data() + digits.size();
    if (digits.size() < 2 || std::from_chars(digits.data(), end, code, 16).ptr != end)
      return std::nullopt;
    made += static_cast<char>(code);
    i += 2;
  }
  return made;
}

} // namespace quipu::draft7
