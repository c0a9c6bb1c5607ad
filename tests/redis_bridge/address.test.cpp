#include "redis_bridge/address.hpp"

#include <catch2/catch.hpp>

namespace quipu::redis {

TEST_CASE("an address says server, user, database and namespace") {
  const auto all = *address::parse("redis://me@10.0.0.7:7000/3?ns=shop");
  REQUIRE(all.host == "10.0.0.7");
  REQUIRE(all.port == 7000);
  REQUIRE(all.user == "me");
  REQUIRE(all.database == 3);
  REQUIRE(all.prefix() == "quipu:{shop.0}:");
  REQUIRE(*address::parse(all.text()) == all);
  const auto least = *address::parse("redis://localhost");
  REQUIRE(least.port == 6379);
  REQUIRE(least.database == 0);
  REQUIRE(least.prefix() == "quipu:{main.0}:");
  const auto sixth = *address::parse("redis://[::1]:7000");
  REQUIRE(sixth.host == "::1");
  REQUIRE(sixth.port == 7000);
  REQUIRE(sixth.text() == "redis://[::1]:7000/0");
  REQUIRE(*address::parse(sixth.text()) == sixth);
  REQUIRE(address::parse("redis://[fe80::1]/2")->port == 6379);
  const auto local = *address::parse("redis+unix:///run/redis.sock?db=2&ns=shop");
  REQUIRE(local.path == "/run/redis.sock");
  REQUIRE(local.database == 2);
  REQUIRE(*address::parse(local.text()) == local);
  const auto careful = *address::parse("redis://localhost?wait=2&evicts=allowed");
  REQUIRE(careful.wait == 2);
  REQUIRE(careful.may_evict);
  REQUIRE(*address::parse(careful.text()) == careful);
}

TEST_CASE("an address that is not understood is refused with what would be right") {
  for (const auto* wrong :
       {"redis://", "redis://host:port", "redis://host/x",
        "redis://host?ns=", "redis://host?ns=a{b}", "redis://host?db=1",
        "redis://host?wait=", "redis://[::1", "redis://[::1]7000", "redis://[]:7000",
        "redis://host?wait=all", "redis+unix://x.sock", "redis+unix:///x?db=one", "lmdb:x"}) {
    INFO(wrong);
    const auto refused = address::parse(wrong);
    REQUIRE_FALSE(refused.ok());
    REQUIRE(refused.error().code == fault::bad_request);
    REQUIRE(refused.error().message.find("would be right") != std::string::npos);
  }
}

TEST_CASE("a password on the command line is refused and not repeated") {
  const auto refused = address::parse("redis://me:secret@host");
  REQUIRE_FALSE(refused.ok());
  REQUIRE(refused.error().message.find("secret") == std::string::npos);
}

TEST_CASE("TLS is refused as long as it is not there") {
  REQUIRE(address::parse("rediss://host").error().message.find("TLS is not there yet") !=
          std::string::npos);
}

} // namespace quipu::redis
