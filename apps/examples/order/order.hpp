#pragma once

#include <quipu/json.hpp>
#include <quipu/result.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace shop {

/// One line of the orders file.
struct order {
  std::string id; ///< what people call it; `line-17` if it says none
  std::string
      job; ///< id and digest of the line: the same order is the same job, a changed one another
  quipu::json message;
};

/// The lines of a file that could be read, and a complaint for each that could not.
struct order_list {
  std::vector<order> orders;
  std::vector<std::string> complaints; ///< "orders.jsonl:17: not JSON: ..."
};

/// `not_found`: there is no such file. The same line twice is one order.
quipu::result<order_list> read_orders(const std::filesystem::path& file);

/// 64 bits of FNV-1a, as hex: tells contents apart, keeps no secrets.
[[nodiscard]] std::string digest(std::string_view bytes);

} // namespace shop
