#include "flows/board.hpp"

#include "collation/canonical.hpp"
#include "collation/chain.hpp"

namespace quipu {

namespace {

std::string hashed(const nlohmann::json& named) {
  return to_hex(chain(named.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), {}))
      .substr(0, 24);
}

/// All boards of a topic are of one group, which a store keeps together.
std::string placed(std::string_view app, std::string_view topic, const nlohmann::json& named) {
  return hashed(nlohmann::json::array({app, topic})).substr(0, 8) + '.' + hashed(named);
}

/// The schema that the hook asks of signals; empty: none. It stands behind the matches.
std::string_view guard_of(const hook_rule& rule) {
  const auto matches = rule.when ? rule.when->matches.size() : 0;
  return rule.asks.size() > matches ? std::string_view{rule.asks.back()} : std::string_view{};
}

} // namespace

std::vector<std::string> boards(std::string_view app, const hook_rule& rule,
                                const std::vector<std::optional<json>>& values) {
  if (rule.when && rule.when->always == false) return {};
  const auto place = [&](const nlohmann::json& asks, const nlohmann::json& list) {
    return placed(app, rule.topic, nlohmann::json::array({asks, list}));
  };
  std::vector<std::string> found;
  const bool any = rule.when && !rule.when->unconditional && rule.when->by == condition::gate::any;
  auto list = nlohmann::json::array();
  for (std::size_t at = 0; at < values.size(); ++at) {
    if (!values[at] && any) continue;
    if (!values[at]) return {};
    auto value = canonical(*values[at]);
    if (any)
      found.push_back(place(nlohmann::json::array({rule.asks.at(at), guard_of(rule)}),
                            nlohmann::json::array({std::move(value)})));
    else
      list.push_back(std::move(value));
  }
  if (!any) found.push_back(place(rule.asks, list));
  return found;
}

std::string crowd(std::string_view app, const hook_rule& rule, std::string_view measure,
                  const json& value) {
  return placed(app, rule.topic,
                nlohmann::json::array({guard_of(rule), measure, {{"is", canonical(value)}}}));
}

} // namespace quipu
