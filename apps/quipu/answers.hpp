#pragma once

#include "flows/mapping.hpp"

#include <quipu/node.hpp>
#include <quipu/result.hpp>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace quipu {

/// Workers answered by a file: the `workers:` of a flow test. For each topic a list of `{when,
/// replies}`: the first `when` that is a subset of the input wins, its replies are used up one a
/// call, the last repeats. A reply is
/// `{status, code, data, after}`; its data may be mapped from the input: `{$input.qty}`.
class answers : public std::enable_shared_from_this<answers> {
public:
  /// `invalid`: every fault of the file, a line each.
  [[nodiscard]] static result<std::shared_ptr<answers>> read(const std::filesystem::path& file);

  /// Serves every topic of the file; `to` keeps this alive.
  void serve(node& to);

private:
  struct prepared {
    std::optional<reply::status> status;
    std::optional<int> code;
    std::optional<mapping> data;
    std::chrono::milliseconds after{0};
  };
  struct rule {
    std::optional<json> when;
    std::vector<prepared> replies;
    std::size_t used = 0;
  };

  void read_topic(const tree::entry& topic, findings& faults);
  static void read_rule(const tree& written, rule& to, findings& faults);
  static void read_reply(const tree& written, prepared& to, findings& faults);
  [[nodiscard]] reply answer(call& call);

  std::mutex guard_; ///< over `used`
  std::map<std::string, std::vector<rule>> topics_;
};

} // namespace quipu
