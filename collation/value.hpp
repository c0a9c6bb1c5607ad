#pragma once

#include "collation/quipu/json.hpp"

#include <memory>
#include <string>

namespace quipu {

/// A JSON value that no longer changes, with its MessagePack: written once, shared by views,
/// records and stored fields. Copying costs a reference. Empty: undefined.
class value {
public:
  value() = default;
  explicit value(json data);

  explicit operator bool() const noexcept { return body_ != nullptr; }
  /// nullptr when it is undefined.
  [[nodiscard]] const json* get() const noexcept { return body_ ? &body_->data : nullptr; }
  [[nodiscard]] const json& operator*() const noexcept { return body_->data; }
  /// Its MessagePack; nil when it is undefined.
  [[nodiscard]] std::string_view packed() const noexcept;

  bool operator==(const value& other) const { return packed() == other.packed(); }

private:
  struct body {
    json data;
    std::string packed;
  };
  std::shared_ptr<const body> body_;
};

} // namespace quipu
