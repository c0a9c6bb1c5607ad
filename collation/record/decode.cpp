#include "collation/pack.hpp"
#include "collation/record.hpp"
#include "collation/record/conclusion.hpp"
#include "collation/record/envelope.hpp"
#include "collation/record/names.hpp"
#include "collation/utf8.hpp"
#include "collation/whole.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <type_traits>

namespace quipu {

namespace {

// Reading goes through JSON: it is no hot path. What is missing, of another type or out of bounds throws, and is caught
// once, below.

template <class T>
T read_as(const json& from) {
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
    return whole<T>(from);
  else
    return from.get<T>();
}

template <class T>
T optional(const json& from, const char* key, T otherwise = {}) {
  const auto found = from.find(key);
  return found == from.end() ? std::move(otherwise) : read_as<T>(*found);
}

/// Bytes are no value: where they may stand they say that the value is kept elsewhere.
value value_at(const json& from) {
  if (from.is_binary()) throw std::out_of_range{"bytes stand where a value is due"};
  return value{from};
}

value optional_value(const json& from, const char* key) {
  const auto found = from.find(key);
  return found == from.end() || found->is_binary() ? value{} : value{*found};
}

template <class Enum>
Enum enumerated(std::string_view text, std::span<const std::string_view> names) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end())
    throw std::out_of_range{fmt::format("unknown name \"{}\"", escaped(text))};
  return static_cast<Enum>(found - names.begin());
}

instance instance_of(const json& from) {
  return {whole<std::uint32_t>(from.at(0)), whole<std::uint32_t>(from.at(1))};
}

pass_name pass_of(const json& from) {
  return {whole<std::uint32_t>(from.at(0)), whole<std::uint32_t>(from.at(1))};
}

digit digit_of(const json& from) {
  const auto code = whole<int>(from);
  if (code < 0 || code > 9) throw std::out_of_range{fmt::format("{} is no digit", code)};
  return static_cast<digit>('0' + code);
}

history_mode history_of(std::uint32_t code) {
  if (code > static_cast<std::uint32_t>(history_mode::off))
    throw std::out_of_range{fmt::format("{} is no mode of history", code)};
  return static_cast<history_mode>(code);
}

/// A text that is always there: writing leaves out what is empty.
std::string needed(const json& from, const char* key) {
  auto text = from.at(key).get<std::string>();
  if (text.empty()) throw std::out_of_range{fmt::format("\"{}\" is empty", key)};
  return text;
}

identity identity_of(const json& from) {
  identity who;
  who.job = needed(from, "job");
  who.gid = needed(from, "gid");
  who.app = needed(from, "app");
  who.version = needed(from, "vrs");
  who.topic = needed(from, "tpc");
  who.parent = optional<std::string>(from, "pj");
  who.parent_gid = optional<std::string>(from, "pg");
  who.parent_activity = optional<std::string>(from, "pa");
  who.parent_at = {optional<std::uint32_t>(from, "pi"), optional<std::uint32_t>(from, "pd")};
  who.severed = optional<bool>(from, "sev");
  who.depth = optional<std::uint32_t>(from, "dep");
  who.slices = optional<std::uint32_t>(from, "sl", 1);
  if (who.slices == 0) throw std::out_of_range{"a flow has no slice"};
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
  if (from.contains("d")) what.due_ms = whole<std::int64_t>(from.at("d"));
  what.topic = optional<std::string>(from, "t");
  what.child = optional<std::string>(from, "c");
  what.waits = optional<std::vector<std::string>>(from, "w");
  what.standing = optional<bool>(from, "r");
  what.input = optional_value(from, "i");
  return what;
}

opening opening_of(const json& from) {
  return {whole<std::uint32_t>(from.at(0)), whole<std::uint32_t>(from.at(1)),
          whole<std::uint32_t>(from.at(2)), whole<std::uint32_t>(from.at(3)),
          from.at(4).get<std::string>()};
}

turn turn_of(const json& from) {
  return {whole<std::uint32_t>(from.at(0)),
          whole<std::uint32_t>(from.at(1)),
          whole<std::uint32_t>(from.at(2)),
          whole<std::uint32_t>(from.at(3)),
          digit_of(from.at(4)),
          digit_of(from.at(5))};
}

record record_of(const json& from) {
  record what;
  // It is written as a signed number.
  what.number = static_cast<std::uint64_t>(whole<std::int64_t>(from.at("n")));
  what.at_ms = whole<std::int64_t>(from.at("t"));
  what.why = enumerated<cause>(from.at("y").get<std::string>(), cause_names);
  if (from.contains("a")) what.at = instance_of(from.at("a"));
  what.attempt = optional<std::uint32_t>(from, "m");
  what.code = optional<int>(from, "c");
  what.mail = optional<std::string>(from, "i");
  const auto each = [&from](const char* key, auto read) {
    const auto found = from.find(key);
    if (found == from.end()) return;
    for (const auto& item : found->get_ref<const json::array_t&>()) read(item);
  };
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
  each("p", [&](const json& p) { what.opened.push_back(opening_of(p)); });
  each("d", [&](const json& d) { what.turns.push_back(turn_of(d)); });
  each("w", [&](const json& w) {
    what.data.emplace_back(w.at(0).get<std::string>(), value_at(w.at(1)));
  });
  each("o",
       [&](const json& o) { what.written.emplace_back(instance_of(o), documents_of(o.at(2))); });
  each("q", [&](const json& q) { what.answers.emplace_back(pass_of(q), documents_of(q.at(2))); });
  each("g", [&](const json& g) {
    what.owed.emplace_back(
        instance_of(g), g.at(2).is_null() ? std::nullopt : std::optional{obligation_of(g.at(2))});
  });
  each("k", [&](const json& k) {
    what.children.emplace_back(instance_of(k), k.at(2).get<std::string>());
  });
  each("f", [&](const json& f) { what.forgotten.push_back(pass_of(f)); });
  each("s", [&](const json& s) { what.marks.push_back(s.get<std::string>()); });
  each("x", [&](const json& x) {
    what.index.emplace_back(x.at(0).get<std::string>(), value_at(x.at(1)));
  });
  each("l",
       [&](const json& l) { what.attributes.emplace_back(instance_of(l), value_at(l.at(2))); });
  if (const auto end = from.find("e"); end != from.end())
    what.end = conclusion_of(end->at("s"), optional(*end, "e", json()));
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
