#pragma once

#include <quipu/json.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace quipu {

/// What jobs add up to: the measures that the trigger of their flow declares, each by the name that
/// its target ends in.
struct figures {
  /// The distinct values of a target.
  struct tally {
    std::uint64_t distinct = 0;
    /// Each with how often it came, the most frequent first. A value whose JSON has more than 128
    /// bytes is known by its SHA-256.
    std::vector<std::pair<json, std::uint64_t>> values;
    /// How many jobs had a value for which there was no place: a stretch of time has 1,000.
    std::uint64_t beyond = 0;
  };

  std::uint64_t count = 0;                     ///< jobs
  std::map<std::string, std::uint64_t> counts; ///< `count` with a target: jobs that have it
  std::map<std::string, double> sum;
  std::map<std::string, double> avg;
  std::map<std::string, double> min;
  std::map<std::string, double> max;
  std::map<std::string, tally> mdn;
};

/// `{count, sum: {NAME: number}, ..., mdn: {NAME: distinct}, values: {NAME: [{value, times}]}}`;
/// what is empty is left out.
[[nodiscard]] json to_json(const figures& what);

} // namespace quipu
