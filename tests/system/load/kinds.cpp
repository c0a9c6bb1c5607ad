#include "kinds.hpp"

#include <fmt/format.h>

#include <functional>

namespace {

using quipu::json;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

json order(int n) {
  json data = json::object();
  if (n % 5 == 1) data["first_fails"] = 402;
  if (n % 5 == 3) data["left_fails"] = 500;
  return data;
}

json retry(int n) {
  json data{{"until", n % 6}};
  if (n % 3 != 2) data["policy_fails"] = n % 3 == 0 ? 500 : 422;
  return data;
}

json late(int n) {
  json data = json::object();
  if (n % 2 == 0) data["takes"] = 700;
  return data;
}

struct kind {
  const char* topic;
  json (*with)(int n);
};

constexpr std::size_t waiting_kinds = 5; ///< the first ones

json nothing(int) { return json::object(); }

const std::vector<kind>& kinds() {
  static const std::vector<kind> all{
      {"mix.approval", nothing},
      {"mix.counter", nothing},
      {"mix.pending", nothing},
      {"mix.rally",
       [](int n) {
         return json{{"group", n % 3}};
       }},
      {"mix.visits", nothing},
      {"mix.order", order},
      {"mix.retry", retry},
      {"mix.timer",
       [](int n) {
         return json{{"sleep", 0.2 + 0.1 * (n % 4)}};
       }},
      {"mix.loop", nothing},
      {"mix.kill", nothing},
      {"mix.deep", nothing},
      {"mix.late", late},
      {"mix.stop",
       [](int n) {
         return json{{"throws", n % 2 == 0}};
       }},
      {"mix.emit", nothing},
      {"mix.keeper", nothing},
      {"mix.gate",
       [](int n) {
         return json{{"takes", n % 2 == 0 ? 400 : 1}};
       }},
      {"mix.tell", nothing},
      {"mix.call",
       [](int n) {
         return json{{"group", n % 3}};
       }},
      {"mix.rare", nothing},
  };
  return all;
}

/// The same for the same job in every life.
std::size_t luck(const std::string& id, std::size_t of) {
  return std::hash<std::string>{}(id) % of;
}

deed signal(const std::string& topic, const std::string& job, int k, milliseconds after) {
  const auto id = fmt::format("{}/{}/{}", job, topic, k);
  return {deed::verb::signal, topic, {{"id", job}, {"k", k}, {"tag", id}}, 200, id, after};
}

} // namespace

std::vector<start> starts_of(const std::string& prefix, int n, bool only_waiting) {
  const auto many = only_waiting ? waiting_kinds : kinds().size();
  const auto& which = kinds()[static_cast<std::size_t>(n) % many];
  const auto round = n / static_cast<int>(many);
  start one{which.topic, fmt::format("{}-{}", prefix, n), which.with(round)};
  one.data["n"] = n;
  one.data["id"] = one.id;
  if (one.topic != "mix.kill") return {one};
  start victim{"mix.victim", one.id + "v", {{"id", one.id + "v"}}};
  one.data["victim"] = victim.id;
  return {victim, one};
}

std::vector<deed> early_deeds_of(const start& of) {
  if (of.topic != "mix.approval" || luck(of.id, 3) != 0) return {};
  return {signal("mix.approved", of.id, 0, {})};
}

std::vector<deed> deeds_of(const std::string& topic, const std::string& id, const std::string& life,
                           int slowly) {
  const auto soon = milliseconds{luck(id + life, 700)} * slowly;
  const auto later = soon + milliseconds{luck(life + id, 1300)} * slowly;
  if (topic == "mix.approval") {
    std::vector<deed> all{signal("mix.approved", id, 0, later)};
    if (luck(id, 2) == 0) all.push_back(signal("mix.hurried", id, 0, soon));
    return all;
  }
  if (topic == "mix.counter")
    return {signal("mix.counted", id, 0, soon), signal("mix.counted", id, 1, soon),
            signal("mix.counted", id, 2, later), signal("mix.closed", id, 0, later)};
  if (topic == "mix.pending")
    return {{deed::verb::complete, "pe_call", {{"n", 100}}, 202, id + "/0", soon},
            {deed::verb::complete, "pe_call", {{"n", 200}}, 202, id + "/1", later},
            {deed::verb::complete, "pe_call", {{"n", 300}}, 200, id + "/2", later + soon}};
  if (topic == "mix.rally") return {signal("mix.rallied", id, 0, later + later)};
  if (topic == "mix.victim") // a kill may have come before its killer was started
    return {{deed::verb::interrupt, "", {{"reason", "left over"}}, 410, "", soon + 4s * slowly}};
  if (topic == "mix.visits")
    return {signal("mix.visited", id, 0, soon),
            signal("mix.visited", id, 1, later),
            {deed::verb::interrupt, "", {{"reason", "enough"}}, 410, "", later + soon}};
  return {};
}
