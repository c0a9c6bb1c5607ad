#pragma once

#include "collation/ledger.hpp"
#include "redis_bridge/command.hpp"

#include <string>
#include <string_view>
#include <vector>

/// How values of the contract stand in calls of the library. Everything that is one text there is
/// MessagePack, so that Lua reads it and so does a person.
namespace quipu::redis {

/// Under what ids of children were reserved in other partitions.
struct promise {
  std::string nonce;
  std::string taken; ///< the first one that was not free; empty: all are reserved
};

/// The bytes of a head, as they stand in rows: valid as long as it is.
[[nodiscard]] inline std::string_view view(const head& of) {
  return {reinterpret_cast<const char*>(of.data()), of.size()};
}

/// What a write adds to a call: head, the rest, records, fields.
void add(command& to, const write& what, const std::vector<std::string>& consumed,
         const promise* with = nullptr);
/// A job's fields that never change: {gid, app, version, topic, parent, created}.
[[nodiscard]] std::string identity(const birth& of);
/// {id, boards, mail id, kind, body, keeps open, keep until, to all, ticket}
[[nodiscard]] std::string packed(const signal& what, std::string_view ticket = {});
[[nodiscard]] std::string packed(const std::vector<std::string>& texts);

} // namespace quipu::redis
