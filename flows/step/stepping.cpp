#include "flows/step/stepping.hpp"

#include "flows/kinds/kind.hpp"

#include <fmt/format.h>

#include <utility>

namespace quipu {

stepping::stepping(const ground& on, const class job& before, const event& what)
    : on_(on), what_(what), draft_(on.rules, before, on.now_ms) {
  auto& record = draft_.what();
  record.why = what.why;
  record.at = what.at;
  record.attempt = what.attempt;
  record.mail = what.mail;
}

// What the kinds ask for

result<std::optional<json>> stepping::evaluate(const mapping& rule, const instance& at) const {
  return rule.evaluate(view{draft_, at}, on_.limits.mapping);
}

std::optional<json> stepping::evaluate_or_warn(const std::optional<mapping>& rule,
                                               const instance& at, std::string_view key,
                                               std::string_view of) {
  if (!rule) return std::nullopt;
  auto made = evaluate(*rule, at);
  if (made) return std::move(*made);
  warn(fmt::format("{} of \"{}\": {}", key, of, made.error().message));
  return std::nullopt;
}

result<std::string> stepping::topic(const instance& at) const {
  const auto& rules = draft_.rules(at);
  if (!rules.topic) return std::string{};
  auto made = evaluate(*rules.topic, at);
  if (!made) return made.error();
  if (!*made || !(*made)->is_string() || (*made)->get_ref<const std::string&>().empty())
    return failure{fault::failed,
                   fmt::format("the topic of \"{}\" came out as {}; a text would be right",
                               rules.id, *made ? (*made)->dump() : "undefined")};
  return (*made)->get<std::string>();
}

result<value> stepping::input(const instance& at) {
  const auto& rules = draft_.rules(at);
  auto data = json::object();
  if (rules.input) {
    auto made = evaluate(*rules.input, at);
    if (!made) return made.error();
    if (*made) data = std::move(**made);
  }
  if (std::string why; refuses(rules.input_schema ? &*rules.input_schema : nullptr, data,
                               fmt::format("the input of \"{}\"", rules.id), why))
    return failure{fault::invalid, why};
  value whole{std::move(data)};
  asked_bytes_ += whole.packed().size();
  if (rules.keeps_input) draft_.written(at).input = whole;
  return whole;
}

bool stepping::refuses(const schema* rules, const json& data, std::string_view where,
                       std::string& why) {
  if (rules == nullptr || rules->empty()) return false;
  const auto breaches = rules->check(data);
  if (breaches.empty()) return false;
  why = fmt::format("{}: {}", where, to_string(breaches.front()));
  if (enforces()) return true;
  warn(why);
  return false;
}

void stepping::warn_of(const std::optional<schema>& rules, const json& data,
                       std::string_view where) {
  if (enforces()) return;
  std::string why;
  (void)refuses(rules ? &*rules : nullptr, data, where, why);
}

bool stepping::is_full() {
  return draft_.made().children.size() >= on_.limits.commit_children ||
         asked_bytes_ > on_.limits.commit_bytes / 2;
}

void stepping::put_off(const instance& at) {
  if (!std::exchange(has_put_off_, true)) draft_.made().next.push_back(at);
}

bool stepping::take_up(const instance& at) {
  if (draft_.at(at) != digit::started || draft_.owed(at) != nullptr) return false;
  for (const auto& [which, pass] : draft_.before().passes())
    for (std::size_t position = 0; position < pass.digits.size(); ++position) {
      const instance each{pass.first + static_cast<std::uint32_t>(position), which.pass};
      if (pass.digits.at(position) == digit::started && asks(draft_.rules(each).kind) &&
          draft_.owed(each) == nullptr)
        begun_.push_back(each);
    }
  return true;
}

void stepping::begin(const instance& at) {
  if (asks(draft_.rules(at).kind) && is_full()) return put_off(at);
  if (below_threshold(at)) return;
  const auto& rules = draft_.rules(at);
  // Those that ask somebody map their input themselves; a cycle's is its ancestor's answer.
  const bool asks_nobody = rules.kind == activity_kind::hook ||
                           rules.kind == activity_kind::signal ||
                           rules.kind == activity_kind::interrupt;
  if (asks_nobody && (rules.input || rules.input_schema))
    if (auto made = input(at); !made)
      return fail(at, status(made.error().code), made.error().message);
  kind_of(rules.kind).begin(*this, at);
}

bool stepping::below_threshold(const instance& at) {
  const auto threshold = draft_.rules(at).threshold;
  if (threshold == 0 || draft_.begun() > threshold) return false;
  if (draft_.begun() == threshold)
    end({"completed", {}});
  else
    draft_.skip(at);
  return true;
}

} // namespace quipu
