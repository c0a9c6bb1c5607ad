#include "actors/flow_test/mocks.hpp"

#include "actors/flow_test/reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace quipu::flow_test {

namespace {

constexpr std::array<std::string_view, 2> rule_keys{"when", "replies"};
constexpr std::array<std::string_view, 4> reply_keys{"status", "code", "data", "after"};
constexpr std::string_view input_root = "{$input";
constexpr std::string_view input_document = "{$self.input.data";

/// `{$input.x}` leads to what the worker was sent, as if an activity mapped its own input.
class asked final : public scope, public environment {
public:
  asked(const json& input, std::int64_t now_ms) : input_(input), now_(now_ms) {}

  [[nodiscard]] result<std::uint32_t> activity(std::string_view name) const override {
    if (name == "$self") return 0U;
    return failure{fault::invalid,
                   fmt::format("\"{}\" is not known here; a reply may read {{$input...}}", name)};
  }
  [[nodiscard]] const json* read(const slot& what) const override {
    return what.of == slot::document::input && what.which == slot::part::data ? &input_ : nullptr;
  }
  [[nodiscard]] std::int64_t now() const override { return now_; }
  [[nodiscard]] double chance() const override { return 0.5; }

private:
  const json& input_;
  std::int64_t now_;
};

/// Writes `{$input...}` as the mapper knows it. In a `@reduce`, `$input` is the reduction's own.
void name_input(tree& value) {
  if (value.is_string() && value.text().starts_with(input_root) && value.text().ends_with('}'))
    value.scalar = std::string{input_document} + value.text().substr(input_root.size());
  for (auto& item : value.items) name_input(item);
  for (auto& entry : value.entries)
    if (entry.key != "@reduce") name_input(entry.value);
}

} // namespace

mocks mocks::read(const tree& written, findings& faults) {
  mocks made;
  if (!written.is_map()) {
    faults.error(written.at, "`workers` is a mapping: topic -> list of {when, replies}");
    return made;
  }
  for (const auto& topic : written.entries) {
    auto& rules = made.topics_[topic.key];
    if (!topic.value.is_list() || topic.value.items.empty())
      faults.error(topic.value.at, "a topic has a list of at least one {when, replies}");
    for (const auto& item : topic.value.items) rules.push_back(read_rule(item, faults));
  }
  return made;
}

mocks::rule mocks::read_rule(const tree& written, findings& faults) {
  rule made;
  if (!check_map(written, "an answer", rule_keys, faults)) return made;
  if (const auto* when = written.find("when")) made.when = to_json(*when);
  const auto* replies = written.find("replies");
  if (replies == nullptr || !replies->is_list() || replies->items.empty())
    faults.error(replies != nullptr ? replies->at : written.at,
                 "`replies` is a list of at least one {status, code, data, after}");
  else
    for (const auto& item : replies->items) made.replies.push_back(read_reply(item, faults));
  return made;
}

mocks::prepared mocks::read_reply(const tree& written, findings& faults) {
  prepared made;
  if (!check_map(written, "a reply", reply_keys, faults)) return made;
  made.what = answer_of(written, faults);
  if (const auto* after = written.find("after")) made.after_ms = duration_of(*after, faults);
  if (const auto* data = written.find("data")) {
    auto named = *data;
    name_input(named);
    static const json nothing;
    made.data = mapping::compile(named, asked{nothing, 0}, faults);
  }
  return made;
}

result<std::optional<late_reply>> mocks::answer(const std::string& topic, const json& input,
                                                std::int64_t now_ms) {
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return std::optional<late_reply>{};
  const auto fits = std::find_if(found->second.begin(), found->second.end(), [&](const rule& each) {
    return !each.when || is_subset(*each.when, input);
  });
  if (fits == found->second.end())
    return failure{fault::invalid, fmt::format("no `when` of worker \"{}\" fits the input {}",
                                               topic, input.dump())};
  const auto& chosen = fits->replies[std::min(fits->used++, fits->replies.size() - 1)];
  late_reply made{chosen.what, chosen.after_ms};
  if (chosen.data) {
    auto data = chosen.data->evaluate(asked{input, now_ms});
    if (!data) return data.error();
    if (*data) made.what.data = std::move(**data);
  }
  return std::optional{std::move(made)};
}

std::vector<std::string_view> mocks::topics() const {
  std::vector<std::string_view> all;
  all.reserve(topics_.size());
  for (const auto& [topic, rules] : topics_) all.push_back(topic);
  return all;
}

void mocks::reset() {
  for (auto& [topic, rules] : topics_)
    for (auto& each : rules) each.used = 0;
}

} // namespace quipu::flow_test
