#include "flows/ancestry.hpp"

#include "flows/nearest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

namespace quipu {

result<std::uint32_t> ancestry::activity(std::string_view name) const {
  if (name == "$self") return self_;
  const auto found = flow_.index.find(std::string{name});
  if (found != flow_.index.end()) {
    for (auto at = self_;; at = flow_.activities[at].parent) {
      if (at == found->second) return at;
      if (at == 0) break;
    }
  }
  std::vector<std::string_view> above;
  for (auto at = self_; at != 0;) {
    at = flow_.activities[at].parent;
    above.push_back(flow_.activities[at].id);
  }
  std::reverse(above.begin(), above.end());
  const auto& self = flow_.activities[self_].id;
  const auto readable = above.empty() ? std::string{"nothing is above it"}
                                      : fmt::format("above it are: {}", fmt::join(above, ", "));
  if (found != flow_.index.end())
    return failure{fault::invalid,
                   fmt::format("activity \"{}\" reads \"{}\", which is not above it; {}", self,
                               name, readable)};
  above.push_back(self);
  above.push_back("$self");
  above.push_back("$job");
  return failure{fault::invalid,
                 fmt::format("activity \"{}\" reads \"{}\", which this flow does not have{}; {}",
                             self, name, did_you_mean(name, above), readable)};
}

} // namespace quipu
