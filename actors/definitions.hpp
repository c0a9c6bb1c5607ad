#pragma once

#include "actors/shelf.hpp"
#include "collation/ledger.hpp"
#include "flows/limits.hpp"
#include "flows/tree.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace quipu {

/// A definition on its way into a store: read, checked, compiled.
struct compiled_app {
  app_version stored;
  std::shared_ptr<const plan> made;
};

/// Reads and compiles an app file. `invalid`: every fault, a line each, as `file:line:column: error: ...`.
/// Warnings go to `told`.
[[nodiscard]] result<compiled_app> read_app(const std::filesystem::path& file, findings& told,
                                            const read_limits& limits = {});

/// Compiles what a store keeps, however large: it was within the limits when it was deployed.
[[nodiscard]] result<std::shared_ptr<const plan>> plan_of(const app_version& stored);

/// Puts every version that a store keeps on the shelf. Blocks until the store has answered.
[[nodiscard]] result<void> load_apps(ledger& from, shelf& into);

} // namespace quipu
