#include <quipu/typed.hpp>

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

/// nlohmann-json says what is wrong with a value, but not where it is (it could, at eight bytes for each value of each
/// document). So the conversion, which takes the values in an order of its own, is made again with marked values: a mark
/// that is met before the fault changes what is said.
namespace quipu::typed {

namespace {

using document = nlohmann::json;
using pointer = document::json_pointer;
using reading = std::function<void(const document&)>;

/// Looking for a place is given up after so many readings; the place is then the last one that is sure.
constexpr int most_readings = 256;

class search {
public:
  search(document data, const reading& read) : data_(std::move(data)), read_(read) {}

  pointer place() {
    const auto fault = complaint();
    pointer at;
    while (const auto next = last_met(at, fault)) at /= *next;
    // A value that is missing is missed by what holds it, not by the value that was read before.
    if (!is_missing(fault)) return at;
    const auto name = missing_name(fault);
    for (auto holder = at;; holder.pop_back()) {
      auto& there = data_[holder];
      if (there.is_object() && !there.contains(name)) {
        there[name] = mark();
        const bool is_here = complaint() != fault;
        there.erase(name);
        if (is_here) return holder / name;
      }
      if (holder.empty()) return at;
    }
  }

private:
  static document mark() { return document(document::value_t::discarded); }

  /// What reading says; empty if nothing.
  std::string complaint() {
    ++readings_;
    try {
      read_(data_);
      return {};
    } catch (const std::exception& why) {
      return why.what();
    }
  }

  /// Whether the reading meets this value before it comes to the fault, or in it.
  bool is_met(document& value, const std::string& fault) {
    auto kept = std::exchange(value, mark());
    const bool met = complaint() != fault;
    value = std::move(kept);
    return met;
  }

  /// Whether, of two values that are met, the first is met first.
  bool is_before(document& first, document& second) {
    auto kept = std::exchange(second, mark());
    const auto with_second = complaint();
    auto other = std::exchange(first, document(document::value_t::binary));
    const bool before = complaint() != with_second;
    first = std::move(other);
    second = std::move(kept);
    return before;
  }

  /// The child of a place that was met last: the fault is in it, or behind it.
  std::optional<std::string> last_met(const pointer& at, const std::string& fault) {
    auto& here = data_[at];
    if (here.is_array()) {
      std::size_t met = 0; // elements are met in their order
      std::size_t unmet = here.size();
      while (met < unmet && readings_ < most_readings) {
        const auto middle = met + (unmet - met) / 2;
        if (is_met(here[middle], fault))
          met = middle + 1;
        else
          unmet = middle;
      }
      if (met == 0 || met != unmet) return std::nullopt;
      return std::to_string(met - 1);
    }
    if (!here.is_object()) return std::nullopt;
    std::optional<std::string> last;
    for (auto& [name, value] : here.items()) {
      if (readings_ >= most_readings) return std::nullopt;
      if (is_met(value, fault) && (!last || is_before(here[*last], value))) last = name;
    }
    return last;
  }

  static bool is_missing(const std::string& fault) {
    return fault.find("out_of_range.403") != std::string::npos;
  }
  /// Of "... key 'name' not found".
  static std::string missing_name(const std::string& fault) {
    const auto from = fault.find('\'');
    const auto to = fault.rfind('\'');
    return from == to ? std::string{} : fault.substr(from + 1, to - from - 1);
  }

  document data_;
  const reading& read_;
  int readings_ = 0;
};

/// Without the library's own label: "[json.exception.type_error.302] type must be string, ...".
std::string plain(std::string said) {
  if (said.starts_with("[json.exception."))
    if (const auto end = said.find("] "); end != std::string::npos) said.erase(0, end + 2);
  return said;
}

} // namespace

reply misfit(const call& asked, const nlohmann::json& data, const reading& read,
             const std::exception& why) {
  constexpr int unprocessable = 422;
  const bool is_shape = dynamic_cast<const document::exception*>(&why) != nullptr;
  if (!is_shape)
    return fail(unprocessable, fmt::format("input of \"{}\": {}", asked.topic(), why.what()));
  const auto place = search{data, read}.place().to_string();
  return fail(unprocessable,
              fmt::format("input of \"{}\" at \"{}\": {}", asked.topic(), place, plain(why.what())),
              {{"path", place}});
}

} // namespace quipu::typed
