#include "flows/step/stepping.hpp"

#include "flows/duration.hpp"
#include "flows/kinds/kind.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>

namespace quipu {

namespace {

answer error_of(int code, std::string message, json data = nullptr) {
  if (!data.is_object()) data = json::object();
  data["message"] = std::move(message);
  return {answer::status::error, code, std::move(data)};
}

std::string message_of(const answer& given) {
  if (given.data.is_object())
    if (const auto found = given.data.find("message");
        found != given.data.end() && found->is_string())
      return found->get<std::string>();
  return std::string{phrase(given.code)};
}

json described(const answer& given) {
  json error{{"code", given.code}, {"message", message_of(given)}};
  if (!given.data.is_null()) error["data"] = given.data;
  return error;
}

constexpr std::int64_t an_hour_ms = 3'600'000;

} // namespace

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
  if (rules.keeps_input) draft_.written(at).input = whole;
  return whole;
}

bool stepping::refuses(const schema* rules, const json& data, std::string_view where,
                       std::string& why) {
  if (rules == nullptr || rules->empty()) return false;
  const auto breaches = rules->check(data);
  if (breaches.empty()) return false;
  why = fmt::format("{}: {}", where, to_string(breaches.front()));
  if (on_.app.schemas == definition::schema_mode::enforce) return true;
  draft_.made().warnings.push_back(why);
  return false;
}

// Leg 2

void stepping::settle(const instance& at, const answer& given, const value& said) {
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
  if (auto spoken = is_error() ? result<void>{} : speak(at, now, said); !spoken) {
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
  draft_.what().code = now.code;

  const auto was = draft_.at(at);
  if (is_error() && (!ways || std::none_of(ways->begin(), ways->end(), std::identity{}))) {
    draft_.settle(at);
    draft_.turn(at, digit::errored);
    auto error = described(now);
    error["activity"] = rules.id;
    return end({"failed", value{std::move(error)}});
  }
  tell(at);
  // A hook that is re-enterable stays; so does whoever said 202. All else settles.
  const auto* owed = draft_.owed(at);
  const bool stays =
      now.is == answer::status::pending || (owed != nullptr && owed->standing && !is_error());
  if (!stays) {
    draft_.settle(at);
    draft_.turn(at, was == digit::paused ? digit::released : digit::completed);
  }
  take(at, *ways, now.is == answer::status::pending);
}

result<void> stepping::speak(const instance& at, const answer& given, const value& said) {
  const auto& rules = draft_.rules(at);
  if (said) {
    const auto by_code = rules.output_schema_by_code.find(given.code);
    const auto* schemas = by_code != rules.output_schema_by_code.end() ? &by_code->second
                          : given.is == answer::status::success && rules.output_schema
                              ? &*rules.output_schema
                              : nullptr;
    std::string why;
    if (refuses(schemas, *said, fmt::format("the reply to \"{}\"", rules.id), why))
      return failure{fault::invalid, why};
  }
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
  // What a trigger says is its message, unless it makes something of it.
  if (output && (rules.kind != activity_kind::trigger || rules.output))
    draft_.written(at).output = std::move(output);
  return {};
}

void stepping::note(const instance& at, const answer& given) {
  auto& written = draft_.written(at);
  written.code = given.code;
  written.at_ms = draft_.now();
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
  for (auto& [name, data] : (*made)->get_ref<json::object_t&>())
    draft_.write(name, value{std::move(data)});
  return {};
}

void stepping::tell(const instance& at) {
  const auto& rules = draft_.rules(at);
  const auto says = [&](const std::optional<mapping>& rule) {
    if (!rule) return false;
    auto made = evaluate(*rule, at);
    return made && *made && **made == true;
  };
  const auto& topic = on_.rules.publishes;
  const auto so_far = [this] { return json{{"state", "running"}, {"data", draft_.shared()}}; };
  if (topic && says(rules.emit)) draft_.made().notices.push_back({*topic, so_far()});
  if (says(rules.persist) && !draft_.marked("answered")) {
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
    bool holds = given.is == answer::status::pending ? edge.interim : edge.admits(given.code);
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
    tell(ancestor);
    return take(ancestor, *ways, false);
  }
  auto error = described(error_of(500, ways.error().message));
  error["activity"] = draft_.rules(ancestor).id;
  end({"failed", value{std::move(error)}});
}

// Leg 1

void stepping::begin(const instance& at) {
  if (below_threshold(at)) return;
  const auto& rules = draft_.rules(at);
  // Those that ask somebody map their input themselves; a cycle's is its ancestor's answer.
  const bool asks_nobody = rules.kind == activity_kind::hook ||
                           rules.kind == activity_kind::signal ||
                           rules.kind == activity_kind::interrupt;
  if (asks_nobody && rules.input)
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

// The end

void stepping::end(conclusion how) {
  if (!end_) end_ = std::move(how);
}

void stepping::interrupt(const interruption& how) {
  conclusion ended{"interrupted", {}};
  if (how.throws) {
    json error{{"code", how.code}, {"message", how.reason}};
    if (how.at != instance{}) error["activity"] = draft_.rules(how.at).id;
    ended.error = value{std::move(error)};
  }
  if (how.descend) descends_ = how;
  end(std::move(ended));
}

outcome stepping::finish() {
  for (std::size_t next = 0; next < begun_.size() && !end_; ++next) begin(begun_[next]);
  if (!end_ && draft_.open() > 0) disarm_what_only_returns();
  if (!end_ && draft_.open() == 0) end({"completed", {}});
  if (end_)
    conclude();
  else
    draft_.forget();
  return std::move(draft_.made());
}

/// A re-enterable hook alone never keeps a job alive: when nothing else is open it is disarmed, or,
/// in a persistent flow, the job is told of as if it had ended.
void stepping::disarm_what_only_returns() {
  if (std::none_of(
          on_.rules.activities.begin(), on_.rules.activities.end(),
          [](const activity& each) { return each.cycle && each.kind == activity_kind::hook; }))
    return;
  std::vector<instance> standing;
  std::size_t behind = 0; // pending digits that only they can open
  const auto note = [&](const instance& at, const obligation& owed) {
    if (!owed.standing) return;
    standing.push_back(at);
    behind += draft_.pending_behind(at);
  };
  draft_.each_owed(note);
  if (standing.empty() || draft_.open() > standing.size() + behind) return;
  bool persistent = false;
  if (on_.rules.persistent)
    if (auto made = evaluate(*on_.rules.persistent, {}); made && *made) persistent = **made == true;
  if (!persistent) {
    for (const auto& at : standing) {
      draft_.settle(at);
      draft_.skip(at);
    }
    return;
  }
  if (draft_.marked("answered")) return;
  draft_.mark("answered");
  json body{{"state", "running"}, {"data", draft_.shared()}};
  if (on_.rules.publishes) draft_.made().notices.push_back({*on_.rules.publishes, body});
  draft_.made().report = std::move(body);
}

void stepping::conclude() {
  auto& made = draft_.made();
  if (descends_)
    for (const auto& [at, owed] : draft_.before().obligations())
      if (owed.is == obligation::kind::child) {
        auto below = *descends_;
        below.job = owed.child;
        made.below.push_back(std::move(below));
      }
  draft_.skip_everything();
  auto data = draft_.shared();
  std::string why;
  if (end_->state == "completed" &&
      refuses(on_.rules.output_schema ? &*on_.rules.output_schema : nullptr, data,
              "the job's output", why))
    end_ = conclusion{"failed", value{json{{"code", 422}, {"message", why}}}};
  json body{{"state", end_->state}, {"data", std::move(data)}};
  if (end_->error) body["error"] = *end_->error;
  if (on_.rules.publishes) made.notices.push_back({*on_.rules.publishes, body});
  if (!draft_.marked("answered")) made.report = std::move(body);
  made.what.end = std::move(end_);

  std::int64_t keep_ms = an_hour_ms;
  if (on_.rules.expire)
    if (auto given = evaluate(*on_.rules.expire, {}); given && *given) {
      const auto& length = **given;
      if (length.is_number() && std::isfinite(length.get<double>()))
        keep_ms = static_cast<std::int64_t>(std::clamp(length.get<double>(), 0.0, 1e12) * 1000);
      else if (length.is_string())
        if (const auto parsed = parse_duration(length.get_ref<const std::string&>()))
          keep_ms = parsed->count();
    }
  if (keep_ms > 0) made.expires_ms = draft_.now() + keep_ms;
}

std::string_view phrase(int code) noexcept {
  switch (code) {
  case 400: return "Bad Request";
  case 401: return "Unauthorized";
  case 402: return "Payment Required";
  case 403: return "Forbidden";
  case 404: return "Not Found";
  case 405: return "Method Not Allowed";
  case 406: return "Not Acceptable";
  case 408: return "Request Timeout";
  case 409: return "Conflict";
  case 410: return "Gone";
  case 412: return "Precondition Failed";
  case 413: return "Content Too Large";
  case 415: return "Unsupported Media Type";
  case 418: return "I'm a teapot";
  case 422: return "Unprocessable Content";
  case 423: return "Locked";
  case 429: return "Too Many Requests";
  case 451: return "Unavailable For Legal Reasons";
  case 500: return "Internal Server Error";
  case 501: return "Not Implemented";
  case 502: return "Bad Gateway";
  case 503: return "Service Unavailable";
  case 504: return "Gateway Timeout";
  case 507: return "Insufficient Storage";
  case 508: return "Loop Detected";
  default: return code >= 500 ? "Internal Server Error" : "Bad Request";
  }
}

} // namespace quipu
