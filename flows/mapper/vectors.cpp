#include "flows/mapper/vectors.hpp"

#include "flows/condition.hpp"
#include "flows/mapper/context.hpp"

#include <chrono>
#include <cmath>

namespace quipu::mapper {

namespace {

constexpr double tolerance = 1e-12;

bool is_undefined(const json& what) { return what.is_object() && what.contains("$undefined"); }

/// A number, -0 taken as 0.
const json& positive(const json& what) {
  static const json zero = 0;
  bool negative_zero = what.is_object() && what.size() == 1 && what.value("$num", json()) == "-0";
  return negative_zero ? zero : what;
}

bool is_as_expected(const json& wanted_as_written, const json& found_as_written,
                    bool approximately) {
  const auto& wanted = positive(wanted_as_written);
  const auto& found = positive(found_as_written);
  if (wanted.is_number() && found.is_number()) {
    if (wanted == found) return true;
    double a = wanted.get<double>();
    double b = found.get<double>();
    return approximately && std::abs(a - b) <= tolerance * std::max(std::abs(a), std::abs(b));
  }
  if (wanted.is_array() && found.is_array()) {
    if (wanted.size() != found.size()) return false;
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (!is_as_expected(wanted[i], found[i], approximately)) return false;
    return true;
  }
  if (!wanted.is_object() || !found.is_object()) return wanted == found;
  // A member that is undefined is as good as none.
  for (const auto& [key, item] : wanted.items())
    if (!is_undefined(item) &&
        (!found.contains(key) || !is_as_expected(item, found[key], approximately)))
      return false;
  for (const auto& [key, item] : found.items())
    if (!is_undefined(item) && !wanted.contains(key)) return false;
  return true;
}

result<json> let_pass(const context& in, const json& vector) {
  if (!vector.contains("code") || !vector["code"].is_number_integer())
    return failure{fault::failed, "an outcome has a code"};
  findings faults;
  auto compiled = condition::compile(to_tree(vector["conditions"]), in, faults);
  if (!compiled.admits(vector["code"].get<int>())) return json(false);
  auto holds = compiled.holds(in);
  if (!holds) return holds.error();
  return json(*holds);
}

result<json> give(const json& vector) {
  static const json nothing = json::object();
  const auto& data = vector.contains("context") ? vector["context"] : nothing;
  auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  context in(data, vector.value("now", static_cast<std::int64_t>(now.count())));
  if (vector.contains("conditions")) return let_pass(in, vector);
  return evaluate_over(in, to_tree(vector["rules"]));
}

bool is_vector(const json& vector) {
  return vector.is_object() && vector.contains("id") && vector["id"].is_string() &&
         (vector.contains("rules") || vector.contains("conditions")) &&
         (vector.contains("expect") || vector.contains("error"));
}

} // namespace

result<vector_report> run_vectors(const json& document) {
  if (!document.is_object() || !document.contains("vectors") || !document["vectors"].is_array())
    return failure{fault::invalid, "a file of vectors is {\"vectors\": [...]}"};
  vector_report report;
  for (const auto& vector : document["vectors"]) {
    if (!is_vector(vector))
      return failure{fault::invalid,
                     "a vector has an id, rules or conditions, and expect or error: " +
                         vector.dump()};
    bool error_wanted = vector.value("error", false);
    auto found = give(vector);
    bool fits = error_wanted ? !found.ok()
                             : found.ok() && is_as_expected(vector["expect"], *found,
                                                            vector.value("approx", false));
    bool quirk = vector.value("quirk", false);
    ++(fits ? report.passed : quirk ? report.quirks : report.failed);
    if (!fits)
      report.differences.push_back(
          {vector["id"].get<std::string>(), error_wanted ? "an error" : vector["expect"].dump(),
           found.ok() ? found->dump() : "an error: " + found.error().message, quirk});
  }
  return report;
}

} // namespace quipu::mapper
