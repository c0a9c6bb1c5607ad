#pragma once

#include "actors/stage.hpp"
#include "flows/mapping.hpp"
#include "flows/tree.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace quipu::flow_test {

/// What answers in place of workers: `workers:` of a flow test.
class mocks {
public:
  /// Faults go to `faults`, each at its place.
  [[nodiscard]] static mocks read(const tree& written, findings& faults);

  /// The answer to a call; nothing: the topic is not listed. `invalid`: no `when` fits, or its data
  /// cannot be mapped.
  [[nodiscard]] result<std::optional<late_reply>> answer(const std::string& topic,
                                                         const json& input, std::int64_t now_ms);
  /// The topics that are listed.
  [[nodiscard]] std::vector<std::string_view> topics() const;
  /// As if nothing had been asked.
  void reset();

private:
  struct prepared {
    quipu::answer what;
    std::optional<mapping> data;
    std::int64_t after_ms = 0;
  };
  struct rule {
    std::optional<json> when;
    std::vector<prepared> replies;
    std::size_t used = 0;
  };

  static rule read_rule(const tree& written, findings& faults);
  static prepared read_reply(const tree& written, findings& faults);

  std::map<std::string, std::vector<rule>> topics_;
};

} // namespace quipu::flow_test
