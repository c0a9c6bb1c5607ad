#include "flows/kinds/kind.hpp"

#include "collation/codes.hpp"

namespace quipu {

namespace {

void begin(stepping& now, const instance& at) { now.job().made().next.push_back(at); }

/// What the activity says; nothing: why not.
result<signalling> said(stepping& now, const instance& at) {
  const auto& rules = now.rules(at);
  auto topic = now.topic(at);
  if (!topic) return topic.error();
  signalling made{at, std::move(*topic), json::object(), codes::success, rules.signal_all,
                  {}, nullptr,           false};
  json name;
  json resolved;
  json code = codes::success;
  json scrub;
  for (const auto& [rule, into] :
       {std::pair{&rules.payload, &made.data}, std::pair{&rules.key_name, &name},
        std::pair{&rules.key_value, &made.key_value}, std::pair{&rules.resolver, &resolved},
        std::pair{&rules.code, &code}, std::pair{&rules.scrub, &scrub}}) {
    if (!*rule) continue;
    auto value = now.evaluate(**rule, at);
    if (!value) return value.error();
    if (*value) *into = std::move(**value);
  }
  if (code == codes::pending) made.code = codes::pending;
  made.scrubs = scrub == true;
  if (name.is_string()) made.key_name = name.get<std::string>();
  if (resolved.is_object() && resolved.contains("data") && resolved["data"].is_object() &&
      !resolved["data"].empty()) {
    const auto& [key, value] = *resolved["data"].get_ref<const json::object_t&>().begin();
    made.key_name = key;
    made.key_value = value;
  }
  return made;
}

bool resume(stepping& now, const instance& at, const event& what) {
  if (what.why != cause::passed || now.job().at(at) != digit::started) return false;
  auto sent = said(now, at);
  if (!sent) {
    now.fail(at, 500, sent.error().message);
    return true;
  }
  now.job().made().signals.push_back(std::move(*sent));
  now.settle(at, {});
  return true;
}

} // namespace

const kind signal_kind{begin, resume};

} // namespace quipu
