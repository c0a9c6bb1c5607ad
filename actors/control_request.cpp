#include "actors/control_request.hpp"

#include "actors/control_answer.hpp"
#include "actors/control_value.hpp"
#include "collation/nesting.hpp"
#include "collation/whole.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

namespace quipu {

namespace {

/// Maps of a request around the message in it: {"reply": {"data": ...}}.
constexpr std::size_t around_a_message = 2;

template <class T>
json line_of(result<T> answer) {
  if (!answer) return fault_line(answer.error());
  if constexpr (std::is_void_v<T>)
    return {{"ok", nullptr}};
  else
    return {{"ok", to_control(*answer)}};
}

using verb = std::function<json(client&, const json&)>;

std::string text(const json& request, const char* key) { return request.value(key, ""); }

int number(const json& request, const char* key, int otherwise) {
  const auto found = request.find(key);
  return found == request.end() ? otherwise : whole<int>(*found);
}

std::chrono::milliseconds patience(const json& request) {
  const std::chrono::milliseconds wanted{number(request, "timeout_ms", 0)};
  return std::min(wanted, longest_control_wait);
}

template <class Query>
Query given(const json& request) {
  Query made;
  from_control(request, made);
  return made;
}

/// The verbs of `client`, by name.
const std::map<std::string, verb, std::less<>> verbs_by_name{
    {"publish",
     [](client& to, const json& ask) {
       return line_of(to.publish(text(ask, "topic"), ask.value("data", json::object()),
                                 {.id = text(ask, "id"), .app = text(ask, "app")}));
     }},
    {"wait",
     [](client& to, const json& ask) { return line_of(to.wait(text(ask, "id"), patience(ask))); }},
    {"signal",
     [](client& to, const json& ask) {
       return line_of(to.signal(text(ask, "topic"), ask.value("data", json::object()),
                                {.id = text(ask, "id"), .app = text(ask, "app")}));
     }},
    {"complete",
     [](client& to, const json& ask) {
       complete_options options;
       options.id = text(ask, "id");
       if (const auto pass = ask.find("dimension"); pass != ask.end() && !pass->is_null())
         options.dimension = whole<std::uint32_t>(*pass);
       reply with;
       from_control(ask.at("reply"), with);
       return line_of(
           to.complete(text(ask, "job"), text(ask, "activity"), std::move(with), options));
     }},
    {"interrupt",
     [](client& to, const json& ask) {
       return line_of(to.interrupt(text(ask, "job"), {.reason = text(ask, "reason"),
                                                      .code = number(ask, "code", 410),
                                                      .throws = ask.value("throw", true),
                                                      .descend = ask.value("descend", false)}));
     }},
    {"retry",
     [](client& to, const json& ask) {
       return line_of(to.retry(text(ask, "job"), {.id = text(ask, "id")}));
     }},
    {"listen",
     [](client& to, const json& ask) {
       return line_of(to.listen(text(ask, "topic"), text(ask, "after"), patience(ask)));
     }},
    {"job", [](client& to, const json& ask) { return line_of(to.job(text(ask, "id"))); }},
    {"history", [](client& to, const json& ask) { return line_of(to.history(text(ask, "id"))); }},
    {"jobs", [](client& to, const json& ask) { return line_of(to.jobs(given<job_query>(ask))); }},
    {"stats",
     [](client& to, const json& ask) { return line_of(to.stats(given<stats_query>(ask))); }},
    {"validate",
     [](client& to, const json& ask) { return line_of(to.validate(text(ask, "file"))); }},
    {"deploy", [](client& to, const json& ask) { return line_of(to.deploy(text(ask, "file"))); }},
    {"activate",
     [](client& to, const json& ask) {
       return line_of(to.activate(text(ask, "app"), text(ask, "version")));
     }},
    {"versions",
     [](client& to, const json& ask) { return line_of(to.versions(text(ask, "app"))); }},
    {"definition",
     [](client& to, const json& ask) {
       return line_of(to.definition(text(ask, "app"), text(ask, "version")));
     }},
    {"scrub", [](client& to, const json& ask) { return line_of(to.scrub(text(ask, "id"))); }},
};

} // namespace

result<json> read_request(const std::string& line) {
  auto request = json::parse(line, nullptr, false);
  if (!request.is_object())
    return failure{fault::bad_request, "a request is a JSON object in a line"};
  if (auto fits = check_nesting(request, "the request", most_nested + around_a_message); !fits)
    return fits.error();
  return request;
}

json perform(client& to, const json& request) {
  try {
    const auto found = verbs_by_name.find(text(request, "verb"));
    if (found == verbs_by_name.end())
      return fault_line(
          {fault::bad_request, fmt::format("there is no verb \"{}\"", text(request, "verb"))});
    return found->second(to, request);
  } catch (const json::exception& wrong) {
    return fault_line(
        {fault::bad_request, fmt::format("a value has the wrong type: {}", wrong.what())});
  } catch (const not_whole& wrong) {
    return fault_line({fault::bad_request, wrong.what()});
  } catch (const std::exception& thrown) {
    return fault_line({fault::failed, thrown.what()});
  }
}

} // namespace quipu
