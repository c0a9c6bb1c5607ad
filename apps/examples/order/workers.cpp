#include "apps/examples/order/workers.hpp"

#include "apps/examples/order/order.hpp"
#include "apps/examples/order/price.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <string>
#include <thread>
#include <unistd.h>

namespace shop {

namespace {

using quipu::json;

std::string text_at(const json& value, const json::json_pointer& where) {
  return value.contains(where) && value[where].is_string() ? value[where].get<std::string>()
                                                           : std::string{};
}

/// A number that is the same for every repetition of a call: derived from its idempotency key, as a
/// real provider would look it up.
std::string reference(const quipu::call& call, const char* prefix) {
  return fmt::format("{}-{}", prefix, digest(call.idempotency_key()).substr(0, 8));
}

quipu::reply charge(const quipu::call& call, std::chrono::milliseconds takes) {
  std::this_thread::sleep_for(takes);
  const auto card = call.data().value("card", json::object());
  const auto last4 = card.is_object() ? card.value("last4", "") : std::string{};
  if (card.is_object() && card.value("expired", false))
    return quipu::fail(402, fmt::format("card {} has expired", last4));
  if (last4 == "0002") return quipu::fail(402, fmt::format("card {} was declined", last4));
  return quipu::ok({{"reference", reference(call, "pay")}});
}

quipu::reply review(const quipu::call& call) {
  const auto customer = call.data().value("customer", json::object());
  if (customer.is_object() && customer.value("watch", false))
    return quipu::fail(403, "the customer is on the watch list");
  const auto value = call.data().value("value", 0.0);
  constexpr double board_from_eur = 10'000;
  return quipu::ok({{"reviewer", value > board_from_eur ? "the board" : "sales"}});
}

quipu::reply ship(const quipu::call& call, const char* by) {
  const auto to = text_at(call.data(), json::json_pointer{"/country"});
  return quipu::ok({{"parcel", fmt::format("{} to {}", reference(call, by), to)}});
}

} // namespace

void serve(quipu::node& node, const call_log& log, std::chrono::milliseconds payment) {
  const auto on = [&](const char* topic, auto work) {
    return node.serve(topic, [&log, work](quipu::call& call) {
      log.note(call);
      return work(call);
    });
  };
  on("order.price", [](quipu::call& call) { return price(call); });
  on("order.review", [](quipu::call& call) { return review(call); });
  on("payment.charge", [payment](quipu::call& call) { return charge(call, payment); });
  on("stock.reserve", [](quipu::call& call) { return ship(call, "parcel"); });
  on("stock.freight", [](quipu::call& call) { return ship(call, "freight"); });
  on("invoice.issue", [](quipu::call& call) {
    return quipu::ok({{"number", reference(call, "inv")}});
  });
}

call_log::call_log(const std::filesystem::path& file) {
  constexpr mode_t owner_only = 0600;
  if (!file.empty())
    file_ = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, owner_only);
}

call_log::~call_log() {
  if (file_ >= 0) ::close(file_);
}

void call_log::note(const quipu::call& call) const {
  if (file_ < 0) return;
  const json entry{{"topic", call.topic()},         {"job", call.job()},
                   {"activity", call.activity()},   {"attempt", call.attempt()},
                   {"key", call.idempotency_key()}, {"input", digest(call.data().dump())}};
  const auto line = entry.dump() + '\n';
  [[maybe_unused]] const auto written = ::write(file_, line.data(), line.size());
}

} // namespace shop
