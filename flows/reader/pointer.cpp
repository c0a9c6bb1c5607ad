#include "flows/reader/pointer.hpp"

#include <charconv>
#include <string>

namespace quipu::reader {
namespace {

/// A step as it is meant: `%20`, `~1` (a slash) and `~0` (a tilde) taken back.
std::string plain(std::string_view step) {
  std::string bytes;
  for (std::size_t i = 0; i < step.size(); ++i) {
    unsigned char byte = 0;
    if (step[i] == '%' && i + 2 < step.size() &&
        std::from_chars(&step[i + 1], &step[i + 1] + 2, byte, 16).ptr == &step[i + 1] + 2) {
      bytes += static_cast<char>(byte);
      i += 2;
    } else {
      bytes += step[i];
    }
  }
  std::string meant;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '~' && i + 1 < bytes.size() && (bytes[i + 1] == '0' || bytes[i + 1] == '1'))
      meant += bytes[++i] == '0' ? '~' : '/';
    else
      meant += bytes[i];
  }
  return meant;
}

const tree* item(const tree& list, std::string_view index) {
  std::size_t at = 0;
  const auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), at);
  const bool whole = error == std::errc{} && end == index.data() + index.size();
  return whole && at < list.items.size() ? &list.items[at] : nullptr;
}

} // namespace

const tree* look_up(const tree& root, std::string_view fragment) {
  const auto* here = &root;
  while (!fragment.empty() && here != nullptr) {
    if (fragment.front() != '/') return nullptr;
    fragment.remove_prefix(1);
    const auto step = fragment.substr(0, fragment.find('/'));
    fragment.remove_prefix(step.size());
    here = here->is_list() ? item(*here, step) : here->find(plain(step));
  }
  return here;
}

} // namespace quipu::reader
