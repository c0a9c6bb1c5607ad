#include "redis_bridge/rows.hpp"

#include "collation/store_rules.hpp"
#include "redis_bridge/bell.hpp"
#include "redis_bridge/names.hpp"
#include "redis_bridge/packed.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <map>

namespace quipu::redis {

using namespace names;

namespace {

obligation_row to_obligation(std::string_view name, std::string_view bytes) {
  packed_reader from{bytes};
  obligation_row row;
  row.name = name;
  if (from.array() != 7) throw broken_row{"an obligation has not seven parts"};
  const auto holds = static_cast<unsigned>(from.integer());
  row.answerable = (holds & answerable) != 0;
  row.standing = (holds & standing) != 0;
  row.returns = (holds & returns) != 0;
  from.integer(); // arming
  from.view();    // armed by
  if (!from.none()) row.due_ms = from.integer();
  row.body = from.text();
  row.backlog = from.text();
  row.waits = from.texts();
  return row;
}

/// {gid, app, version, topic, parent, created} of either.
template <class Row>
void read_identity(std::string_view bytes, Row& into, std::string* gid = nullptr) {
  packed_reader from{bytes};
  if (from.array() != 6) throw broken_row{"a job's identity has not six parts"};
  const auto first = from.text();
  if (gid != nullptr) *gid = first;
  for (auto* text : {&into.app, &into.version, &into.topic, &into.parent}) *text = from.text();
  into.created_ms = from.integer();
}

/// {state, when, ...} of either.
template <class Row>
void read_end(std::string_view bytes, Row& into) {
  packed_reader from{bytes};
  from.array();
  into.state = from.text();
  into.ended_ms = from.integer();
}

} // namespace

snapshot to_snapshot(const piece& said) {
  if (said.size() != 4) throw broken_row{"an answer holds no job where one is due"};
  snapshot seen;
  seen.job = said[0].text();
  seen.state = "running";
  for (std::size_t at = 0; at + 1 < said[1].size(); at += 2) {
    const auto name = said[1][at].text();
    const auto bytes = said[1][at + 1].text();
    if (name == ".") {
      if (bytes.size() < 50) throw broken_row{"a job's row is cut short"};
      std::memcpy(seen.at.data(), bytes.data(), seen.at.size());
      seen.owner = to_token(bytes.substr(32, 16));
    } else if (name == "i") {
      read_identity(bytes, seen, &seen.gid);
    } else if (name == "e") {
      read_end(bytes, seen);
    } else if (name.starts_with(of_engine)) {
      seen.fields.push_back({std::string{name.substr(1)}, std::string{bytes}});
    } else if (name.starts_with(of_obligation)) {
      seen.obligations.push_back(to_obligation(name.substr(1), bytes));
    }
  }
  std::ranges::sort(seen.fields, {}, &field::name);
  std::ranges::sort(seen.obligations, {}, &obligation_row::name);
  seen.records = static_cast<std::uint64_t>(said[2].integer());
  seen.mail = to_inbox(said[3]);
  return seen;
}

std::vector<snapshot> to_snapshots(const piece& said) {
  std::vector<snapshot> all;
  for (std::size_t at = 0; at < said.size(); ++at) all.push_back(to_snapshot(said[at]));
  return all;
}

std::vector<mail> to_inbox(const piece& said) {
  std::vector<std::pair<std::int64_t, mail>> came;
  for (std::size_t at = 0; at + 1 < said.size(); at += 2) {
    packed_reader from{said[at + 1].text()};
    if (from.array() != 4) throw broken_row{"mail has not four parts"};
    const auto number = from.integer();
    mail made{said[at].string(), from.text(), from.text(), from.text()};
    came.emplace_back(number, std::move(made));
  }
  std::ranges::sort(came, {}, [](const auto& each) { return each.first; });
  std::vector<mail> inbox;
  inbox.reserve(came.size());
  for (auto& [number, each] : came) inbox.push_back(std::move(each));
  return inbox;
}

job_row to_job_row(const piece& said) {
  job_row row;
  row.job = said[0].text();
  row.state = "running";
  read_identity(said[1].text(), row);
  if (!said[2].text().empty()) read_end(said[2].text(), row);
  return row;
}

std::vector<lease> to_leases(const piece& said) {
  std::vector<lease> all;
  for (std::size_t at = 0; at + 1 < said.size(); at += 2) {
    packed_reader from{said[at + 1].text()};
    from.array();
    const auto until = from.integer();
    const bool spent = from.boolean();
    if (!spent) all.push_back({to_token(said[at].text()), until, from.text()});
  }
  std::ranges::sort(all, {}, &lease::owner);
  return all;
}

namespace {

/// "LENGTH:CELLTEXT"
std::pair<std::string, std::string> joined(const std::string& name) {
  std::size_t size = 0;
  const auto* end = name.data() + name.size();
  const auto [colon, error] = std::from_chars(name.data(), end, size);
  const auto rest = static_cast<std::size_t>(end - colon);
  if (error != std::errc{} || rest == 0 || *colon != ':' || size > rest - 1)
    throw broken_row{"a tally has no name"};
  return {std::string{colon + 1, size}, std::string{colon + 1 + size, end}};
}

} // namespace

measures_part to_measures_part(const piece& said) {
  measures_part part;
  part.place = said[0].text();
  auto& row = part.row;
  std::map<std::pair<std::string, std::string>, std::pair<measures_row::cell, char>> cells;
  for (std::size_t at = 0; at + 1 < said[1].size(); at += 2) {
    const auto field = said[1][at].text();
    const auto bytes = said[1][at + 1].string();
    if (field.empty()) throw broken_row{"a row of measures has a field without a name"};
    auto name = std::string{field.substr(1)};
    if (field == ".") {
      packed_reader from{bytes};
      from.array();
      row.key = from.text();
      row.from_ms = from.integer();
    } else if (field.starts_with('+')) {
      cells[{name, ""}] = {{name, "", said[1][at + 1].number()}, field[0]};
    } else if (field.find_first_of("<=>") == 0) {
      cells[{name, ""}] = {{name, bytes, 0}, field[0]};
    } else {
      auto [cell, text] = joined(name);
      cells[{cell, text}] = {{cell, text, said[1][at + 1].number()}, field[0]};
    }
  }
  for (auto& [place, cell] : cells) {
    row.cells.push_back(std::move(cell.first));
    part.kinds += cell.second;
  }
  return part;
}

void merge(measures_part& into, measures_part from) {
  const auto is_text = [](char kind) { return kind != '+' && kind != '#'; };
  for (std::size_t at = 0; at < from.kinds.size(); ++at) {
    auto& cell = from.row.cells[at];
    const auto kind = from.kinds[at];
    // By name, and a tally's by its text, too.
    std::size_t to = 0;
    for (; to < into.kinds.size(); ++to) {
      const auto& other = into.row.cells[to];
      if (other.name > cell.name ||
          (other.name == cell.name && (is_text(kind) || other.text >= cell.text)))
        break;
    }
    const bool is_there = to < into.kinds.size() && into.row.cells[to].name == cell.name &&
                          (is_text(kind) || into.row.cells[to].text == cell.text);
    if (!is_there) {
      into.row.cells.insert(into.row.cells.begin() + static_cast<std::ptrdiff_t>(to),
                            std::move(cell));
      into.kinds.insert(to, 1, kind);
    } else if (auto& mine = into.row.cells[to]; !is_text(kind)) {
      mine.amount += cell.amount;
    } else if (kind == '<' ? cell.text < mine.text : cell.text > mine.text) {
      mine.text = std::move(cell.text);
    }
  }
}

audit_row to_audit_row(const piece& said) {
  return {said[0].string(),       said[1].string(), said[2].string(),
          said[3].integer() == 1, said[4].string(), said[5].string()};
}

app_version to_app(std::string_view row) {
  packed_reader from{row};
  app_version made;
  if (from.array() != 4) throw broken_row{"a version has not four parts"};
  for (auto* text : {&made.app, &made.version, &made.hash}) *text = from.text();
  made.public_topics = from.texts();
  return made;
}

published_row to_published(const piece& said) {
  published_row row;
  std::uint64_t number = 0;
  const auto id = said[0].text();
  if (std::from_chars(id.data(), id.data() + id.size(), number).ec != std::errc{})
    throw broken_row{"a publication has no number"};
  row.id = store_rules::publication_id(number);
  const auto value = [&](std::size_t at) { return said[1][2 * at + 1]; };
  if (said[1].size() != 10) throw broken_row{"a publication has not five parts"};
  row.at_ms = value(0).number();
  row.what = {value(1).string(), value(2).string(), value(3).string(), value(4).string()};
  return row;
}

} // namespace quipu::redis
