#pragma once

#include "actors/flow_test/mocks.hpp"

#include <quipu/node.hpp>
#include <quipu/result.hpp>

#include <filesystem>
#include <memory>
#include <mutex>

namespace quipu {

/// Workers answered by a file: the `workers:` of a flow test, and as there, but that a reply's
/// `after` is waited for.
class answers : public std::enable_shared_from_this<answers> {
public:
  /// `invalid`: every fault of the file, a line each.
  [[nodiscard]] static result<std::shared_ptr<answers>> read(const std::filesystem::path& file);

  /// Serves every topic of the file; `to` keeps this alive.
  void serve(node& to);

private:
  [[nodiscard]] reply answer(call& call);

  std::mutex guard_; ///< over what is used up
  flow_test::mocks mocks_;
};

} // namespace quipu
