#pragma once

#include "actors/stage.hpp"
#include "actors/verify.hpp"
#include "collation/memory_ledger.hpp"
#include "flows/definition.hpp"
#include "flows/read.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <map>
#include <optional>
#include <string>

namespace quipu {

/// A stage with one app, whose workers are functions; over a store of its own or another.
class staged {
public:
  using worker = std::function<std::optional<answer>(const wish::call&)>;

  explicit staged(std::string_view app, const job_terms& terms = {}, ledger* over = nullptr)
      : on{over != nullptr ? *over : store, time,
           [this](const wish::call& asked) { return answered(asked); }, terms} {
    findings faults;
    const auto document = read_text(std::string{app}, "test.yaml", faults);
    const auto read = document ? read_definition(*document, faults) : std::nullopt;
    const auto made = read ? compile(*read, faults) : nullptr;
    for (const auto& each : faults.all()) UNSCOPED_INFO(to_string(each));
    REQUIRE(made);
    REQUIRE(on.activate(made, to_json(*document)).ok());
  }

  void serve(const std::string& topic, worker work) { workers[topic] = std::move(work); }

  template <class T, class Ask>
  static result<T> asked(Ask ask) {
    std::promise<result<T>> told;
    auto future = told.get_future();
    ask([&told](result<T> got) { told.set_value(std::move(got)); });
    return future.get();
  }

  virtual_clock time;
  memory_ledger store{[this] { return time.now_ms; }};
  std::map<std::string, worker> workers;
  std::vector<wish::call> calls;
  stage on;

private:
  std::optional<late_reply> answered(const wish::call& asked) {
    calls.push_back(asked);
    const auto found = workers.find(asked.what.topic);
    if (found == workers.end()) return std::nullopt;
    auto said = found->second(asked);
    if (!said) return std::nullopt;
    return late_reply{std::move(*said), 0};
  }
};

inline answer fine(json data = json::object()) {
  return {answer::status::success, 200, std::move(data)};
}

inline answer broken(int code) { return {answer::status::error, code, json::object()}; }

/// What is wrong in a store, a line each.
inline std::string wrong_in(ledger& store) {
  const auto told = verify(store, false);
  if (!told) return told.error().message;
  std::string all;
  for (const auto& each : told->flaws) all += each.where + ": " + each.what + '\n';
  return all;
}

} // namespace quipu
