#include "tests/sim/strikes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace quipu::sim {

std::string to_text(const std::vector<strike>& all) {
  std::string text;
  for (const auto& each : all)
    text += fmt::format("{}{}:{}", text.empty() ? "" : ",",
                        troubles[static_cast<std::size_t>(each.is)].name, each.occasion);
  return text.empty() ? "none" : text;
}

std::optional<std::vector<strike>> to_strikes(std::string_view text) {
  std::vector<strike> all;
  if (text == "none") return all;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const auto word = text.substr(0, comma);
    const auto colon = word.find(':');
    const auto row = std::find_if(troubles.begin(), troubles.end(), [&](const trouble_row& each) {
      return each.name == word.substr(0, colon);
    });
    strike made;
    if (colon == word.npos || row == troubles.end() ||
        std::from_chars(word.data() + colon + 1, word.data() + word.size(), made.occasion).ec !=
            std::errc{})
      return std::nullopt;
    made.is = row->is;
    all.push_back(made);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return all;
}

strikes::strikes(std::uint64_t seed) : seed_(mixed(seed, "strikes")) {
  // A swarm: each kind of trouble is absent, as usual or frequent (Groce et al., "Swarm Testing").
  dice mixture{mixed(seed, "mixture")};
  for (std::size_t at = 0; at < troubles.size(); ++at) {
    const auto share = mixture.below(4);
    per_mille_[at] = share == 0   ? 0
                     : share == 3 ? troubles[at].per_mille * 3
                                  : troubles[at].per_mille;
  }
}

strikes::strikes(std::uint64_t seed, const std::vector<strike>& only)
    : seed_(mixed(seed, "strikes")), only_(std::set<strike>{only.begin(), only.end()}) {}

bool strikes::here(trouble is) {
  const auto at = static_cast<std::size_t>(is);
  const strike now{is, ++occasions_[at]};
  if (over_) return false;
  last_ = mixed(mixed(seed_ ^ (at << 32U)) ^ now.occasion);
  if (only_ ? !only_->contains(now) : last_ % 1000 >= per_mille_[at]) return false;
  made_.push_back(now);
  return true;
}

std::int64_t strikes::between(std::int64_t least, std::int64_t most) const {
  return dice{last_}.between(least, most);
}

} // namespace quipu::sim
