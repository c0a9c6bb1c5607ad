#include "collation/quipu/result.hpp"

#include <array>
#include <cstddef>

namespace quipu {

namespace {

struct row {
  std::string_view name;
  int status;
};

constexpr std::array rows{
    row{"bad_request", 400}, row{"not_found", 404}, row{"conflict", 409},
    row{"invalid", 422},     row{"too_large", 413}, row{"overloaded", 429},
    row{"unavailable", 503}, row{"timeout", 504},   row{"stale", 503},
    row{"taken", 409},       row{"fenced", 503},    row{"unreachable", 503},
    row{"corrupt", 500},     row{"failed", 500},
};
static_assert(rows.size() == static_cast<std::size_t>(fault::failed) + 1);

} // namespace

std::string_view name(fault code) noexcept { return rows[static_cast<std::size_t>(code)].name; }
int status(fault code) noexcept { return rows[static_cast<std::size_t>(code)].status; }

} // namespace quipu
