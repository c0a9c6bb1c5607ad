#pragma once

#include "flows/mapping.hpp"
#include "flows/plan.hpp"

#include <cstdint>
#include <string_view>

namespace quipu {

/// Names in the mappings of one activity: itself and what is above it.
class ancestry final : public scope {
public:
  ancestry(const flow& of, std::uint32_t self) : flow_(of), self_(self) {}

  /// Its place; or why there is none, and which names there are.
  [[nodiscard]] result<std::uint32_t> activity(std::string_view name) const override;

private:
  const flow& flow_;
  std::uint32_t self_;
};

} // namespace quipu
