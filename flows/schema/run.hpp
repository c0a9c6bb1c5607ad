#pragma once

#include "flows/schema.hpp"
#include "flows/schema/program.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quipu::draft7 {

/// How much one check of one value may do; the first is for the stack, the second for schemas that
/// multiply (`anyOf` in `anyOf` over recursive data).
constexpr std::uint32_t most_depth = 1'000;
constexpr std::uint64_t most_visits = 4'000'000;

/// One value on its way through a program: where in it we are, and what has been found.
///
/// It either reports breaches, up to a number of them, or only tries (`anyOf`, `not`, `if`): then
/// it stops at the first and writes nothing.
class run {
public:
  explicit run(const program& code, std::size_t most) : code_(code), most_(most) {}

  /// Everything that is wrong with `data`.
  [[nodiscard]] std::vector<breach> all(const json& data);

  /// Whether a value fits a node: the value at hand, one of its members, one of its items.
  [[nodiscard]] bool fits(node_id node, const json& data);
  [[nodiscard]] bool member_fits(node_id node, const json& data, std::string_view key);
  [[nodiscard]] bool item_fits(node_id node, const json& data, std::size_t index);

  /// The same, reporting nothing.
  [[nodiscard]] bool tries(node_id node, const json& data);

  /// Whether a check that has failed should look for more.
  [[nodiscard]] bool goes_on() const noexcept {
    return reports_ && exceeded_.empty() && found_.size() < most_;
  }
  /// Counts work that a check does by itself, in values looked at.
  void costs(std::uint64_t values) noexcept { visits_ += values; }

  /// Reports a breach at the value at hand, or a member of it; always false, so that checks end in
  /// it. `sentence` is asked only if somebody reads it.
  template <class Sentence>
  bool fails(std::string_view rule, Sentence&& sentence) {
    if (goes_on()) found_.push_back({pointer(), std::string{rule}, sentence()});
    return false;
  }
  template <class Sentence>
  bool member_fails(std::string_view rule, std::string_view key, Sentence&& sentence) {
    const step here{path_, key, 0};
    path_ = &here;
    fails(rule, std::forward<Sentence>(sentence));
    path_ = here.up;
    return false;
  }

  /// Why `data` does not fit `node`, as one sentence without a full stop.
  [[nodiscard]] std::string explain(node_id node, const json& data);

private:
  struct step {
    const step* up;
    std::string_view key; // data() is null: an item
    std::size_t index;
  };

  bool step_fits(node_id node, const json& data, const step& here);
  [[nodiscard]] std::string pointer() const;

  const program& code_;
  std::size_t most_;
  std::vector<breach> found_;
  const step* path_ = nullptr;
  bool reports_ = true;
  std::uint32_t depth_ = 0;
  std::uint64_t visits_ = 0;
  std::string_view exceeded_; // which limit; empty: none
};

} // namespace quipu::draft7
