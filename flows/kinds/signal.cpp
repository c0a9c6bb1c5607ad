#include "flows/kinds/kind.hpp"

namespace quipu {

namespace {

void begin(stepping& now, const instance& at) { now.job().made().next.push_back(at); }

bool resume(stepping& now, const instance& at, const event& what) {
  if (what.why != cause::passed || now.job().at(at) != digit::started) return false;
  const auto& rules = now.rules(at);
  auto topic = now.topic(at);
  if (!topic) {
    now.fail(at, 500, topic.error().message);
    return true;
  }
  signalling sent{at, *topic, json::object(), 200, rules.signal_all, {}, nullptr};
  for (const auto& [rule, into] :
       {std::pair{&rules.payload, &sent.data}, std::pair{&rules.key_value, &sent.key_value}}) {
    if (!*rule) continue;
    auto made = now.evaluate(**rule, at);
    if (!made) {
      now.fail(at, 500, made.error().message);
      return true;
    }
    if (*made) *into = std::move(**made);
  }
  if (rules.code)
    if (const auto code = now.evaluate(*rules.code, at);
        code && *code && (*code)->is_number_integer())
      sent.code = (*code)->get<int>();
  sent.key_name = rules.key_name;
  now.job().made().signals.push_back(std::move(sent));
  now.settle(at, {});
  return true;
}

} // namespace

const kind signal_kind{begin, resume};

} // namespace quipu
