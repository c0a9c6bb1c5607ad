#pragma once

#include <quipu/json.hpp>

#include <cstdint>
#include <string>

namespace quipu {

/// What a worker answers: leg 2 of its activity's call.
struct reply {
  enum class status : std::uint8_t { success, pending, error };

  status is = status::success;
  int code = 200; ///< 100 to 599; 400 and above is an error, whatever `is` says
  json data = json::object();

  bool operator==(const reply&) const = default;
};

/// Done: `data` is what the activity's `{id.output.data}` reads.
[[nodiscard]] inline reply ok(json data = json::object(), int code = 200) {
  return {reply::status::success, code, std::move(data)};
}

/// An error; the flow decides by `code` whether it is retried, caught by an edge, or ends the job.
[[nodiscard]] inline reply fail(int code, std::string message, json data = json::object()) {
  if (!message.empty()) {
    if (!data.is_object()) data = json{{"value", std::move(data)}};
    data["message"] = std::move(message);
  }
  return {reply::status::error, code, std::move(data)};
}

/// Not yet: the activity stays open until somebody answers with `client.complete`.
[[nodiscard]] inline reply pending(json data = json::object()) {
  return {reply::status::pending, 202, std::move(data)};
}

} // namespace quipu
