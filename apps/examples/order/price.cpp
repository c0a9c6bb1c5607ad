#include "apps/examples/order/price.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace shop {

namespace {

using quipu::json;

struct currency {
  double per_euro;
  int decimals;
};

const std::map<std::string, currency, std::less<>> currencies{
    {"EUR", {1, 2}},    {"USD", {1.08, 2}}, {"GBP", {0.86, 2}}, {"JPY", {162, 0}},
    {"CHF", {0.95, 2}}, {"SEK", {11.4, 2}}, {"PLN", {4.3, 2}},  {"BRL", {5.9, 2}},
};

const std::map<std::string, int, std::less<>> coupons{
    {"WELCOME10", 10}, {"SPRING5", 5}, {"LOYAL15", 15}};

constexpr double free_shipping_from_eur = 50;
constexpr double shipping_eur = 4.9;
constexpr double largest_amount = 1e12;
constexpr std::int64_t largest_quantity = 1'000'000;

std::int64_t to_units(double amount, const currency& in) {
  return std::llround(amount * std::pow(10, in.decimals));
}

double from_units(std::int64_t units, const currency& in) {
  return static_cast<double>(units) / std::pow(10, in.decimals);
}

std::string text_of(const json& value, const char* key) {
  const auto found = value.find(key);
  return found != value.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// What one line costs, in units of the currency; or what is wrong with it.
std::variant<std::int64_t, std::string> cost(const json& line, const currency& in) {
  if (!line.is_object()) return fmt::format("is {}, but should be an object", line.type_name());
  const auto qty = line.find("qty");
  const auto price = line.find("price");
  if (qty == line.end() || !qty->is_number_integer() || qty->get<std::int64_t>() <= 0 ||
      qty->get<std::int64_t>() > largest_quantity)
    return fmt::format("has qty {}, but should have a whole number from 1 to {}",
                       qty == line.end() ? "none" : qty->dump(), largest_quantity);
  if (price == line.end() || !price->is_number() || price->get<double>() < 0)
    return fmt::format("has price {}, but should have a number that is not negative",
                       price == line.end() ? "none" : price->dump());
  const auto amount = price->get<double>() * static_cast<double>(qty->get<std::int64_t>());
  if (amount > largest_amount) return fmt::format("costs {:g}, more than anybody pays", amount);
  return to_units(price->get<double>(), in) * qty->get<std::int64_t>();
}

} // namespace

quipu::reply price(const quipu::call& call) {
  const auto code = text_of(call.data(), "currency");
  const auto known = currencies.find(code);
  if (known == currencies.end())
    return quipu::fail(400, fmt::format("no rate for currency \"{}\"", code));
  const auto& in = known->second;

  const auto lines = call.data().find("lines");
  if (lines == call.data().end() || !lines->is_array() || lines->empty())
    return quipu::fail(422, "the order has no lines");
  std::int64_t subtotal = 0;
  std::int64_t articles = 0;
  for (std::size_t i = 0; i < lines->size(); ++i) {
    const auto costs = cost((*lines)[i], in);
    if (const auto* wrong = std::get_if<std::string>(&costs))
      return quipu::fail(422, fmt::format("line {} {}", i + 1, *wrong));
    subtotal += std::get<std::int64_t>(costs);
    articles += (*lines)[i]["qty"].get<std::int64_t>();
  }

  const auto coupon = coupons.find(text_of(call.data(), "coupon"));
  const auto discount = coupon == coupons.end() ? 0 : subtotal * coupon->second / 100;
  const auto goods = subtotal - discount;
  const bool free = from_units(goods, in) / in.per_euro >= free_shipping_from_eur;
  const auto shipping = free ? 0 : to_units(shipping_eur * in.per_euro, in);
  const auto total = goods + shipping;
  return quipu::ok({{"articles", articles},
                    {"subtotal", from_units(subtotal, in)},
                    {"discount", from_units(discount, in)},
                    {"shipping", from_units(shipping, in)},
                    {"total", from_units(total, in)},
                    {"eur", std::round(from_units(total, in) / in.per_euro * 100) / 100}});
}

} // namespace shop
