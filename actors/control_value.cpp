#include "actors/control_value.hpp"

#include "actors/instant.hpp"
#include "collation/whole.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace quipu {

namespace {

using time_point = std::chrono::system_clock::time_point;

std::int64_t to_us(time_point at) {
  return std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
}

time_point from_us(const json& us) {
  return instant_of<std::chrono::microseconds>(whole<std::int64_t>(us));
}

json maybe(const std::optional<time_point>& at) { return at ? json(to_us(*at)) : json(nullptr); }

std::optional<time_point> maybe(const json& us) {
  if (us.is_null()) return std::nullopt;
  return from_us(us);
}

/// `get_to` cuts off what a number does not hold.
template <class T>
void number_to(const json& from, T& to) {
  to = whole<T>(from);
}

void counts_to(const json& from, std::map<std::string, std::uint64_t>& to) {
  for (const auto& [name, count] : from.get_ref<const json::object_t&>())
    to[name] = whole<std::uint64_t>(count);
}

json to_control(const figures& what) {
  auto tallies = json::object();
  for (const auto& [name, all] : what.mdn)
    tallies[name] = {{"distinct", all.distinct}, {"values", all.values}, {"beyond", all.beyond}};
  return {{"count", what.count}, {"counts", what.counts}, {"sum", what.sum}, {"avg", what.avg},
          {"min", what.min},     {"max", what.max},       {"mdn", tallies}};
}

void from_control(const json& from, figures& to) {
  number_to(from.at("count"), to.count);
  counts_to(from.at("counts"), to.counts);
  from.at("sum").get_to(to.sum);
  from.at("avg").get_to(to.avg);
  from.at("min").get_to(to.min);
  from.at("max").get_to(to.max);
  for (const auto& [name, all] : from.at("mdn").items()) {
    auto& made = to.mdn[name];
    number_to(all.at("distinct"), made.distinct);
    for (const auto& each : all.at("values"))
      made.values.emplace_back(each.at(0), whole<std::uint64_t>(each.at(1)));
    number_to(all.at("beyond"), made.beyond);
  }
}

json to_control(const std::optional<job_error>& what) {
  if (!what) return nullptr;
  return {{"code", what->code},
          {"message", what->message},
          {"activity", what->activity},
          {"data", what->data}};
}

void from_control(const json& from, std::optional<job_error>& to) {
  to.reset();
  if (from.is_null()) return;
  to = job_error{whole<int>(from.at("code")), from.at("message"), from.at("activity"),
                 from.at("data")};
}

} // namespace

json to_control(const std::string& what) { return what; }
void from_control(const json& from, std::string& to) { from.get_to(to); }

json to_control(const reply& what) {
  return {{"status", static_cast<int>(what.is)}, {"code", what.code}, {"data", what.data}};
}

void from_control(const json& from, reply& to) {
  constexpr auto most = static_cast<int>(reply::status::error);
  const auto is = whole<int>(from.at("status"));
  to.is = static_cast<reply::status>(std::clamp(is, 0, most));
  number_to(from.at("code"), to.code);
  to.data = from.at("data");
}

json to_control(reception what) { return static_cast<int>(what); }

void from_control(const json& from, reception& to) {
  constexpr auto most = static_cast<int>(reception::repeated);
  to = static_cast<reception>(std::clamp(whole<int>(from), 0, most));
}

json to_control(const feed& what) {
  auto rows = json::array();
  for (const auto& row : what.all)
    rows.push_back({{"id", row.id},
                    {"at", to_us(row.at)},
                    {"app", row.app},
                    {"topic", row.topic},
                    {"job", row.job},
                    {"data", row.data}});
  return {{"all", std::move(rows)}, {"next", what.next}};
}

void from_control(const json& from, feed& to) {
  for (const auto& row : from.at("all"))
    to.all.push_back({row.at("id"), from_us(row.at("at")), row.at("app"), row.at("topic"),
                      row.at("job"), row.at("data")});
  from.at("next").get_to(to.next);
}

json to_control(const ending& what) {
  return {{"job", what.job},
          {"state", what.state},
          {"data", what.data},
          {"error", to_control(what.error)}};
}

void from_control(const json& from, ending& to) {
  from.at("job").get_to(to.job);
  from.at("state").get_to(to.state);
  to.data = from.at("data");
  from_control(from.at("error"), to.error);
}

json to_control(const job_info& what) {
  return {{"id", what.id},
          {"app", what.app},
          {"version", what.version},
          {"topic", what.topic},
          {"state", what.state},
          {"key", what.key},
          {"composite", what.composite},
          {"data", what.data},
          {"error", to_control(what.error)},
          {"created", to_us(what.created)},
          {"ended", maybe(what.ended)},
          {"parent", what.parent},
          {"from", what.from},
          {"children", what.children},
          {"passes", what.passes},
          {"open", what.open},
          {"history", what.history}};
}

void from_control(const json& from, job_info& to) {
  from.at("id").get_to(to.id);
  from.at("app").get_to(to.app);
  from.at("version").get_to(to.version);
  from.at("topic").get_to(to.topic);
  from.at("state").get_to(to.state);
  from.at("key").get_to(to.key);
  from.at("composite").get_to(to.composite);
  to.data = from.at("data");
  from_control(from.at("error"), to.error);
  to.created = from_us(from.at("created"));
  to.ended = maybe(from.at("ended"));
  from.at("parent").get_to(to.parent);
  from.at("from").get_to(to.from);
  from.at("children").get_to(to.children);
  from.at("passes").get_to(to.passes);
  to.open = from.at("open");
  constexpr auto most = static_cast<int>(history_mode::off);
  to.history = static_cast<history_mode>(std::clamp(whole<int>(from.at("history")), 0, most));
}

json to_control(const job_query& what) {
  return {{"app", what.app},
          {"topic", what.topic},
          {"state", what.state},
          {"index", what.index ? json{{"name", what.index->name}, {"value", what.index->value}}
                               : json(nullptr)},
          {"from", maybe(what.from)},
          {"before", maybe(what.before)},
          {"after", what.after},
          {"most", what.most}};
}

void from_control(const json& from, job_query& to) {
  to.app = from.value("app", "");
  to.topic = from.value("topic", "");
  to.state = from.value("state", "");
  if (const auto index = from.find("index"); index != from.end() && !index->is_null())
    to.index = job_query::index_value{index->at("name"), index->at("value")};
  to.from = maybe(from.value("from", json()));
  to.before = maybe(from.value("before", json()));
  to.after = from.value("after", "");
  if (const auto most = from.find("most"); most != from.end()) number_to(*most, to.most);
}

json to_control(const job_list& what) {
  auto rows = json::array();
  for (const auto& row : what.rows)
    rows.push_back({{"id", row.id},
                    {"app", row.app},
                    {"version", row.version},
                    {"topic", row.topic},
                    {"state", row.state},
                    {"created", to_us(row.created)},
                    {"ended", maybe(row.ended)}});
  return {{"rows", std::move(rows)}, {"next", what.next}};
}

void from_control(const json& from, job_list& to) {
  for (const auto& row : from.at("rows"))
    to.rows.push_back({row.at("id"), row.at("app"), row.at("version"), row.at("topic"),
                       row.at("state"), from_us(row.at("created")), maybe(row.at("ended"))});
  from.at("next").get_to(to.next);
}

json to_control(const stats_query& what) {
  return {{"topic", what.topic},
          {"key", what.key ? json(*what.key) : json(nullptr)},
          {"app", what.app},
          {"from", maybe(what.from)},
          {"before", maybe(what.before)}};
}

void from_control(const json& from, stats_query& to) {
  to.topic = from.value("topic", "");
  if (const auto key = from.find("key"); key != from.end() && !key->is_null()) to.key = *key;
  to.app = from.value("app", "");
  to.from = maybe(from.value("from", json()));
  to.before = maybe(from.value("before", json()));
}

json to_control(const std::vector<stats_info>& what) {
  auto rows = json::array();
  for (const auto& each : what) {
    auto stretches = json::array();
    for (const auto& one : each.stretches)
      stretches.push_back({{"from", maybe(one.from)}, {"what", to_control(one.what)}});
    rows.push_back({{"key", each.key},
                    {"total", to_control(each.total)},
                    {"stretches", std::move(stretches)}});
  }
  return rows;
}

void from_control(const json& from, std::vector<stats_info>& to) {
  for (const auto& row : from) {
    auto& each = to.emplace_back();
    each.key = row.at("key");
    from_control(row.at("total"), each.total);
    for (const auto& one : row.at("stretches")) {
      auto& made = each.stretches.emplace_back();
      made.from = maybe(one.at("from"));
      from_control(one.at("what"), made.what);
    }
  }
}

json to_control(const version_info& what) {
  return {
      {"app", what.app}, {"version", what.version}, {"hash", what.hash}, {"active", what.active}};
}

void from_control(const json& from, version_info& to) {
  to = {from.at("app"), from.at("version"), from.at("hash"), from.at("active")};
}

json to_control(const std::vector<version_info>& what) {
  auto rows = json::array();
  for (const auto& each : what) rows.push_back(to_control(each));
  return rows;
}

void from_control(const json& from, std::vector<version_info>& to) {
  for (const auto& each : from) from_control(each, to.emplace_back());
}

json to_control(const std::vector<json>& what) { return what; }
void from_control(const json& from, std::vector<json>& to) { to.assign(from.begin(), from.end()); }

} // namespace quipu
