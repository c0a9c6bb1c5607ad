#include "flows/step/error.hpp"
#include "flows/step/stepping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

/// Leg 2 of an activity: what came is written, its edges are taken.
namespace quipu {

namespace {

/// Whose leg 2 is somebody's reply: it is what `output.schema` is about. Of the others it is their
/// output.
bool replies(activity_kind kind) noexcept {
  return kind == activity_kind::worker || kind == activity_kind::await;
}

} // namespace

bool stepping::settle(const instance& at, const answer& given, const value& said) {
  auto now = given;
  const auto& rules = draft_.rules(at);
  const auto is_error = [&now] { return now.is == answer::status::error; };
  const auto fails = [&](int code, const std::string& why) {
    now = error_of(code, why);
    note(at, now);
    // What is shared for an error is shared for this one; if that fails too, nothing is.
    (void)share(at, now).ok();
  };

  const auto before = draft_.what().data;
  draft_.written(at).at_ms = draft_.now();
  auto spoken = replies(rules.kind) ? check_output(at, now, is_error() ? value{now.data} : said)
                                    : result<void>{};
  if (spoken && !is_error()) spoken = speak(at, now, said);
  if (!spoken) {
    fails(status(spoken.error().code), spoken.error().message);
  } else {
    note(at, now);
    if (auto shared = share(at, now); !shared && !is_error()) fails(500, shared.error().message);
  }
  auto ways = choose(at, now);
  if (!ways && !is_error()) {
    draft_.what().data = before;
    fails(500, ways.error().message);
    ways = choose(at, now);
  }
  if (at == what_.at) draft_.what().code = now.code; // not that of what it begins and fails
  trace(at);

  const auto was = draft_.at(at);
  if (is_error() && (!ways || std::none_of(ways->begin(), ways->end(), std::identity{}))) {
    draft_.settle(at);
    draft_.turn(at, digit::errored);
    auto error = described(now);
    error["activity"] = rules.id;
    end({"failed", value{std::move(error)}});
    return false;
  }
  tell(at, now.is != answer::status::pending);
  // A hook that is re-enterable stays; so does whoever said 202. All else settles.
  const auto* owed = draft_.owed(at);
  const bool stays =
      now.is == answer::status::pending || (owed != nullptr && owed->standing && !is_error());
  if (!stays) {
    draft_.settle(at);
    draft_.turn(at, was == digit::paused ? digit::released : digit::completed);
  }
  take(at, *ways, now.is == answer::status::pending);
  return !is_error() && !end_;
}

result<void> stepping::check_output(const instance& at, const answer& given, const value& said) {
  const auto& rules = draft_.rules(at);
  const auto by_code = rules.output_schema_by_code.find(given.code);
  const auto* wanted = by_code != rules.output_schema_by_code.end() ? &by_code->second
                       : given.is == answer::status::success && rules.output_schema
                           ? &*rules.output_schema
                           : nullptr;
  if (wanted == nullptr) return {};
  static const json nothing = json::object();
  const auto what =
      fmt::format("{} \"{}\"", replies(rules.kind) ? "the reply to" : "the output of", rules.id);
  if (std::string why; refuses(wanted, said && !(*said).is_null() ? *said : nothing, what, why))
    return failure{fault::invalid, why};
  return {};
}

result<void> stepping::speak(const instance& at, const answer& given, const value& said) {
  const auto& rules = draft_.rules(at);
  const bool is_trigger = rules.kind == activity_kind::trigger;
  auto output = said;
  if (rules.output) {
    view sees{draft_, at};
    sees.say(said);
    auto made = rules.output->evaluate(sees, on_.limits.mapping);
    if (!made)
      return failure{fault::failed,
                     fmt::format("output.maps of \"{}\": {}", rules.id, made.error().message)};
    output = value{*made ? std::move(**made) : json::object()};
  }
  // Who has no reply is measured by what it says of itself: a trigger that maps nothing says its
  // message.
  if (!replies(rules.kind))
    if (auto fit = check_output(at, given, output || !is_trigger ? output : draft_.input(at)); !fit)
      return fit;
  if (output && (!is_trigger || rules.output)) draft_.written(at).output = std::move(output);
  return {};
}

void stepping::note(const instance& at, const answer& given) {
  auto& written = draft_.written(at);
  written.code = given.code;
  if (given.is == answer::status::error) written.error = value{described(given)};
}

void stepping::fail(const instance& at, int code, const std::string& message, json data) {
  settle(at, error_of(code, message, std::move(data)));
}

result<void> stepping::share(const instance& at, const answer& given) {
  const auto& rules = draft_.rules(at);
  const auto by_code = rules.shared_by_code.find(given.code);
  const mapping* maps = nullptr;
  if (by_code != rules.shared_by_code.end())
    maps = &by_code->second;
  else if (given.is != answer::status::error && rules.shared)
    maps = &*rules.shared;
  if (maps == nullptr) return {};
  auto made = maps->evaluate(view{draft_, at}, on_.limits.mapping);
  if (!made)
    return failure{fault::failed,
                   fmt::format("job.maps of \"{}\": {}", rules.id, made.error().message)};
  if (!*made || !(*made)->is_object()) return {};
  draft_.write(std::move((*made)->get_ref<json::object_t&>()));
  return {};
}

/// `telemetry`: what is said of the activity in its record and its line of the log.
void stepping::trace(const instance& at) {
  const auto& rules = draft_.rules(at);
  if (!rules.telemetry) return;
  auto made = evaluate_or_warn(rules.telemetry, at, "telemetry", rules.id);
  if (made && made->is_object()) draft_.what().attributes.emplace_back(at, value{std::move(*made)});
}

void stepping::tell(const instance& at, bool is_final) {
  const auto& rules = draft_.rules(at);
  const auto says = [&](const std::optional<mapping>& rule, std::string_view key) {
    return rule && evaluate_or_warn(rule, at, key, rules.id) == json(true);
  };
  const auto& topic = on_.rules.publishes;
  const auto so_far = [this] { return json{{"state", "running"}, {"data", draft_.shared()}}; };
  if (topic && says(rules.emit, "emit")) draft_.made().notices.push_back({*topic, so_far()});
  if (is_final && says(rules.persist, "persist") && !draft_.marked("answered")) {
    draft_.mark("answered");
    draft_.made().report = so_far();
    if (topic) draft_.made().notices.push_back({*topic, so_far()});
  }
}

result<std::vector<bool>> stepping::choose(const instance& at, const answer& given) {
  const auto& rules = draft_.rules(at);
  const view sees{draft_, at};
  std::vector<bool> ways;
  for (const auto& edge : rules.edges) {
    bool holds = edge.admits(given.code);
    if (holds && edge.when) {
      auto held = edge.when->holds(sees, on_.limits.mapping);
      if (!held)
        return failure{fault::failed,
                       fmt::format("the conditions of the edge from \"{}\" to \"{}\": {}", rules.id,
                                   on_.rules.activities[edge.to].id, held.error().message)};
      holds = *held;
    }
    ways.push_back(holds);
  }
  return ways;
}

void stepping::take(const instance& at, const std::vector<bool>& ways, bool interim) {
  const auto& rules = draft_.rules(at);
  if (interim && std::none_of(ways.begin(), ways.end(), std::identity{})) return;
  const auto enter = [this](const instance& child) {
    draft_.turn(child, digit::started);
    begun_.push_back(child);
  };
  if (rules.behind != 0) {
    const auto pass = draft_.open(rules.behind, at);
    for (std::size_t edge = 0; edge < ways.size(); ++edge) {
      const instance child{rules.edges[edge].to, pass};
      if (ways[edge])
        enter(child);
      else
        draft_.skip(child);
    }
    return;
  }
  for (std::size_t edge = 0; edge < ways.size(); ++edge) {
    const auto to = rules.edges[edge].to;
    const auto slice = on_.rules.activities[to].slice;
    if (slice == rules.slice) {
      if (ways[edge])
        enter({to, at.pass});
      else if (!interim)
        draft_.skip({to, at.pass});
    } else if (ways[edge]) {
      enter({to, draft_.open(slice, at)});
    } else if (const auto waiting = draft_.unopened(slice, at.pass); waiting && !interim) {
      draft_.skip({to, *waiting});
    }
  }
}

void stepping::reenter(const instance& ancestor, const value& said) {
  auto& written = draft_.written(ancestor);
  written.output = said;
  written.code = 200;
  written.at_ms = draft_.now();
  const answer given{answer::status::success, 200, *said};
  const auto shared = share(ancestor, given);
  const auto ways = shared ? choose(ancestor, given) : result<std::vector<bool>>{shared.error()};
  if (ways) {
    trace(ancestor);
    tell(ancestor, true);
    return take(ancestor, *ways, false);
  }
  auto error = described(error_of(500, ways.error().message));
  error["activity"] = draft_.rules(ancestor).id;
  end({"failed", value{std::move(error)}});
}

} // namespace quipu
