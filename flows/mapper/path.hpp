#pragma once

#include "flows/mapper/value.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace quipu::mapper {

/// One step of a path. The index is -1 where the key is none.
struct hop {
  std::string key;
  std::int64_t index = -1;
};

/// As far as data goes: where `path` leads from its step `at` on, which is moved behind the last
/// step taken; nullptr if an object has no such member.
[[nodiscard]] const json* walk(const json* from, const std::vector<hop>& path, std::size_t& at,
                               budget& spend);

/// What a path leads to; undefined where it leads nowhere. `length` is what an array has.
[[nodiscard]] value follow(const json* from, const std::vector<hop>& path, budget& spend,
                           std::size_t at = 0);
[[nodiscard]] value follow(value from, const std::vector<hop>& path, budget& spend);

} // namespace quipu::mapper
