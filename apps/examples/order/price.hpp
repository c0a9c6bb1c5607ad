#pragma once

#include <quipu/call.hpp>
#include <quipu/reply.hpp>

namespace shop {

/// Prices the lines of an order: `{lines, currency, coupon?}` -> `{articles, subtotal, discount,
/// shipping, total, eur}`. 422: a line is not as a line should be; the flow rejects the order. 400:
/// a currency without a rate.
quipu::reply price(const quipu::call& call);

} // namespace shop
