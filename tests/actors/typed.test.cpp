#include <quipu/worker.hpp>

#include <catch2/catch.hpp>

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace shop {

struct address {
  std::string street;
  int zip = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(address, street, zip)

struct item {
  std::string sku;
  double price = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(item, sku, price)

struct order {
  std::string name;
  address home;
  std::vector<item> items;
  std::map<std::string, address> others;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(order, name, home, items, others)

struct receipt {
  std::string text;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(receipt, text)

/// A type that checks itself.
struct quantity {
  int n = 0;
};
void from_json(const nlohmann::json& from, quantity& to) {
  from.at("n").get_to(to.n);
  if (to.n < 0) throw std::invalid_argument("a quantity is not negative");
}

} // namespace shop

namespace quipu {

namespace {

json good_order() {
  return json::parse(R"({
    "others": {"work": {"zip": 2, "street": "Long Lane"}, "club": {"zip": 3, "street": "High Street"}},
    "items": [{"sku": "a", "price": 1}, {"sku": "b", "price": 2}, {"sku": "c", "price": 3}],
    "home": {"zip": 1, "street": "Main Street"},
    "name": "Ana"})");
}

reply ask(const worker& who, json data) {
  call::facts facts;
  facts.topic = "work.order";
  facts.job = "o-1";
  facts.data = std::move(data);
  call asked{std::move(facts)};
  return who.as_function()(asked);
}

const worker takes_orders{
    [](const shop::order& what) { return shop::receipt{"thank you, " + what.name}; }};

std::string path_of(json data) {
  const auto said = ask(takes_orders, std::move(data));
  CHECK(said.code == 422);
  CHECK(said.is == reply::status::error);
  return said.data.value("path", "none");
}

json with(const char* place, json value) {
  auto data = good_order();
  data[json::json_pointer{place}] = std::move(value);
  return data;
}

json without(const char* holder, const char* name) {
  auto data = good_order();
  data[json::json_pointer{holder}].erase(name);
  return data;
}

} // namespace

TEST_CASE("a struct goes in and a struct comes out") {
  CHECK(ask(takes_orders, good_order()) == ok({{"text", "thank you, Ana"}}));
}

TEST_CASE("a worker may have each of the shapes") {
  CHECK(ask([](call& asked) { return ok({{"job", asked.job()}}); }, {}) == ok({{"job", "o-1"}}));
  CHECK(ask(
            [](const call& asked) {
              return json{{"job", asked.job()}};
            },
            {}) == ok({{"job", "o-1"}}));
  CHECK(ask([](auto& asked) { return ok({{"job", asked.job()}}); }, {}) == ok({{"job", "o-1"}}));
  CHECK(
      ask([](shop::address home, call& asked) { return shop::receipt{home.street + asked.job()}; },
          good_order()["home"]) == ok({{"text", "Main Streeto-1"}}));
  CHECK(ask([](const json& data) { return data["name"]; }, good_order()) == ok("Ana"));
  CHECK(ask([](const shop::address&) { return fail(404, "nobody there"); }, good_order()["home"]) ==
        fail(404, "nobody there"));
  int seen = 0;
  CHECK(ask([&seen](const shop::address& home) { seen = home.zip; }, good_order()["home"]) == ok());
  CHECK(seen == 1);
  CHECK(ask(
            +[](const shop::address& home) { return home; }, good_order()["home"])
            .data["zip"] == 1);
}

TEST_CASE("what cannot be read is an error 422 with the place of the fault") {
  CHECK(path_of(with("/name", 7)).empty() == false);
  CHECK(path_of(with("/name", 7)) == "/name");
  CHECK(path_of(with("/home/zip", "x")) == "/home/zip");
  CHECK(path_of(with("/home/street", nullptr)) == "/home/street");
  CHECK(path_of(with("/home", "Main Street")) == "/home");
  CHECK(path_of(with("/items/0/sku", 1)) == "/items/0/sku");
  CHECK(path_of(with("/items/1/price", "dear")) == "/items/1/price");
  CHECK(path_of(with("/items/2", json::array())) == "/items/2");
  CHECK(path_of(with("/items", 3)) == "/items");
  CHECK(path_of(with("/others/club/zip", "x")) == "/others/club/zip");
  CHECK(path_of(with("/others/work/street", 1)) == "/others/work/street");
  CHECK(path_of("no object at all") == "");
  CHECK(path_of(json::array()) == "");
}

TEST_CASE("what is missing is missed at its place") {
  CHECK(path_of(without("", "name")) == "/name");
  CHECK(path_of(without("", "others")) == "/others");
  CHECK(path_of(without("/home", "street")) == "/home/street");
  CHECK(path_of(without("/home", "zip")) == "/home/zip");
  CHECK(path_of(without("/items/0", "sku")) == "/items/0/sku");
  CHECK(path_of(without("/items/2", "price")) == "/items/2/price");
  CHECK(path_of(without("/others/work", "zip")) == "/others/work/zip");
  CHECK(path_of(json::object()) == "/name");
}

TEST_CASE("the message of a wrong shape names topic, place and reason") {
  CHECK(ask(takes_orders, with("/items/1/price", "dear")).data["message"] ==
        R"(input of "work.order" at "/items/1/price": type must be number, but is string)");
}

TEST_CASE("a fault in a long array is found too") {
  auto data = good_order();
  for (int more = 0; more < 20'000; ++more) data["items"].push_back({{"sku", "s"}, {"price", 1}});
  data["items"][17'171]["price"] = "dear";
  CHECK(path_of(std::move(data)) == "/items/17171/price");
}

TEST_CASE("a type that refuses what it reads says why in its own words") {
  const worker takes{[](const shop::quantity&) {}};
  CHECK(ask(takes, {{"n", 1}}) == ok());
  CHECK(ask(takes, {{"n", -1}}) ==
        fail(422, R"(input of "work.order": a quantity is not negative)"));
}

} // namespace quipu
