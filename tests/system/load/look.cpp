#include "look.hpp"

#include "actors/answered.hpp"
#include "lmdb_bridge/lmdb_ledger.hpp"
#include "redis_bridge/redis_ledger.hpp"

#include <quipu/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace {

using quipu::json;
using quipu::ledger;

constexpr std::size_t page = 1000;

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text.push_back(digits[value >> 4U]);
    text.push_back(digits[value & 15U]);
  }
  return text;
}

void print(const json& line) {
  const auto text = line.dump(-1, ' ', true, json::error_handler_t::replace) + '\n';
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
    throw std::runtime_error{"stdout takes nothing more"};
}

/// The answer of one call.
template <class T, class... Given, class... Arguments>
T ask(ledger& from, void (ledger::*call)(Given...), Arguments&&... arguments) {
  quipu::answered<T> done;
  (from.*call)(std::forward<Arguments>(arguments)..., done.then());
  auto answer = done.wait();
  if (!answer) throw std::runtime_error{answer.error().message};
  return std::move(*answer);
}

json shown(const quipu::obligation_row& row) {
  json made{{"name", row.name},         {"body", hex(row.body)}, {"answerable", row.answerable},
            {"standing", row.standing}, {"waits", row.waits},    {"returns", row.returns},
            {"backlog", row.backlog}};
  if (row.due_ms) made["due"] = *row.due_ms;
  return made;
}

json shown(const quipu::snapshot& what) {
  json made{{"job", what.job},
            {"gid", what.gid},
            {"app", what.app},
            {"version", what.version},
            {"topic", what.topic},
            {"parent", what.parent},
            {"state", what.state},
            {"created", what.created_ms},
            {"ended", what.ended_ms},
            {"owner", what.owner},
            {"head", quipu::to_hex(what.at)},
            {"count", what.records}};
  made["fields"] = json::object();
  for (const auto& field : what.fields) made["fields"][field.name] = hex(field.bytes);
  made["obligations"] = json::array();
  for (const auto& row : what.obligations) made["obligations"].push_back(shown(row));
  made["mail"] = json::array();
  for (const auto& mail : what.mail)
    made["mail"].push_back({{"id", mail.id},
                            {"kind", mail.kind},
                            {"obligation", mail.obligation},
                            {"body", hex(mail.body)}});
  return made;
}

void print_job(ledger& from, const std::string& id, const std::set<std::string>& known) {
  const auto what = ask<quipu::snapshot>(from, &ledger::read, id);
  // Mail comes without a record: what has any is looked at again.
  if (what.mail.empty() && known.contains(id + ' ' + quipu::to_hex(what.at)))
    return print({{"job", id}, {"same", true}});
  auto made = shown(what);
  auto& records = made["records"] = json::array();
  for (std::uint64_t next = 1; next <= what.records;) {
    const auto got = ask<quipu::history_page>(from, &ledger::history, id, next, page);
    if (got.records.empty()) break;
    for (const auto& record : got.records) records.push_back(hex(record));
    next = got.first + got.records.size();
  }
  print(made);
}

template <class Use>
void each_job(ledger& in, Use use) {
  quipu::job_filter which;
  which.most = page;
  do {
    const auto got = ask<quipu::job_page>(in, &ledger::jobs, which);
    for (const auto& row : got.rows) use(row);
    which.after = got.next;
  } while (!which.after.empty());
}

void print_all(ledger& from, const std::set<std::string>& known) {
  for (const auto& each : ask<std::vector<quipu::app_version>>(from, &ledger::apps)) {
    const auto whole = ask<quipu::app_version>(from, &ledger::fetch, each.app, each.version);
    print({{"app", whole.app}, {"version", whole.version}, {"source", json::parse(whole.source)}});
  }
  each_job(from, [&](const quipu::job_row& row) { print_job(from, row.job, known); });
  for (std::string after;;) {
    const auto got = ask<std::vector<quipu::published_row>>(from, &ledger::published, after, page);
    for (const auto& each : got)
      print({{"publication", each.id},
             {"topic", each.what.topic},
             {"of", each.what.job},
             {"body", hex(each.what.body)}});
    if (got.empty()) break;
    after = got.back().id;
  }
}

/// The rows that only jobs which run have: as a directory has them.
void print_rows(quipu::lmdb_ledger& from) {
  constexpr std::array left_over{"sets",  "queues", "ready", "timers",  "board",   "backlog",
                                 "parts", "jobs",   "ids",   "history", "running", "ended"};
  quipu::answered<std::vector<std::string>> rows;
  from.dump(rows.then());
  const auto got = rows.wait();
  if (!got) throw std::runtime_error{got.error().message};
  for (const auto& row : *got) {
    const auto first = row.find(' ');
    const auto second = row.find(' ', first + 1);
    const auto table = row.substr(0, first);
    if (std::ranges::find(left_over, table) == left_over.end()) continue;
    json line{{"table", table}, {"key", row.substr(first + 1, second - first - 1)}};
    if (table == "timers") line["value"] = row.substr(second + 1);
    print(line);
  }
}

/// As a server has them: the kinds of timers are called as in a directory.
void print_rows(quipu::redis_ledger& from) {
  constexpr std::string_view kinds = "ojesxm";
  constexpr std::size_t kind_at = 15;
  std::string after;
  do {
    const auto got = ask<quipu::audit_page>(from, &ledger::audit, after, page);
    for (const auto& row : got.rows) {
      if (row.claimed) continue;
      json line{{"table", row.table}, {"key", row.key}};
      if (row.table == "timers") {
        const auto member = row.value.substr(row.value.find(' ') + 1);
        line["value"] = "%0" + std::to_string(kinds.find(member.at(kind_at))) + member;
      }
      print(line);
    }
    after = got.next;
  } while (!after.empty());
}

template <class Store, class Use>
void with_store(typename Store::options with, Use use) {
  auto opened = Store::open(std::move(with));
  if (!opened) throw std::runtime_error{opened.error().message};
  use(**opened);
}

/// `store`: the address of a server, or lmdb:DIR.
template <class Use>
int opened(const std::string& store, bool read_only, Use use) {
  try {
    if (quipu::redis::is_address(store)) {
      const auto where = quipu::redis::address::parse(store);
      if (!where) throw std::runtime_error{where.error().message};
      quipu::redis_ledger::options with;
      with.at = *where;
      with.read_only = read_only;
      with_store<quipu::redis_ledger>(std::move(with), use);
    } else {
      quipu::lmdb_ledger::options with;
      with.path = store.substr(store.find(':') + 1);
      with.read_only = read_only;
      with_store<quipu::lmdb_ledger>(std::move(with), use);
    }
    return 0;
  } catch (const std::exception& why) {
    std::fprintf(stderr, "load: %s\n", why.what());
    return 1;
  }
}

} // namespace

int look(const std::string& store, const std::string& known) {
  std::set<std::string> heads;
  std::ifstream lines{known};
  for (std::string line; std::getline(lines, line);) heads.insert(line);
  return opened(store, true, [&](auto& from) {
    print_all(from, heads);
    print_rows(from);
  });
}

int scrub(const std::string& store) {
  return opened(store, false, [](ledger& from) {
    std::vector<std::string> ended;
    each_job(from, [&](const quipu::job_row& row) {
      if (row.state != "running") ended.push_back(row.job);
    });
    for (const auto& id : ended) {
      quipu::answered<void> done;
      from.scrub(id, done.then());
      if (const auto gone = done.wait(); !gone) throw std::runtime_error{gone.error().message};
    }
  });
}
