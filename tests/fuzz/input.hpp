#pragma once

#include "collation/quipu/json.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace quipu::fuzz {

/// What libFuzzer hands over, as text.
inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// The two halves of an input, divided by a line `---`; without one the second is empty.
inline std::pair<std::string_view, std::string_view> halves(std::string_view input) {
  constexpr std::string_view line = "\n---\n";
  const auto at = input.find(line);
  if (at == input.npos) return {input, {}};
  return {input.substr(0, at), input.substr(at + line.size())};
}

/// JSON, or "discarded" if it is none.
inline json parsed(std::string_view text) { return json::parse(text, nullptr, false); }

/// Ends the run with a finding.
inline void must(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

} // namespace quipu::fuzz
