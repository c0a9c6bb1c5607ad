#include "tests/sim/hunt.hpp"

#include <algorithm>

namespace quipu::sim {

hunt_report hunt(std::uint64_t from, std::uint64_t count,
                 const std::function<void(const hunt_report&)>& tells) {
  hunt_report all;
  for (auto seed = from; seed < from + count; ++seed) {
    if (tells) tells(all);
    const auto end = world{{seed, {}, false}}.live();
    ++all.worlds;
    all.jobs += end.jobs;
    all.records += end.records;
    all.strikes += end.strikes.size();
    if (!end.wrong) continue;
    all.found = finding{seed, *end.wrong, end.strikes, end.strikes.size()};
    return all;
  }
  return all;
}

finding shrunk(const finding& what) {
  auto best = what;
  const auto try_with = [&](std::vector<strike> list) {
    const auto again = world{{what.seed, list, false}}.live();
    if (!again.wrong) return false;
    best.wrong = *again.wrong;
    best.strikes = again.strikes; // those that there was an occasion for
    return true;
  };
  if (!try_with(what.strikes)) return best; // cannot be, unless a life is not what its seed says
  for (std::size_t pieces = 2; !best.strikes.empty();) {
    const auto& all = best.strikes;
    const auto size = (all.size() + pieces - 1) / pieces;
    bool shorter = false;
    for (std::size_t first = 0; first < all.size() && !shorter; first += size) {
      std::vector<strike> rest{all.begin(), all.begin() + static_cast<std::ptrdiff_t>(first)};
      rest.insert(rest.end(),
                  all.begin() + static_cast<std::ptrdiff_t>(std::min(first + size, all.size())),
                  all.end());
      shorter = try_with(rest);
    }
    if (shorter)
      pieces = std::max<std::size_t>(pieces - 1, 2);
    else if (size == 1)
      break;
    else
      pieces = std::min(pieces * 2, best.strikes.size());
  }
  return best;
}

bool lives_alike(std::uint64_t seed) {
  const auto first = world{{seed, {}, false}}.live();
  const auto second = world{{seed, {}, false}}.live();
  return first.trace == second.trace && first.records == second.records &&
         first.strikes == second.strikes && first.wrong == second.wrong;
}

} // namespace quipu::sim
