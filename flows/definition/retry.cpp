#include "flows/definition/retry.hpp"

#include "collation/codes.hpp"
#include "flows/definition/section.hpp"
#include "flows/definition/shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace quipu::structure {
namespace {

using std::chrono::milliseconds;

constexpr std::array policy_keys{std::string_view{"attempts"}, std::string_view{"initial"},
                                 std::string_view{"factor"}, std::string_view{"max"}};

/// What `'x'` stands for, and what a policy is where it says nothing: 1, 2, 4 ... s up to 60 s.
constexpr backoff doubling{1, milliseconds{1'000}, 2, milliseconds{60'000}};

bool read_attempts(const tree& written, std::string_view what, backoff& into, findings& faults) {
  const bool whole = written.is == tree::kind::scalar && written.scalar.is_number_integer();
  if (whole && written.scalar.get<double>() >= 1 && written.scalar.get<double>() <= INT32_MAX) {
    into.attempts = written.scalar.get<std::uint32_t>();
    return true;
  }
  faults.error(
      written.at,
      fmt::format("attempts in {} is a whole number, 1 or more (all calls, the first included), "
                  "not {}",
                  what, describe(written)));
  return false;
}

/// `[attempts, backoff]`: the same wait each time, or `'x'`.
std::optional<backoff> read_list(const tree& written, std::string_view what, findings& faults) {
  if (!written.is_list() || written.items.empty() || written.items.size() > 2) {
    faults.error(written.at,
                 fmt::format("{} is [attempts, backoff], like [3, '5s'] or [5, x], not {}", what,
                             written.is_list() ? fmt::format("a list of {}", written.items.size())
                                               : describe(written)));
    return std::nullopt;
  }
  backoff made;
  if (!read_attempts(written.items[0], what, made, faults)) return std::nullopt;
  if (written.items.size() == 1) return made;
  const auto& wait = written.items[1];
  if (wait.is_string() && wait.text() == "x") {
    const auto attempts = made.attempts;
    made = doubling;
    made.attempts = attempts;
    return made;
  }
  if (!fits(shape::wait, wait, fmt::format("backoff in {}", what), faults)) return std::nullopt;
  made.initial = made.max = length(wait);
  return made;
}

std::optional<backoff> read_policy(const tree& written, const place& key, std::string_view what,
                                   findings& faults) {
  const auto told = faults.all().size();
  auto made = doubling;
  check_keys(written, policy_keys, what, faults);
  const auto* attempts = written.find("attempts");
  if (attempts == nullptr)
    faults.error(
        key, fmt::format(
                 "{} does not say how many attempts; {{attempts: 3}} or {{'503': [3, '1s']}} would "
                 "be right",
                 what));
  else
    read_attempts(*attempts, what, made, faults);
  const auto read_wait = [&](std::string_view name, milliseconds& into) {
    const auto* wait = written.find(name);
    if (wait != nullptr &&
        fits(shape::wait, *wait, fmt::format("\"{}\" in {}", name, what), faults))
      into = length(*wait);
  };
  read_wait("initial", made.initial);
  read_wait("max", made.max);
  if (const auto* factor = written.find("factor"); factor != nullptr) {
    const bool number = factor->is == tree::kind::scalar && factor->scalar.is_number();
    made.factor = number ? factor->scalar.get<double>() : 0;
    if (!(made.factor >= 1) || !std::isfinite(made.factor))
      faults.error(factor->at, fmt::format("\"factor\" in {} is a number, 1 or more, not {}", what,
                                           describe(*factor)));
  }
  if (faults.all().size() != told) return std::nullopt;
  return made;
}

} // namespace

std::optional<retry_policy> read_retry(const tree& written, const place& key, std::string_view what,
                                       findings& faults) {
  if (!fits(shape::retry, written, what, faults)) return std::nullopt;
  const auto by_code = [](const tree::entry& entry) { return is_code(entry.key); };
  const auto codes = std::count_if(written.entries.begin(), written.entries.end(), by_code);
  retry_policy made;
  if (codes == 0) {
    made.any = read_policy(written, key, what, faults);
    return made.any ? std::optional{made} : std::nullopt;
  }
  for (const auto& entry : written.entries) {
    if (!by_code(entry)) {
      faults.error(
          entry.at,
          fmt::format("{} names codes, so each of its keys is a code of three digits, not \"{}\"",
                      what, entry.key));
      continue;
    }
    int code = 0;
    std::from_chars(entry.key.data(), entry.key.data() + entry.key.size(), code);
    if (!quipu::codes::is_error(code))
      faults.warning(entry.at, fmt::format("\"{}\" in {} has no effect: only errors are asked for "
                                           "again, {} and above",
                                           entry.key, what, quipu::codes::least_error));
    if (auto policy = read_list(entry.value, fmt::format("\"{}\" in {}", entry.key, what), faults))
      made.by_code.emplace_back(code, *policy);
  }
  return made.by_code.size() == written.entries.size() ? std::optional{made} : std::nullopt;
}

} // namespace quipu::structure
