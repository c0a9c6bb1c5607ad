#include "actors/runner/mail_event.hpp"

#include "collation/pack.hpp"

namespace quipu {

namespace {

/// The end of an awaited job, as leg 2 of the await.
answer answer_of_child(const json& report) {
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

} // namespace

event event_of(const mail& got) {
  event made;
  made.mail = got.id;
  if (const auto at = parse_instance(got.obligation)) made.at = *at;
  auto body = got.body.empty() ? json() : unpack(got.body);
  if (got.kind == "signal") {
    made.why = cause::signalled;
    made.what = answer_of(body);
    made.scrubs = body.value("scrub", false);
  } else if (got.kind == "child") {
    made.why = cause::child_ended;
    made.what = answer_of_child(body);
  } else if (got.kind == "complete") {
    made.why = cause::completed;
    made.what = answer_of(body);
  } else if (got.kind == "interrupt") {
    made.why = cause::interrupted;
    made.what.data = std::move(body);
  } else if (got.kind == "served") {
    made.why = cause::served;
  } else {
    made.why = cause::woken; // a timer; what it means, its obligation says when its turn comes
  }
  return made;
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
