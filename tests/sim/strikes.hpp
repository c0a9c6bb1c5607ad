#pragma once

#include "tests/sim/dice.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quipu::sim {

/// What can go wrong, and how often in a thousand occasions. An occasion is one call of the store,
/// one bell, one reply...
enum class trouble : std::uint8_t {
  crash,     ///< an engine dies before it makes a call of the store; what is on the wire may arrive
  stop,      ///< an engine is stopped, perhaps for longer than its lease, and goes on
  lose_call, ///< a call never reaches the store; its answer is `unreachable`
  lose_answer, ///< a call is made, its answer is `unreachable`
  late_call,   ///< its answer is `unreachable`; it is made after that
  twice,       ///< a call is made twice; the second answer counts
  slow_call,   ///< it is long on its way
  slow_answer,
  slow_step,
  lose_step, ///< the activity's actor dies at it
  lose_bell,
  lose_alarm,
  lose_renewal, ///< of a lease
  slow_reply,   ///< of a worker
  reply_twice,
  pop_twice,  ///< the same mail is delivered again
  jump_clock, ///< an engine's wall clock, which nothing may depend on
};

struct trouble_row {
  trouble is;
  std::string_view name;
  unsigned per_mille;
};

inline constexpr std::array troubles{
    trouble_row{trouble::crash, "crash", 6},
    trouble_row{trouble::stop, "stop", 5},
    trouble_row{trouble::lose_call, "lose_call", 12},
    trouble_row{trouble::lose_answer, "lose_answer", 12},
    trouble_row{trouble::late_call, "late_call", 10},
    trouble_row{trouble::twice, "twice", 25},
    trouble_row{trouble::slow_call, "slow_call", 40},
    trouble_row{trouble::slow_answer, "slow_answer", 40},
    trouble_row{trouble::slow_step, "slow_step", 60},
    trouble_row{trouble::lose_step, "lose_step", 20},
    trouble_row{trouble::lose_bell, "lose_bell", 200},
    trouble_row{trouble::lose_alarm, "lose_alarm", 200},
    trouble_row{trouble::lose_renewal, "lose_renewal", 60},
    trouble_row{trouble::slow_reply, "slow_reply", 100},
    trouble_row{trouble::reply_twice, "reply_twice", 100},
    trouble_row{trouble::pop_twice, "pop_twice", 150},
    trouble_row{trouble::jump_clock, "jump_clock", 30},
};

/// One thing that goes wrong: the n-th occasion of its kind.
struct strike {
  trouble is = trouble::crash;
  std::uint32_t occasion = 0;

  auto operator<=>(const strike&) const = default;
};

[[nodiscard]] std::string to_text(const std::vector<strike>& all); ///< "crash:3,twice:17"
/// None: `text` is no such list.
[[nodiscard]] std::optional<std::vector<strike>> to_strikes(std::string_view text);

/// Decides what goes wrong: by the seed, or by a list of what did. Each seed has its own mixture.
class strikes {
public:
  explicit strikes(std::uint64_t seed);
  strikes(std::uint64_t seed, const std::vector<strike>& only);

  /// Whether this occasion of its kind is one; never, when the troubles are over.
  bool here(trouble is);
  /// A number that belongs to the strike that `here` has just decided for.
  [[nodiscard]] std::int64_t between(std::int64_t least, std::int64_t most) const;
  void stop() noexcept { over_ = true; }
  [[nodiscard]] const std::vector<strike>& made() const noexcept { return made_; }

private:
  std::uint64_t seed_;
  std::optional<std::set<strike>> only_;
  std::array<unsigned, troubles.size()> per_mille_{};
  std::array<std::uint32_t, troubles.size()> occasions_{};
  std::vector<strike> made_;
  std::uint64_t last_ = 0;
  bool over_ = false;
};

} // namespace quipu::sim
