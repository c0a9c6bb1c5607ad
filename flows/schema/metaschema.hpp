#pragma once

#include "flows/tree.hpp"

#include <string_view>

namespace quipu::draft7 {

/// Where draft-07 says that its own schema is; nothing is fetched from there.
constexpr std::string_view metaschema_address = "http://json-schema.org/draft-07/schema";

/// The schema that every schema fits, without places.
[[nodiscard]] tree metaschema();

} // namespace quipu::draft7
