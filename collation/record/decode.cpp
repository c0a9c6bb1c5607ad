#include "collation/pack.hpp"
#include "collation/record.hpp"
#include "collation/record/envelope.hpp"
#include "collation/record/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace quipu {

namespace {

// Reading goes through JSON: it is no hot path. What is missing throws, and is caught once, below.

template <class T>
T optional(const json& from, const char* key, T otherwise = {}) {
  const auto found = from.find(key);
  return found == from.end() ? std::move(otherwise) : found->template get<T>();
}

value optional_value(const json& from, const char* key) {
  const auto found = from.find(key);
  return found == from.end() || found->is_binary() ? value{} : value{*found};
}

template <class Enum>
Enum enumerated(std::string_view text, std::span<const std::string_view> names) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) throw std::out_of_range{fmt::format("unknown name \"{}\"", text)};
  return static_cast<Enum>(found - names.begin());
}

instance instance_of(const json& from) {
  return {from.at(0).get<std::uint32_t>(), from.at(1).get<std::uint32_t>()};
}

digit digit_of(const json& from) {
  const auto code = from.get<int>();
  if (code < 0 || code > 9) throw std::out_of_range{fmt::format("{} is no digit", code)};
  return static_cast<digit>('0' + code);
}

history_mode history_of(std::uint32_t code) {
  if (code > static_cast<std::uint32_t>(history_mode::off))
    throw std::out_of_range{fmt::format("{} is no mode of history", code)};
  return static_cast<history_mode>(code);
}

identity identity_of(const json& from) {
  identity who;
  who.job = from.at("job");
  who.gid = from.at("gid");
  who.app = from.at("app");
  who.version = from.at("vrs");
  who.topic = from.at("tpc");
  who.parent = optional<std::string>(from, "pj");
  who.parent_gid = optional<std::string>(from, "pg");
  who.parent_activity = optional<std::string>(from, "pa");
  who.parent_at = {optional<std::uint32_t>(from, "pi"), optional<std::uint32_t>(from, "pd")};
  who.severed = optional<bool>(from, "sev");
  who.depth = optional<std::uint32_t>(from, "dep");
  who.slices = optional<std::uint32_t>(from, "sl", 1);
  who.history = history_of(optional<std::uint32_t>(from, "hm"));
  who.origin = optional<std::string>(from, "oj");
  who.retries = optional<std::uint32_t>(from, "rt");
  who.keys = optional<std::string>(from, "ik");
  return who;
}

documents documents_of(const json& from) {
  return {optional_value(from, "i"), optional_value(from, "o"), optional_value(from, "h"),
          optional_value(from, "e"), optional<int>(from, "c"),  optional<std::int64_t>(from, "t")};
}

obligation obligation_of(const json& from) {
  obligation what;
  what.is = enumerated<obligation::kind>(from.at("k").get<std::string>(), obligation_names);
  what.attempt = optional<std::uint32_t>(from, "m");
  what.deaths = optional<std::uint32_t>(from, "x");
  what.since_ms = optional<std::int64_t>(from, "s");
  if (from.contains("d")) what.due_ms = from.at("d").get<std::int64_t>();
  what.topic = optional<std::string>(from, "t");
  what.child = optional<std::string>(from, "c");
  what.waits = optional<std::vector<std::string>>(from, "w");
  what.standing = optional<bool>(from, "r");
  what.input = optional_value(from, "i");
  return what;
}

record record_of(const json& from) {
  record what;
  what.number = from.at("n");
  what.at_ms = from.at("t");
  what.why = enumerated<cause>(from.at("y").get<std::string>(), cause_names);
  if (from.contains("a")) what.at = instance_of(from.at("a"));
  what.attempt = optional<std::uint32_t>(from, "m");
  what.code = optional<int>(from, "c");
  what.mail = optional<std::string>(from, "i");
  const auto list = [&from](const char* key) { return from.value(key, json::array()); };
  if (from.contains("b")) what.born = identity_of(from.at("b"));
  if (from.contains("z")) {
    const auto& bytes = from.at("z").get_binary();
    what.state.assign(bytes.begin(), bytes.end());
  }
  if (from.contains("h")) {
    const auto& bytes = from.at("h").get_binary();
    if (bytes.size() != what.head_there.size()) throw std::out_of_range{"a head has not 32 bytes"};
    std::copy(bytes.begin(), bytes.end(), what.head_there.begin());
  }
  for (const auto& p : list("p"))
    what.opened.push_back({p.at(0), p.at(1), p.at(2), p.at(3), p.at(4).get<std::string>()});
  for (const auto& d : list("d"))
    what.turns.push_back(
        {d.at(0), d.at(1), d.at(2), d.at(3), digit_of(d.at(4)), digit_of(d.at(5))});
  for (const auto& w : list("w"))
    what.data.emplace_back(w.at(0).get<std::string>(), value{w.at(1)});
  for (const auto& o : list("o")) what.written.emplace_back(instance_of(o), documents_of(o.at(2)));
  for (const auto& q : list("q"))
    what.answers.emplace_back(pass_name{q.at(0), q.at(1)}, documents_of(q.at(2)));
  for (const auto& g : list("g"))
    what.owed.emplace_back(
        instance_of(g), g.at(2).is_null() ? std::nullopt : std::optional{obligation_of(g.at(2))});
  for (const auto& k : list("k"))
    what.children.emplace_back(instance_of(k), k.at(2).get<std::string>());
  for (const auto& f : list("f")) what.forgotten.push_back({f.at(0), f.at(1)});
  for (const auto& s : list("s")) what.marks.push_back(s.get<std::string>());
  for (const auto& x : list("x"))
    what.index.emplace_back(x.at(0).get<std::string>(), value{x.at(1)});
  for (const auto& l : list("l")) what.attributes.emplace_back(instance_of(l), value{l.at(2)});
  if (from.contains("e"))
    what.end =
        conclusion{from.at("e").at("s").get<std::string>(), optional_value(from.at("e"), "e")};
  return what;
}

/// Runs a reader over MessagePack; whatever is missing or of another type is corruption.
template <class Read>
auto decoded(std::string_view bytes, std::string_view what, Read read)
    -> result<decltype(read(json{}))> {
  const auto from = unpack(bytes);
  if (from.is_discarded())
    return failure{fault::corrupt, fmt::format("{} is no MessagePack", what)};
  try {
    return read(from);
  } catch (const std::exception& e) {
    return failure{fault::corrupt, fmt::format("{} cannot be read: {}", what, e.what())};
  }
}

} // namespace

result<obligation> decode_obligation(std::string_view bytes) {
  return decoded(bytes, "an obligation", obligation_of);
}

result<documents> decode_documents(std::string_view bytes) {
  return decoded(bytes, "an activity's documents", documents_of);
}

result<identity> decode_identity(std::string_view bytes) {
  return decoded(bytes, "a job's identity", identity_of);
}

result<record> decode_record(std::string_view bytes) {
  const auto body = unsealed(bytes);
  if (!body) return body.error();
  return decoded(*body, "a history record", record_of);
}

} // namespace quipu
