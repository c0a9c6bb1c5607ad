#include "apps/examples/order/order.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <fstream>
#include <set>

namespace shop {

namespace {

constexpr std::size_t digest_shown = 6;

order make_order(quipu::json message, std::string_view line, std::size_t number) {
  const auto id = message.find("id");
  order made;
  made.id = id != message.end() && id->is_string() ? id->get<std::string>()
                                                   : fmt::format("line-{}", number);
  made.job = fmt::format("{}.{}", made.id, digest(line).substr(0, digest_shown));
  made.message = std::move(message);
  return made;
}

} // namespace

quipu::result<order_list> read_orders(const std::filesystem::path& file) {
  std::ifstream in{file};
  if (!in)
    return quipu::failure{
        quipu::fault::not_found,
        fmt::format("{}: cannot be read; it should hold an order a line, as JSON", file.string())};
  order_list list;
  std::set<std::string> seen;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    auto message = quipu::json::parse(line, nullptr, false);
    if (!message.is_object()) {
      list.complaints.push_back(fmt::format("{}:{}: {}: left out", file.filename().string(), number,
                                            message.is_discarded() ? "not JSON" : "not an object"));
      continue;
    }
    auto made = make_order(std::move(message), line, number);
    if (seen.insert(made.job).second) list.orders.push_back(std::move(made));
  }
  return list;
}

std::string digest(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const unsigned char byte : bytes) hash = (hash ^ byte) * 0x100000001b3;
  return fmt::format("{:016x}", hash);
}

} // namespace shop
