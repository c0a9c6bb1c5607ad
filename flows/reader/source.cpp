#include "flows/reader/source.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace quipu::reader {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::size_t stride = 256;

bool begins_character(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
}

/// The length of the UTF-8 sequence at the head of `text` (Unicode 15, table 3-7), 0 if it is none.
std::size_t sequence_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return byte(i) >= low && byte(i) <= high;
  };
  const auto lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const auto low = lead == 0xE0 ? 0xA0U : 0x80U;
    const auto high = lead == 0xED ? 0x9FU : 0xBFU;
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const auto low = lead == 0xF0 ? 0x90U : 0x80U;
    const auto high = lead == 0xF4 ? 0x8FU : 0xBFU;
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

/// Where the tag that begins at `offset` ends, npos where the text does. A bracket is no part of
/// it, but for the verbatim one, `!<...>` (YAML 1.2, 6.8.2).
std::size_t behind_tag(std::string_view text, std::size_t offset) noexcept {
  if (text.substr(offset).starts_with("!<")) {
    const auto end = text.find('>', offset);
    return end == text.npos ? end : end + 1;
  }
  return text.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "!-#;/?:@&=+$_.~*'()%",
                                offset);
}

} // namespace

source::source(std::string text, std::string name)
    : text_(std::move(text)), name_(std::make_shared<const std::string>(std::move(name))) {
  if (text_.starts_with(byte_order_mark)) text_.erase(0, byte_order_mark.size());
  lines_.push_back(0);
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (i % stride == 0) marks_.push_back(characters);
    characters += begins_character(text_[i]) ? 1 : 0;
    if (text_[i] == '\n') lines_.push_back(i + 1);
  }
  if (text_.size() % stride == 0) marks_.push_back(characters);
}

place source::at(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto line = std::upper_bound(lines_.begin(), lines_.end(), offset) - 1;
  const auto column = characters_before(offset) - characters_before(*line) + 1;
  return {name_, static_cast<int>(line - lines_.begin()) + 1, static_cast<int>(column)};
}

std::size_t source::characters_before(std::size_t offset) const noexcept {
  auto count = marks_[offset / stride];
  for (auto i = offset / stride * stride; i < offset; ++i)
    count += begins_character(text_[i]) ? 1 : 0;
  return count;
}

std::size_t source::line_start(std::size_t offset) const noexcept {
  return *(std::upper_bound(lines_.begin(), lines_.end(), std::min(offset, text_.size())) - 1);
}

std::string_view source::line_of(std::size_t offset) const noexcept {
  const auto start = line_start(offset);
  const auto end = text_.find_first_of("\r\n", start);
  return std::string_view{text_}.substr(start, end == std::string::npos ? end : end - start);
}

std::size_t source::behind_properties(std::size_t offset) const noexcept {
  auto here = offset;
  while (here < text_.size() && (text_[here] == '&' || text_[here] == '!')) {
    here = text_[here] == '&' ? text_.find_first_of(" \t\r\n,[]{}", here) : behind_tag(text_, here);
    here = text_.find_first_not_of(" \t\r\n", here);
    while (here < text_.size() && text_[here] == '#')
      here = text_.find_first_not_of(" \t\r\n", text_.find('\n', here));
  }
  return std::min(here < text_.size() ? here : offset, text_.size());
}

bool source::closes_quote(std::size_t offset) const noexcept {
  const char quote = text_[offset];
  for (auto i = offset + 1; i < text_.size(); ++i) {
    if (quote == '"' && text_[i] == '\\') {
      ++i;
    } else if (text_[i] == quote) {
      if (quote == '"' || i + 1 == text_.size() || text_[i + 1] != quote) return true;
      ++i;
    }
  }
  return false;
}

bool source::check_characters(findings& faults) const {
  for (std::size_t i = 0; i < text_.size();) {
    const auto byte = static_cast<unsigned char>(text_[i]);
    const auto length = sequence_length(std::string_view{text_}.substr(i, 4));
    if (length == 0) {
      faults.error(at(i), fmt::format("byte {:#04x} is not UTF-8; save the file as UTF-8", byte));
      return false;
    }
    if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F) {
      faults.error(at(i), fmt::format("control character {:#04x} stands in the text; in a double "
                                      "quoted text it is written \"\\x{:02x}\"",
                                      byte, byte));
      return false;
    }
    i += length;
  }
  return true;
}

} // namespace quipu::reader
