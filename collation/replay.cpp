#include "collation/replay.hpp"

#include "collation/checkpoint.hpp"

#include <fmt/format.h>

namespace quipu {

result<void> replay::take(const history_page& page, std::uint64_t last, const visitor& visit) {
  if (view_.records() == 0 && !page.checkpoint.empty())
    if (auto taken = take(page.checkpoint, visit); !taken) return taken;
  auto number = page.first;
  for (const auto& stored : page.records) {
    if (number > last) break;
    if (number++ < next()) continue; // it was taken before
    if (auto taken = take(stored, visit); !taken) return taken;
  }
  return {};
}

result<void> replay::take(const std::string& stored, const visitor& visit) {
  auto what = decode_record(stored);
  const auto wanted = next();
  if (!what)
    return failure{fault::corrupt, fmt::format("record {}: {}", wanted, what.error().message)};
  if (auto folded = view_.fold(*what); !folded) return folded;
  at_ = what->why == cause::condensed ? what->head_there : chain(stored, at_);
  if (visit) visit(*what, view_);
  return {};
}

std::string replay::checkpoint() const {
  const bool whole = view_.born().history == history_mode::full;
  return encode(quipu::checkpoint(view_, whole ? at_ : head{}));
}

} // namespace quipu
