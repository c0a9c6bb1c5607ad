#include "tests/bench/mapper_cases.hpp"

#include "flows/read.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <string>

namespace quipu::bench {

namespace {

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

} // namespace

mapper_cases::mapper_cases() {
  for (std::size_t n = 0; n < inputs; ++n) {
    messages_.push_back(order(n));
    auto data = messages_.back();
    data["there"] = true;
    data["again"] = data["id"];
    contexts_.push_back({{"t1", {{"output", {{"data", std::move(data)}}}}}});
  }
  const json nothing = json::object();
  const mapper::context names{nothing, 0};
  findings faults;
  fields_ = mapping::compile(written(thirty_fields()), names, faults);
  asked_ = condition::compile(written(three_matches), names, faults);
  rules_ = schema::compile(written(forty_rules), faults);
  for (const auto& each : faults.all()) fmt::print(stderr, "{}\n", to_string(each));
  if (!faults.all().empty()) std::exit(1);
  // Roots are numbered as they are compiled: each context learns the names that `names` knows.
  for (const auto& each : contexts_) {
    over_.emplace_back(each, 1'700'000'000'000);
    (void)over_.back().activity("t1");
  }
}

bool mapper_cases::map(std::size_t n) const {
  const auto made = fields_.evaluate(over_[n]);
  return made && *made && (*made)->size() == 30;
}

bool mapper_cases::decide(std::size_t n) const {
  const auto holds = asked_.holds(over_[n]);
  return holds && *holds;
}

bool mapper_cases::inspect(std::size_t n) const { return rules_.check(messages_[n]).empty(); }

} // namespace quipu::bench
