#pragma once

#include "collation/job.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

/// How a job's state is cut into stored fields: what `job` writes, `load` reads.
namespace quipu {

inline constexpr std::uint32_t data_a_page = 16;
inline constexpr std::uint32_t activities_a_page = 8;
inline constexpr std::size_t digits_a_chunk = 128;
inline constexpr std::size_t digits_inline = 256;
/// A value that packs to more stands in a field of its own.
inline constexpr std::size_t large_value = 512;

inline bool is_large(const value& what) noexcept { return what.packed().size() > large_value; }

inline std::string large_name(const instance& at, char which) {
  return fmt::format("O.{}.{}.{}", at.activity, at.pass, which);
}
inline std::string chunk_name(const pass_name& at, std::uint32_t chunk) {
  return fmt::format("k.{}.{}.{}", at.slice, at.pass, chunk);
}
inline std::string answer_name(const pass_name& at) {
  return fmt::format("w.{}.{}", at.slice, at.pass);
}

/// The documents of an activity, each with the letter that stands for it in names.
inline auto parts_of(const documents& of) {
  return std::array{std::pair{'i', &of.input}, std::pair{'o', &of.output}, std::pair{'h', &of.hook},
                    std::pair{'e', &of.error}};
}

} // namespace quipu
