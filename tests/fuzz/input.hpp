#pragma once

#include "collation/quipu/json.hpp"
#include "collation/quipu/result.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

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

/// The parts of an input, divided by lines `---`.
inline std::vector<std::string_view> parts(std::string_view input) {
  std::vector<std::string_view> all;
  constexpr std::string_view line = "\n---\n";
  for (auto at = input.find(line); at != input.npos; at = input.find(line)) {
    all.push_back(input.substr(0, at));
    input.remove_prefix(at + line.size());
  }
  all.push_back(input);
  return all;
}

/// JSON, or "discarded" if it is none.
inline json parsed(std::string_view text) { return json::parse(text, nullptr, false); }

/// Ends the run with a finding.
inline void must(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

/// A refusal says why, in a text that can be told: `dump` throws unless it is UTF-8.
inline void check_told(const failure& why, fault code) {
  must(why.code == code, "a refusal has the code that is promised");
  must(json(why.message).dump().size() > 2, "a refusal says why");
}

} // namespace quipu::fuzz
