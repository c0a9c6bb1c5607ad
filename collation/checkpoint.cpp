#include "collation/checkpoint.hpp"

#include "collation/pack.hpp"

#include <exception>

namespace quipu {

std::string pack_state(const job& of) {
  packer out;
  const auto fields = of.fields();
  out.array(2).array(fields.size());
  for (const auto& [name, bytes] : fields) out.array(2).text(name).binary(bytes);
  std::size_t rows = 0;
  packer list;
  for (const auto& [at, owed] : of.obligations()) {
    if (owed.is == obligation::kind::called) continue; // stands in a field
    list.array(2).text(name(at)).binary(encode(owed));
    ++rows;
  }
  out.array(rows);
  if (rows > 0) out.packed(list.bytes());
  return std::move(out).bytes();
}

result<job> unpack_state(std::string_view bytes) {
  const auto from = unpack(bytes);
  if (from.is_discarded()) return failure{fault::corrupt, "a job's state is no MessagePack"};
  const auto text = [](const json& packed) {
    const auto& binary = packed.get_binary();
    return std::string{binary.begin(), binary.end()};
  };
  try {
    snapshot held;
    for (const auto& field : from.at(0))
      held.fields.push_back({field.at(0).get<std::string>(), text(field.at(1))});
    for (const auto& row : from.at(1)) {
      obligation_row owed;
      owed.name = row.at(0).get<std::string>();
      owed.body = text(row.at(1));
      held.obligations.push_back(std::move(owed));
    }
    return job::load(held);
  } catch (const std::exception& e) {
    return failure{fault::corrupt, std::string{"a job's state cannot be read: "} + e.what()};
  }
}

record checkpoint(const job& of, const head& at) {
  record made;
  made.number = of.records();
  made.at_ms = of.updated_ms();
  made.why = cause::condensed;
  made.state = pack_state(of);
  made.head_there = at;
  return made;
}

} // namespace quipu
