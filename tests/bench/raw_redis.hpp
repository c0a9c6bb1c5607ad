#pragma once

#include "tests/bench/raw.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace quipu::bench {

class redis_server;

/// The calls that seq5 makes of the function library, as quipu itself made them for one job: its
/// start and its commits, the very bytes. A bare client sends them again and again, each time for
/// another job.
class seq5_calls {
public:
  /// Lets a node run seq5 once on an empty server, and listens.
  seq5_calls(const redis_server& on, const std::filesystem::path& scratch);

  /// Commits a second of a client that does nothing else: one connection, `in_flight` jobs, each with
  /// one call on its way, in a database of its own. A call that is refused ends the process.
  [[nodiscard]] double repeat(const redis_server& on, std::size_t in_flight,
                              seconds for_long) const;

private:
  struct call {
    std::string bytes;               ///< as the protocol has it
    std::vector<std::size_t> places; ///< where the job's id stands in it
  };
  std::string job_;
  std::string token_;
  std::string prefix_;
  std::vector<call> calls_;
};

} // namespace quipu::bench
