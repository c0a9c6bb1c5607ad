#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace quipu {

/// Something after which a node cannot go on: its store takes nothing more, a part of it died. The first is kept. Any
/// thread.
class breakdown {
public:
  void tell(std::string why) {
    const std::scoped_lock lock{guard_};
    if (why_) return;
    why_ = std::move(why);
    if (told_) told_();
  }
  [[nodiscard]] std::optional<std::string> why() const {
    const std::scoped_lock lock{guard_};
    return why_;
  }
  /// Who is told, at once if it has come already; empty: nobody.
  void on_told(std::function<void()> told) {
    const std::scoped_lock lock{guard_};
    told_ = std::move(told);
    if (why_ && told_) told_();
  }

private:
  mutable std::mutex guard_;
  std::optional<std::string> why_;
  std::function<void()> told_;
};

} // namespace quipu
