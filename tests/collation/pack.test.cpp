#include "collation/pack.hpp"

#include <catch2/catch.hpp>

using namespace quipu;

TEST_CASE("what is packed is what was packed, in the shortest form") {
  const auto values = json::parse(R"([null, true, false, 0, 127, 128, 255, 256, 65535, 65536,
    4294967295, 4294967296, 18446744073709551615, -1, -32, -33, -128, -129, -32768, -32769,
    -2147483648, -2147483649, 0.5, -1e300, "", "text", [], [1, [2]], {}, {"b": 1, "a": {"c": []}}])");
  for (const auto& value : values) {
    INFO(value.dump());
    CHECK(unpack(pack(value)) == value);
    if (value.is_number_float()) continue; // always eight bytes
    const auto shortest = json::to_msgpack(value);
    CHECK(pack(value) == std::string(shortest.begin(), shortest.end()));
  }
}

TEST_CASE("long texts and lists keep their length") {
  for (std::size_t size : {31, 32, 255, 256, 65535, 65536}) {
    const json text = std::string(size, 'x');
    CHECK(unpack(pack(text)) == text);
    const json list = std::vector<int>(size, 7);
    CHECK(unpack(pack(list)) == list);
  }
}

TEST_CASE("keys keep their order") {
  CHECK(unpack(pack(json{{"z", 1}, {"a", 2}})).dump() == R"({"z":1,"a":2})");
}

TEST_CASE("bytes that are no MessagePack, or more than one value, are discarded") {
  CHECK(unpack("").is_discarded());
  CHECK(unpack("\xc1").is_discarded());
  CHECK(unpack(pack("text").substr(0, 3)).is_discarded());
  CHECK(unpack(pack(1) + pack(2)).is_discarded());
}
