#pragma once

#include "collation/job.hpp"

#include <string>
#include <string_view>

/// A job's state as one value: what stands in a history for the records that are not kept, and what
/// a job begins with that goes on from another.
namespace quipu {

/// The fields that a store would hold, and the obligations that are rows of their own.
[[nodiscard]] std::string pack_state(const job& of);
/// `corrupt`: it is no state.
[[nodiscard]] result<job> unpack_state(std::string_view bytes);

/// The record that stands for all records that `of` is made of; `at` is the head behind them (all
/// zero when they were not kept whole, so that nobody can tell).
[[nodiscard]] record checkpoint(const job& of, const head& at);

} // namespace quipu
