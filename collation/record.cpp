#include "collation/record.hpp"

#include "collation/pack.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace quipu {

namespace {

constexpr char format_version = 1;
constexpr std::size_t envelope = 5;

constexpr std::array<std::string_view, 16> cause_names{
    "created",     "begun",  "passed",      "replied",     "completed", "timed_out",
    "retried",     "served", "shelved",     "recalled",    "woken",     "signalled",
    "child_ended", "cycled", "interrupted", "acknowledged"};
static_assert(cause_names.size() == static_cast<std::size_t>(cause::acknowledged) + 1);

constexpr std::array<std::string_view, 6> obligation_names{"called",  "pending", "retry",
                                                           "backlog", "child",   "wait"};
static_assert(obligation_names.size() == static_cast<std::size_t>(obligation::kind::wait) + 1);

std::uint32_t checksum(std::string_view body) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size())));
}

/// A map whose size is known only when it is complete.
class entries {
public:
  packer& key(std::string_view name) {
    ++count_;
    return out_.text(name);
  }
  void text(std::string_view name, std::string_view what) {
    if (!what.empty()) key(name).text(what);
  }
  void number(std::string_view name, std::int64_t what) {
    if (what != 0) key(name).integer(what);
  }
  void flag(std::string_view name, bool what) {
    if (what) key(name).boolean(true);
  }
  void packed(std::string_view name, const value& what, std::size_t inline_limit = SIZE_MAX) {
    if (!what) return;
    if (what.packed().size() > inline_limit)
      key(name).binary({});
    else
      key(name).packed(what.packed());
  }
  [[nodiscard]] std::string bytes() const {
    packer whole;
    whole.map(count_).packed(out_.bytes());
    return std::move(whole).bytes();
  }

private:
  packer out_;
  std::size_t count_ = 0;
};

std::string packed(const identity& who) {
  entries out;
  out.text("job", who.job);
  out.text("gid", who.gid);
  out.text("app", who.app);
  out.text("vrs", who.version);
  out.text("tpc", who.topic);
  out.text("pj", who.parent);
  out.text("pg", who.parent_gid);
  out.text("pa", who.parent_activity);
  out.number("pi", who.parent_at.activity);
  out.number("pd", who.parent_at.pass);
  out.flag("sev", who.severed);
  out.number("dep", who.depth);
  out.number("sl", who.slices);
  out.number("hm", static_cast<std::int64_t>(who.history));
  return out.bytes();
}

std::string packed(const documents& what, std::size_t inline_limit = SIZE_MAX) {
  entries out;
  out.packed("i", what.input, inline_limit);
  out.packed("o", what.output, inline_limit);
  out.packed("h", what.hook, inline_limit);
  out.packed("e", what.error, inline_limit);
  out.number("c", what.code);
  out.number("t", what.at_ms);
  return out.bytes();
}

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

std::string name(const instance& at) { return fmt::format("{}.{}", at.activity, at.pass); }

std::optional<instance> parse_instance(std::string_view name) {
  instance at;
  const auto* end = name.data() + name.size();
  const auto [dot, first] = std::from_chars(name.data(), end, at.activity);
  if (first != std::errc{} || dot == end || *dot != '.') return std::nullopt;
  const auto [rest, second] = std::from_chars(dot + 1, end, at.pass);
  if (second != std::errc{} || rest != end) return std::nullopt;
  return at;
}

std::string_view name(cause what) noexcept { return cause_names[static_cast<std::size_t>(what)]; }

std::string_view name(obligation::kind what) noexcept {
  return obligation_names[static_cast<std::size_t>(what)];
}

std::string encode(const obligation& what) {
  entries out;
  out.text("k", name(what.is));
  out.number("m", what.attempt);
  out.number("x", what.deaths);
  out.number("s", what.since_ms);
  if (what.due_ms) out.key("d").integer(*what.due_ms);
  out.text("t", what.topic);
  out.text("c", what.child);
  if (!what.waits.empty()) {
    auto& list = out.key("w").array(what.waits.size());
    for (const auto& wait : what.waits) list.text(wait);
  }
  out.flag("r", what.standing);
  out.packed("i", what.input);
  return out.bytes();
}

result<obligation> decode_obligation(std::string_view bytes) {
  return decoded(bytes, "an obligation", obligation_of);
}

std::string encode(const documents& what, std::size_t inline_limit) {
  return packed(what, inline_limit);
}

result<documents> decode_documents(std::string_view bytes) {
  return decoded(bytes, "an activity's documents", documents_of);
}

std::string encode(const identity& who) { return packed(who); }

result<identity> decode_identity(std::string_view bytes) {
  return decoded(bytes, "a job's identity", identity_of);
}

std::string encode(const record& what) {
  entries out;
  out.key("n").integer(static_cast<std::int64_t>(what.number));
  out.key("t").integer(what.at_ms);
  out.key("y").text(name(what.why));
  if (what.at != instance{}) out.key("a").array(2).integer(what.at.activity).integer(what.at.pass);
  out.number("m", what.attempt);
  out.number("c", what.code);
  out.text("i", what.mail);
  if (what.born) out.key("b").packed(packed(*what.born));
  if (!what.opened.empty()) {
    auto& list = out.key("p").array(what.opened.size());
    for (const auto& p : what.opened)
      list.array(5).integer(p.slice).integer(p.pass).integer(p.parent).integer(p.first).text(
          p.digits);
  }
  if (!what.turns.empty()) {
    auto& list = out.key("d").array(what.turns.size());
    for (const auto& d : what.turns)
      list.array(6)
          .integer(d.slice)
          .integer(d.pass)
          .integer(d.first)
          .integer(d.count)
          .integer(static_cast<char>(d.from) - '0')
          .integer(static_cast<char>(d.to) - '0');
  }
  if (!what.data.empty()) {
    auto& list = out.key("w").array(what.data.size());
    for (const auto& [key, written] : what.data) list.array(2).text(key).packed(written.packed());
  }
  if (!what.written.empty()) {
    auto& list = out.key("o").array(what.written.size());
    for (const auto& [at, written] : what.written)
      list.array(3).integer(at.activity).integer(at.pass).packed(packed(written));
  }
  if (!what.answers.empty()) {
    auto& list = out.key("q").array(what.answers.size());
    for (const auto& [at, written] : what.answers)
      list.array(3).integer(at.slice).integer(at.pass).packed(packed(written));
  }
  if (!what.owed.empty()) {
    auto& list = out.key("g").array(what.owed.size());
    for (const auto& [at, owed] : what.owed) {
      list.array(3).integer(at.activity).integer(at.pass);
      if (owed)
        list.packed(encode(*owed));
      else
        list.nil();
    }
  }
  if (!what.children.empty()) {
    auto& list = out.key("k").array(what.children.size());
    for (const auto& [at, child] : what.children)
      list.array(3).integer(at.activity).integer(at.pass).text(child);
  }
  if (!what.forgotten.empty()) {
    auto& list = out.key("f").array(what.forgotten.size());
    for (const auto& f : what.forgotten) list.array(2).integer(f.slice).integer(f.pass);
  }
  if (!what.marks.empty()) {
    auto& list = out.key("s").array(what.marks.size());
    for (const auto& mark : what.marks) list.text(mark);
  }
  if (what.end) {
    entries end;
    end.text("s", what.end->state);
    end.packed("e", what.end->error);
    out.key("e").packed(end.bytes());
  }
  const auto body = out.bytes();
  const auto sum = checksum(body);
  std::string bytes{format_version, static_cast<char>(sum >> 24), static_cast<char>(sum >> 16),
                    static_cast<char>(sum >> 8), static_cast<char>(sum)};
  return bytes + body;
}

std::string_view name(history_mode mode) noexcept {
  constexpr std::array<std::string_view, 3> names{"full", "digits", "off"};
  return names[static_cast<std::size_t>(mode)];
}

std::optional<std::string> history_entry(const record& what, const std::string& whole,
                                         history_mode mode) {
  if (mode == history_mode::off) return std::nullopt;
  if (mode == history_mode::full) return whole;
  auto bare = what;
  const auto strip = [](documents& of) { of.input = of.output = of.hook = of.error = value{}; };
  bare.data.clear();
  for (auto& [at, written] : bare.written) strip(written);
  for (auto& [at, answer] : bare.answers) strip(answer);
  for (auto& [at, owed] : bare.owed)
    if (owed) {
      owed->input = value{};
      owed->waits.clear(); // they have the values that a signal must bring
    }
  if (bare.end && bare.end->error) {
    json error = *bare.end->error;
    error.erase("data");
    error.erase("message");
    bare.end->error = value{std::move(error)};
  }
  return encode(bare);
}

result<record> decode_record(std::string_view bytes) {
  if (bytes.size() <= envelope)
    return failure{fault::corrupt, fmt::format("a history record of {} bytes", bytes.size())};
  if (bytes.front() != format_version)
    return failure{fault::corrupt,
                   fmt::format("a history record of format {}; this quipu reads format {}",
                               static_cast<int>(bytes.front()), static_cast<int>(format_version))};
  std::uint32_t sum = 0;
  for (std::size_t at = 1; at < envelope; ++at)
    sum = sum << 8 | static_cast<unsigned char>(bytes[at]);
  const auto body = bytes.substr(envelope);
  if (checksum(body) != sum)
    return failure{fault::corrupt, "a history record does not match its checksum"};
  return decoded(body, "a history record", record_of);
}

} // namespace quipu
