/// The one table of settings. A new one is a row here, a field in `node_options`, and a run of
/// `quipu node --print-config > configs/node.reference.yaml`.

#include "actors/settings/setting.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <type_traits>

namespace quipu {

namespace {

using type = setting::type;
using words = std::span<const std::string_view>;

constexpr std::int64_t kib = 1024;
constexpr std::int64_t mib = 1024 * kib;
constexpr std::int64_t gib = 1024 * mib;
constexpr std::int64_t second = 1'000;
constexpr std::int64_t hour = 3'600 * second;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t year = 365 * day;

// In the order of their enums.
constexpr std::array<std::string_view, 2> durabilities{"sync", "relaxed"};
constexpr std::array<std::string_view, 3> history_modes{"full", "digits", "off"};
constexpr std::array<std::string_view, 2> formats{"text", "json"};
constexpr std::array<std::string_view, 7> levels{"trace", "debug", "info",   "warning",
                                                 "error", "off",   "inherit"};
static_assert(levels.size() == static_cast<std::size_t>(log_level::inherit) + 1);
constexpr words own_levels = words{levels}.first(levels.size() - 1);

template <class T>
amount amount_of(const T& field) {
  if constexpr (std::is_same_v<T, std::string>)
    return field;
  else if constexpr (std::is_same_v<T, std::chrono::milliseconds>)
    return std::int64_t{field.count()};
  else
    return static_cast<std::int64_t>(field);
}

/// A row of the table; `Field` leads from the options to the field that the setting is.
template <class Field>
setting row(std::string_view key, type is, std::string_view form, Field, std::string_view doc) {
  setting made;
  made.key = key;
  made.is = is;
  made.form = form;
  made.doc = doc;
  made.get = [](const node_options& of) { return amount_of(Field{}(of)); };
  made.set = [](node_options& of, const amount& value) {
    auto& field = Field{}(of);
    using T = std::remove_reference_t<decltype(field)>;
    if constexpr (std::is_same_v<T, std::string>)
      field = std::get<std::string>(value);
    else
      field = static_cast<T>(std::get<std::int64_t>(value));
  };
  return made;
}

template <class Field>
setting text(std::string_view key, std::string_view form, Field field, std::string_view doc) {
  return row(key, type::text, form, field, doc);
}

template <class Field>
setting truth(std::string_view key, Field field, std::string_view doc) {
  auto made = row(key, type::truth, "true|false", field, doc);
  made.most = 1;
  return made;
}

template <class Field>
setting choice(std::string_view key, words choices, Field field, std::string_view doc) {
  auto made = row(key, type::choice, "WORD", field, doc);
  made.choices = choices;
  made.most = static_cast<std::int64_t>(choices.size()) - 1;
  return made;
}

template <class Field>
setting bounded(std::string_view key, type is, std::int64_t least, std::int64_t most, Field field,
                std::string_view doc) {
  const std::string_view form = is == type::size ? "SIZE" : is == type::duration ? "TIME" : "COUNT";
  auto made = row(key, is, form, field, doc);
  made.least = least;
  made.most = most;
  return made;
}

} // namespace

const std::vector<setting>& settings() {
  static const std::vector<setting> table{
      text(
          "store", "URL", [](auto& of) -> auto& { return of.store; },
          "Where the jobs are kept: lmdb:DIR, a directory of one node;\n"
          "redis://[USER@]HOST[:PORT][/DATABASE][?ns=NAME] or redis+unix:///PATH, a Redis 7 server "
          "that\n"
          "many nodes share; memory:, which keeps nothing."),
      choice(
          "durability", durabilities, [](auto& of) -> auto& { return of.durable; },
          "When what was accepted is safe, in a directory. Redis has its own settings "
          "(appendfsync).\n"
          "sync: what is answered has reached the disk; calls that come together share a sync.\n"
          "relaxed: kill and power loss cost at most the last 20 ms, never the store."),
      choice(
          "history", history_modes, [](auto& of) -> auto& { return of.history; },
          "What is kept of the steps of a job; settled for each job when it is born.\n"
          "full: every record whole; the history gives the state of the job again, step by step.\n"
          "digits: legs, digits and times. Given up: what each step read and wrote, and that the\n"
          "history alone can show the job's state or that nobody changed it.\n"
          "off: nothing. Given up: also which steps there were, and when.\n"
          "What a job is and has (`quipu job`) is kept in all of them, and no promise changes."),
      truth(
          "listen", [](auto& of) -> auto& { return of.listen; },
          "Whether the quipu command is answered, at the socket quipu.sock in the store's "
          "directory."),
      bounded(
          "threads", type::count, 0, 1'024, [](auto& of) -> auto& { return of.threads; },
          "Threads on which actors run; 0: one a core. Workers' functions have threads of their "
          "own."),
      bounded(
          "engines", type::count, 0, 256, [](auto& of) -> auto& { return of.engines; },
          "Engines among which jobs are divided; 0: one a core, at most 4."),
      bounded(
          "lease", type::duration, second, hour, [](auto& of) -> auto& { return of.lease; },
          "How long an engine owns its jobs without renewing it: when a node dies, others wait for "
          "it."),
      bounded(
          "drain", type::duration, 0, day, [](auto& of) -> auto& { return of.drain; },
          "How long a node that stops waits for calls that are out; a second signal ends the "
          "wait."),
      bounded(
          "stats.keep", type::duration, 0, 100 * year,
          [](auto& of) -> auto& { return of.stats_keep; },
          "How long measures (`stats` of triggers) are kept after the last job that they count; "
          "0s: "
          "for ever."),

      bounded(
          "limits.payload.bytes", type::size, kib, gib,
          [](auto& of) -> auto& { return of.limits.payload_bytes; },
          "A message that starts a job, or a worker's reply, as MessagePack."),
      bounded(
          "limits.id.bytes", type::count, 32, 255,
          [](auto& of) -> auto& { return of.limits.id_bytes; }, "A job's id, in bytes of UTF-8."),
      bounded(
          "limits.definition.bytes", type::size, kib, gib,
          [](auto& of) -> auto& { return of.limits.definition_bytes; },
          "An app's definition, over all of its files."),
      bounded(
          "limits.definition.activities", type::count, 1, 1'000'000,
          [](auto& of) -> auto& { return of.limits.definition_activities; },
          "Activities in one graph."),
      bounded(
          "limits.definition.depth", type::count, 8, 1'024,
          [](auto& of) -> auto& { return of.limits.definition_depth; },
          "Maps and lists in each other, in a definition."),
      bounded(
          "limits.definition.aliases", type::count, 0, 10'000'000,
          [](auto& of) -> auto& { return of.limits.definition_aliases; },
          "Values that YAML aliases and repeated $refs of a definition stand for."),
      bounded(
          "limits.mapper.steps", type::count, 100, 1'000'000'000,
          [](auto& of) -> auto& { return of.limits.mapper_steps; },
          "Steps that one mapping may take: rows, calls, rounds."),
      bounded(
          "limits.mapper.bytes", type::size, kib, gib,
          [](auto& of) -> auto& { return of.limits.mapper_bytes; },
          "What one mapping may make: its result, and every value on the way."),
      bounded(
          "limits.commit.bytes", type::size, 64 * kib, gib,
          [](auto& of) -> auto& { return of.limits.commit_bytes; },
          "What one step of a job may write; an activity that would write more has an error 413.\n"
          "What begins with a step goes out with several commits when it is more than half of it."),
      bounded(
          "limits.commit.children", type::count, 1, 100'000,
          [](auto& of) -> auto& { return of.limits.commit_children; },
          "Awaited jobs that one commit starts; more are started by several."),
      bounded(
          "limits.history.records", type::count, 10, 1'000'000'000,
          [](auto& of) -> auto& { return of.limits.history_records; },
          "Records that a job keeps, and up to an eighth more.\n"
          "One checkpoint, the job's state as it was there, stands for the older ones."),
      bounded(
          "limits.starts", type::count, 1, 100'000'000,
          [](auto& of) -> auto& { return of.limits.starts; },
          "Starts of jobs that wait for their answer; more are refused (429)."),
      bounded(
          "limits.jobs", type::count, 1, 10'000'000,
          [](auto& of) -> auto& { return of.limits.jobs; },
          "Jobs that one engine holds in memory; more wait in the store."),
      bounded(
          "limits.store.calls", type::count, 16, 100'000'000,
          [](auto& of) -> auto& { return of.limits.store_calls; },
          "Calls that wait for the store; beyond, no job is begun (429)."),
      bounded(
          "limits.store.bytes", type::size, 16 * mib, 1'024 * gib,
          [](auto& of) -> auto& { return of.limits.store_bytes; },
          "What the data file may become. Address space, no more, until it is used."),
      bounded(
          "limits.control.connections", type::count, 1, 4'096,
          [](auto& of) -> auto& { return of.limits.control_connections; },
          "Connections to the socket at a time; more are refused (429)."),
      bounded(
          "limits.control.bytes", type::size, 4 * kib, gib,
          [](auto& of) -> auto& { return of.limits.control_bytes; },
          "A request over the socket: a line of JSON."),

      choice(
          "log.format", formats, [](auto& of) -> auto& { return of.log.format; },
          "Lines on stderr: text for people, json for programs."),
      choice(
          "log.level", own_levels, [](auto& of) -> auto& { return of.log.level; },
          "The least that is said."),
      choice(
          "log.levels.node", levels, [](auto& of) -> auto& { return of.log.node; },
          "Of the node: starts, stops, what it serves. inherit: log.level."),
      choice(
          "log.levels.engine", levels, [](auto& of) -> auto& { return of.log.engine; },
          "Of the engines: jobs that begin and end (debug), what cannot go on."),
      choice(
          "log.levels.store", levels, [](auto& of) -> auto& { return of.log.store; },
          "Of the store: writes that failed."),
      choice(
          "log.levels.worker", levels, [](auto& of) -> auto& { return of.log.worker; },
          "Of the workers: calls and answers (debug)."),
      choice(
          "log.levels.control", levels, [](auto& of) -> auto& { return of.log.control; },
          "Of the socket: what is asked (debug), connections that are refused."),
  };
  return table;
}

const setting* find_setting(std::string_view key) noexcept {
  const auto& all = settings();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const setting& each) { return each.key == key; });
  return found == all.end() ? nullptr : &*found;
}

std::string flag_of(const setting& what) { return "--" + std::string{what.key}; }

std::string variable_of(const setting& what) {
  std::string name{"QUIPU_"};
  for (const char c : what.key)
    name += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

} // namespace quipu
