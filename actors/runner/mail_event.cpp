#include "actors/runner/mail_event.hpp"

#include "collation/pack.hpp"

#include <fmt/format.h>

namespace quipu {

namespace {

/// The end of an awaited job, as leg 2 of the await.
answer answer_of_child(const json& report) {
  (void)report.at("state"); // each has one
  const auto error = report.find("error");
  if (error == report.end() || error->is_null())
    return {answer::status::success, 200, report.value("data", json::object())};
  // What the child's error came with, as it was: errors that go up a thousand awaits do not grow.
  json data = error->value("data", json::object());
  if (!data.is_object()) data = json{{"value", std::move(data)}};
  if (!data.contains("message")) data["message"] = error->value("message", "");
  return {answer::status::error, error->value("code", 500), std::move(data)};
}

answer answer_of(const json& said) {
  const auto status = said.value("status", "success");
  answer given;
  given.is = status == "error"     ? answer::status::error
             : status == "pending" ? answer::status::pending
                                   : answer::status::success;
  given.code = said.value("code", given.is == answer::status::error     ? 500
                                  : given.is == answer::status::pending ? 202
                                                                        : 200);
  given.data = said.value("data", json());
  return given;
}

/// How the end of the job above asks this one to end, each field of its own type.
json interruption_of(const json& said) {
  return {{"reason", said.at("reason").get<std::string>()},
          {"code", said.at("code").get<int>()},
          {"throw", said.at("throw").get<bool>()},
          {"descend", said.at("descend").get<bool>()}};
}

/// Reads a body. One that is empty or of another shape is an error of what waits for it: the store
/// has marked that answered, so nothing else would come. An interrupt without its words is one all
/// the same.
template <class Read>
answer understood(const mail& got, Read read) {
  try {
    return read(unpack(got.body));
  } catch (const json::exception&) {
    return {answer::status::error, 500,
            json{{"message",
                  fmt::format("mail \"{}\" of kind \"{}\" cannot be read", got.id, got.kind)}}};
  }
}

} // namespace

event event_of(const mail& got) {
  event made;
  made.mail = got.id;
  if (const auto at = parse_instance(got.obligation)) made.at = *at;
  if (got.kind == "signal") {
    made.why = cause::signalled;
    made.what = understood(got, [&made](const json& said) {
      made.scrubs = said.value("scrub", false);
      return answer_of(said);
    });
  } else if (got.kind == "child") {
    made.why = cause::child_ended;
    made.what = understood(got, answer_of_child);
  } else if (got.kind == "complete") {
    made.why = cause::completed;
    made.what = understood(got, answer_of);
  } else if (got.kind == "interrupt") {
    made.why = cause::interrupted;
    made.what = understood(got, [](const json& said) {
      return answer{answer::status::success, 200, interruption_of(said)};
    });
  } else if (got.kind == "served") {
    made.why = cause::served;
  } else {
    made.why = cause::woken; // a timer; what it means, its obligation says when its turn comes
    if (const auto due = unpack(got.body); due.is_number_integer())
      made.due_ms = due.get<std::int64_t>();
  }
  return made;
}

json to_json(const interruption& what) {
  return {{"reason", what.reason},
          {"code", what.code},
          {"throw", what.throws},
          {"descend", what.descend}};
}

cause cause_of_timer(const obligation* owed) {
  if (owed == nullptr) return cause::woken;
  switch (owed->is) {
  case obligation::kind::retry: return cause::retried;
  case obligation::kind::called:
  case obligation::kind::backlog: return cause::timed_out;
  default: return cause::woken;
  }
}

} // namespace quipu
