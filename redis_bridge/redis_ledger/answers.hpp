#pragma once

#include "collation/quipu/result.hpp"
#include "redis_bridge/reply.hpp"

#include <string>
#include <string_view>

/// What is read of many answers, and the refusals that many calls meet.
namespace quipu::redis {

result<void> nothing(const piece& said, std::string& bells);
result<void> to_bells(const piece& said, std::string& bells);

[[nodiscard]] failure not_expected(std::string_view why);
/// Of what may come to any job.
[[nodiscard]] failure unanswerable(std::string_view job, std::string_view why, const piece& said);

} // namespace quipu::redis
