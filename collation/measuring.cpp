#include "collation/measuring.hpp"

#include "collation/canonical.hpp"
#include "collation/chain.hpp"
#include "collation/exact_sum.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace quipu {

namespace {

/// Of a value that is tallied; a longer one is known by its hash.
constexpr std::size_t longest_value = 128;
json number_json(double number) { return json(canonical(number)); }

} // namespace

measuring::measuring() { all_.push_back({"n", addition::kind::sum, 1, {}}); }

bool measuring::add(const std::string& measure, const std::string& name, const json& value) {
  using kind = addition::kind;
  const auto of_name = [&](std::string_view cell) { return fmt::format("{} {}", cell, name); };
  if (measure == "count") {
    if (is_new(of_name("count"))) all_.push_back({of_name("count"), kind::sum, 1, {}});
    return true;
  }
  if (measure == "mdn") {
    auto text = canonical_text(value);
    if (text.size() > longest_value) text = "sha256:" + to_hex(chain(text, {}));
    if (is_new(of_name("mdn"))) all_.push_back({of_name("mdn"), kind::tally, 1, std::move(text)});
    return true;
  }
  if (!value.is_number()) return false;
  const auto number = value.get<double>();
  if (!std::isfinite(number)) return false;
  if (measure == "min" || measure == "max") {
    const auto does = measure == "min" ? kind::least : kind::most;
    if (is_new(of_name(measure))) all_.push_back({of_name(measure), does, 0, sortable(number)});
    return true;
  }
  if (is_new(of_name("sum")))
    for (const auto& [place, amount] : limbs_of(number))
      all_.push_back({of_name(fmt::format("sum.{}", place)), kind::sum, amount, {}});
  if (measure == "avg" && is_new(of_name("numbers")))
    all_.push_back({of_name("numbers"), kind::sum, 1, {}});
  return true;
}

void totals::add(const measures_row& row) {
  for (const auto& [cell, text, amount] : row.cells) {
    const auto blank = cell.find(' ');
    const std::string_view what = std::string_view{cell}.substr(0, blank);
    const auto name = blank == std::string::npos ? std::string{} : cell.substr(blank + 1);
    const auto times = static_cast<std::uint64_t>(amount);
    if (what == "n") {
      jobs_ += times;
    } else if (what == "count") {
      counts_[name] += times;
    } else if (what == "numbers") {
      sums_[name].count += times;
    } else if (what.starts_with("sum.")) {
      int place = 0;
      std::from_chars(what.data() + 4, what.data() + what.size(), place);
      sums_[name].limbs[place] += amount;
    } else if (what == "min") {
      const auto [kept, fresh] = least_.try_emplace(name, text);
      if (!fresh) kept->second = std::min(kept->second, text);
    } else if (what == "max") {
      const auto [kept, fresh] = most_.try_emplace(name, text);
      if (!fresh) kept->second = std::max(kept->second, text);
    } else if (what == "mdn") {
      tallies_[name][text] += times;
    }
  }
}

figures totals::read() const {
  figures made;
  made.count = jobs_;
  made.counts = counts_;
  for (const auto& [name, of] : sums_) {
    made.sum[name] = sum_of(of.limbs);
    if (of.count > 0) made.avg[name] = made.sum[name] / static_cast<double>(of.count);
  }
  for (const auto& [name, text] : least_) made.min[name] = number_of(text);
  for (const auto& [name, text] : most_) made.max[name] = number_of(text);
  for (const auto& [name, by_text] : tallies_) {
    auto& all = made.mdn[name];
    for (const auto& [text, times] : by_text) {
      if (text.empty()) {
        all.beyond = times;
        continue;
      }
      auto value = json::parse(text, nullptr, false);
      all.values.emplace_back(value.is_discarded() ? json(text) : std::move(value), times);
    }
    all.distinct = all.values.size();
    std::ranges::stable_sort(all.values, std::ranges::greater{},
                             [](const auto& each) { return each.second; });
  }
  return made;
}

json to_json(const figures& what) {
  json made{{"count", what.count}};
  if (!what.counts.empty()) made["counts"] = what.counts;
  const auto numbers = [&](const char* measure, const std::map<std::string, double>& all) {
    for (const auto& [name, number] : all) made[measure][name] = number_json(number);
  };
  numbers("sum", what.sum);
  numbers("avg", what.avg);
  numbers("min", what.min);
  numbers("max", what.max);
  for (const auto& [name, all] : what.mdn) made["mdn"][name] = all.distinct;
  for (const auto& [name, all] : what.mdn) {
    auto& list = made["values"][name] = json::array();
    for (const auto& [value, times] : all.values)
      list.push_back(json{{"value", value}, {"times", times}});
    if (all.beyond > 0) made["beyond"][name] = all.beyond;
  }
  return made;
}

} // namespace quipu
