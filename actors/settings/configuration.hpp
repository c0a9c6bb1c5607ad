#pragma once

#include "actors/settings/setting.hpp"
#include "flows/tree.hpp"

#include <quipu/result.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace quipu {

/// What a node is to do, and where each value was said: default < file < environment < flags.
///
/// Faults are collected, each at its place: `node.yaml:3:14`, `QUIPU_LEASE`, `--lease`.
class configuration {
public:
  explicit configuration(node_options defaults = {}) : options_(std::move(defaults)) {}

  void read_file(const std::filesystem::path& file, findings& faults);
  /// The text of a file that is called `name`.
  void read_text(std::string text, std::string name, findings& faults);
  /// `environment` as `environ` is: "NAME=VALUE", a null at the end. A name with QUIPU_ in front
  /// that is nearly a setting is an error; one that is far from all is another program's, and told
  /// as a warning.
  void read_environment(const char* const* environment, findings& faults);
  /// One setting, said at `at`.
  void say(const setting& which, std::string_view text, const place& at, findings& faults);

  /// Whether each value is within its bounds, and all of them go together.
  void check(findings& faults) const;

  [[nodiscard]] const node_options& options() const noexcept { return options_; }
  /// All settings as a file, commented: with defaults, `configs/node.reference.yaml`.
  [[nodiscard]] std::string print() const;

private:
  void read(const tree& written, const std::string& above, findings& faults);
  void put(const setting& which, const result<amount>& value, const place& at, findings& faults);
  [[nodiscard]] place origin(std::string_view key) const;
  [[nodiscard]] bool is_said(std::string_view key) const { return said_.count(key) > 0; }

  node_options options_;
  std::map<std::string_view, place> said_; ///< where; what is not here has its default
};

/// Somewhere that is no file.
[[nodiscard]] place somewhere(std::string what);

} // namespace quipu
