#pragma once

#include <CLI/App.hpp>

#include <functional>
#include <string_view>
#include <vector>

namespace quipu {

/// What a verb does once its arguments are read; gives the exit code.
using action = std::function<int()>;

/// A word behind `quipu`. A new one is a file in verbs/ and a row in verb.cpp.
struct verb {
  std::string_view name;
  std::string_view summary;
  std::string_view example;        ///< what follows `quipu NAME`, at the end of its --help
  action (*declare)(CLI::App& to); ///< adds its arguments to `to`
};

[[nodiscard]] const std::vector<verb>& verbs();

} // namespace quipu
