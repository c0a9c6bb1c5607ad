#pragma once

#include "collation/pack.hpp"
#include "collation/value.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace quipu {

/// A map whose size is known only when it is complete.
class entries {
public:
  packer& key(std::string_view name) {
    ++count_;
    return out_.text(name);
  }
  void text(std::string_view name, std::string_view what) {
    if (!what.empty()) key(name).text(what);
  }
  void number(std::string_view name, std::int64_t what) {
    if (what != 0) key(name).integer(what);
  }
  void flag(std::string_view name, bool what) {
    if (what) key(name).boolean(true);
  }
  void packed(std::string_view name, const value& what, std::size_t inline_limit = SIZE_MAX) {
    if (!what) return;
    if (what.packed().size() > inline_limit)
      key(name).binary({});
    else
      key(name).packed(what.packed());
  }
  [[nodiscard]] std::string bytes() const {
    packer whole;
    whole.map(count_).packed(out_.bytes());
    return std::move(whole).bytes();
  }

private:
  packer out_;
  std::size_t count_ = 0;
};

} // namespace quipu
