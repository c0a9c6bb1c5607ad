#pragma once

#include "redis_bridge/errand.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace quipu::redis {

class calls;

/// What one partition has for another.
struct box {
  unsigned from = 0;
  unsigned to = 0;

  auto operator<=>(const box&) const = default;
};

/// Those that an answer tells of; they are cut out of its bells.
[[nodiscard]] std::vector<box> take_boxes(std::string& bells);

/// Carries what partitions have sent to each other: read where it was sent, taken where it goes to,
/// and then said to be carried. Any number of carriers may do so at once, and end anywhere in it:
/// what is taken is numbered and taken once.
///
/// Everything happens on the loop's thread.
class carrier {
public:
  explicit carrier(calls& by) : by_{by} {}

  /// Carries these, and what comes of that, until nothing is left of it or the server cannot be
  /// reached: then whoever looks at its timers next carries it.
  errand settle(std::vector<box> boxes, std::function<void()> done);

private:
  struct under_way {
    bool runs = false;
    std::vector<then<std::vector<box>>> waiting; ///< for what is read from now on
  };

  void carry(box which, then<std::vector<box>> done);
  errand run(box which);

  calls& by_;
  std::map<box, under_way> boxes_;
};

} // namespace quipu::redis
