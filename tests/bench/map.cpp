#include "flows/condition.hpp"
#include "flows/mapper/context.hpp"
#include "flows/read.hpp"
#include "flows/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

/// `./dev bench map`: what one mapping, one condition and one check of a message take on one core,
/// each time of another input, beside what they may take.

namespace {

using namespace quipu;

constexpr int rounds = 5;
constexpr int evaluations = 20'000;
constexpr std::size_t inputs = 64; ///< so many in turn
constexpr std::size_t input_bytes = 2048;

/// An order of about 2 KiB, the `n`th.
json order(std::size_t n) {
  json made{{"id", fmt::format("o-{}", 1000 + n)},
            {"qty", 1 + n % 9},
            {"price", 3.5 + static_cast<double>(n)},
            {"paid", n % 2 == 0},
            {"email", fmt::format("ada.{}@example.org", n)},
            {"tags", {"new", fmt::format("t{}", n % 7), "gift"}},
            {"placed", 1'700'000'000'000 + static_cast<std::int64_t>(n) * 86'400'000}};
  auto& address = made["address"];
  for (const auto* key : {"name", "street", "city", "zip", "country"})
    address[key] = fmt::format("{} number {}", key, n);
  auto& lines = made["lines"];
  for (std::size_t line = 0; made.dump().size() < input_bytes; ++line)
    lines.push_back({{"sku", fmt::format("SKU-{}-{}", n, line)},
                     {"title", fmt::format("what is written on article {} of order {}", line, n)},
                     {"qty", 1 + (n + line) % 5},
                     {"price", 0.25 * static_cast<double>(n + line)}});
  return made;
}

/// As JSON would be read from YAML.
tree written(const std::string& yaml) {
  findings faults;
  auto read = read_text(yaml, "bench.yaml", faults);
  if (!read) {
    fmt::print(stderr, "bench: {}\n", read.error().message);
    std::exit(1);
  }
  return std::move(*read);
}

std::string thirty_fields() {
  std::string rules =
      "a1: {'@pipe': [['{t1.output.data.qty}', '{t1.output.data.price}'], ['{@math.multiply}']]}\n"
      "a2: {'@pipe': [['{t1.output.data.email}', '@'], ['{@string.split}', 1], ['{@array.get}']]}\n"
      "a3: {'@pipe': [['{t1.output.data.address.city}'], ['{@string.toUpperCase}']]}\n"
      "a4: {'@pipe': [['{t1.output.data.tags}', '/'], ['{@array.join}']]}\n"
      "a5: {'@pipe': [['{t1.output.data.paid}', yes, no], ['{@conditional.ternary}']]}\n"
      "a6: {'@pipe': [['{t1.output.data.placed}'], ['{@date.toISOString}', 0, 10], "
      "['{@string.slice}']]}\n"
      "a7: {'@pipe': [['{t1.output.data.price}', 2], ['{@number.toFixed}']]}\n"
      "a8: {'@pipe': [['{t1.output.data.address}'], ['{@object.keys}'], ['{@array.length}']]}\n"
      "a9: {'@pipe': [['{t1.output.data.qty}', 5], ['{@conditional.greater_than}']]}\n"
      "a10: {'@pipe': [['{t1.output.data.id}', '-', '/'], ['{@string.replace}']]}\n";
  constexpr std::array paths{"id",           "qty",         "price",  "email",       "address.name",
                             "address.city", "address.zip", "tags.1", "lines.0.sku", "lines.1.qty"};
  for (std::size_t n = 0; n < 10; ++n) {
    rules += fmt::format("b{}: '{{t1.output.data.{}}}'\n", n, paths[n]);
    rules += fmt::format("c{}: a text, number {}\n", n, n);
  }
  return rules;
}

constexpr const char* three_matches = R"(
match:
  - {expected: true, actual: '{t1.output.data.there}'}
  - {expected: new, actual: '{t1.output.data.tags.0}'}
  - {expected: '{t1.output.data.id}', actual: '{t1.output.data.again}'}
)";

constexpr const char* forty_rules = R"(
type: object
required: [id, qty, price, email, address, lines, tags]
additionalProperties: false
properties:
  id: {type: string, pattern: '^o-[0-9]+$', maxLength: 20}
  qty: {type: integer, minimum: 1, maximum: 100}
  price: {type: number, exclusiveMinimum: 0, maximum: 1000}
  paid: {type: boolean}
  email: {type: string, format: email, maxLength: 80}
  placed: {type: integer, minimum: 0}
  tags: {type: array, maxItems: 10, items: {type: string, minLength: 1}}
  address:
    type: object
    required: [name, street, city]
    properties:
      name: {type: string, maxLength: 80}
      street: {type: string, maxLength: 80}
      city: {type: string, maxLength: 80}
      zip: {type: string, maxLength: 20}
      country: {type: string, minLength: 2}
  lines:
    type: array
    minItems: 1
    items:
      type: object
      required: [sku, qty]
      properties:
        sku: {type: string, pattern: '^SKU-'}
        title: {type: string}
        qty: {type: integer, minimum: 1}
        price: {type: number, minimum: 0}
)";

/// What this thread has computed so far, in microseconds: who else wants the core does not count.
double spent_us() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

/// Microseconds one call takes, the median of the rounds. `once` gives whether it went well.
double measured(const std::function<bool(std::size_t)>& once) {
  std::vector<double> took;
  for (int round = 0; round < rounds; ++round) {
    const auto begun = spent_us();
    for (std::size_t n = 0; n < evaluations; ++n)
      if (!once(n % inputs)) {
        fmt::print(stderr, "bench: input {} does not fit\n", n % inputs);
        std::exit(1);
      }
    took.push_back((spent_us() - begun) / evaluations);
  }
  std::sort(took.begin(), took.end());
  return took[rounds / 2];
}

bool tell(const char* what, double goal, double took) {
  fmt::print("{:<46} {:>8.1f} us {:>9.2f} us  {}\n", what, goal, took,
             took <= goal ? "ok" : "MISSED");
  return took <= goal;
}

} // namespace

int main() {
  std::vector<json> messages;
  std::vector<json> contexts;
  for (std::size_t n = 0; n < inputs; ++n) {
    messages.push_back(order(n));
    auto data = messages.back();
    data["there"] = true;
    data["again"] = data["id"];
    contexts.push_back({{"t1", {{"output", {{"data", std::move(data)}}}}}});
  }
  const json nothing = json::object();
  const mapper::context names{nothing, 0};
  findings faults;
  const auto fields = mapping::compile(written(thirty_fields()), names, faults);
  const auto asked = condition::compile(written(three_matches), names, faults);
  const auto rules = schema::compile(written(forty_rules), faults);
  for (const auto& each : faults.all()) fmt::print(stderr, "{}\n", to_string(each));
  if (!faults.all().empty()) return 1;

  // Roots are numbered as they are compiled: each context learns the names that `names` knows.
  std::vector<mapper::context> over;
  for (const auto& each : contexts) {
    over.emplace_back(each, 1'700'000'000'000);
    (void)over.back().activity("t1");
  }
  fmt::print("{:<46} {:>11} {:>12}\n", "one core, median of 5", "goal", "measured");
  bool met = tell("a map of 30 fields, 10 pipes, over 2 KiB", 15, measured([&](std::size_t n) {
                    const auto made = fields.evaluate(over[n]);
                    return made && *made && (*made)->size() == 30;
                  }));
  met &= tell("a condition of three matches", 1, measured([&](std::size_t n) {
                const auto holds = asked.holds(over[n]);
                return holds && *holds;
              }));
  met &= tell("a message of 2 KiB against 40 rules", 20,
              measured([&](std::size_t n) { return rules.check(messages[n]).empty(); }));
  return met ? 0 : 1;
}
