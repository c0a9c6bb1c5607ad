#include "collation/pack.hpp"

#include <catch2/catch.hpp>

#include <ctime>
#include <string>

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

TEST_CASE("what nests too deeply is discarded, however deeply") {
  const auto lists = [](std::size_t depth) { return std::string(depth - 1, '\x91') + '\x90'; };
  CHECK_FALSE(unpack(lists(most_packed)).is_discarded());
  CHECK(unpack(lists(most_packed + 1)).is_discarded());
  CHECK(unpack(lists(10'000'000)).is_discarded());
}

TEST_CASE("a list, map or text that says it is larger than the bytes that follow is discarded") {
  for (const auto* bytes : {"\xdd\xff\xff\xff\xff", "\xdf\xff\xff\xff\xff", "\xdb\xff\xff\xff\xff",
                            "\xc6\xff\xff\xff\xff", "\x93\x01\x02", "\x82\xa1x\x01", "\xda\x01"})
    CHECK(unpack(bytes).is_discarded());
}

TEST_CASE("what JSON has not is discarded: extensions, keys that are no texts or are there twice") {
  using namespace std::string_literals;
  CHECK(unpack("\xd4\x01\x02").is_discarded());
  CHECK(unpack("\xc7\x01\x02\x03").is_discarded());
  CHECK(unpack("\x81\x01\x02").is_discarded());
  CHECK(unpack("\x82\xa1x\x01\xa1x\x02").is_discarded());
}

TEST_CASE("numbers, texts and lists are read in every form that MessagePack has") {
  using namespace std::string_literals;
  CHECK(unpack("\xcd\x00\x07"s) == 7);
  CHECK(unpack("\xcf\x00\x00\x00\x00\x00\x00\x00\x07"s) == 7);
  CHECK(unpack("\xd3\xff\xff\xff\xff\xff\xff\xff\xfe"s) == -2);
  CHECK(unpack("\xca\x3f\x00\x00\x00"s) == 0.5);
  CHECK(unpack("\xd9\x01x"s) == "x");
  CHECK(unpack("\xdc\x00\x01\x07"s) == json::array({7}));
  CHECK(unpack("\xde\x00\x01\xa1x\x07"s) == json{{"x", 7}});
  CHECK(unpack("\xc4\x02\x01\x02"s) == json::binary({1, 2}));
}

TEST_CASE("a map of very many keys is read in time, and none of them may be there twice") {
  json many = json::object();
  json::object_t::Container& members = many.get_ref<json::object_t&>();
  for (int i = 0; i < 100'000; ++i) members.emplace_back("key" + std::to_string(i), i);
  const auto bytes = pack(many);
  const auto begin = std::clock(); // of the processor: others may use it too
  const auto read = unpack(bytes);
  CHECK(std::clock() - begin < 10 * CLOCKS_PER_SEC);
  REQUIRE(read.size() == many.size());
  CHECK(pack(read) == bytes);
  members.emplace_back("key7", 0);
  CHECK(unpack(pack(many)).is_discarded());
}
