#include "lmdb_bridge/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <tuple>

/// What rows say of each other, as claims and rows that must be the same.
///
/// | claimed by | rows |
/// |---|---|
/// | a job's row | ids, sets, queues, ready, running or ended, indexed; its obligations' timers, board and backlog |
/// | the head of a row of measures | its timer |
/// | an early signal, a timer of what was said | the timer, the said row |
///
/// What only a job may have (parts, history, late marks) is given when there is no such job, a cell
/// of measures when it has no head.
namespace quipu::lmdb {

namespace {

std::string to_text(std::string_view bytes) {
  std::string made;
  for (auto byte : bytes)
    fmt::format_to(std::back_inserter(made), "{:02x}", static_cast<unsigned char>(byte));
  return made;
}

/// "TABLE:KEY", both in hexadecimal.
std::optional<std::pair<std::size_t, std::string>> parse(std::string_view text) {
  const auto read = [](std::string_view digits) -> std::optional<unsigned> {
    unsigned value = 0;
    const auto* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value, 16);
    if (digits.size() != 2 || error != std::errc{} || stop != end) return std::nullopt;
    return value;
  };
  const auto which = read(text.substr(0, 2));
  if (!which || *which >= table_names.size() || text.size() % 2 == 0 || text[2] != ':')
    return std::nullopt;
  std::string key;
  for (std::size_t at = 3; at < text.size(); at += 2) {
    const auto byte = read(text.substr(at, 2));
    if (!byte) return std::nullopt;
    key.push_back(static_cast<char>(*byte));
  }
  return std::pair{std::size_t{*which}, std::move(key)};
}

std::optional<table> table_named(std::string_view name) {
  const auto found = std::ranges::find(table_names, name);
  if (found == table_names.end()) return std::nullopt;
  return static_cast<table>(found - table_names.begin());
}

} // namespace

/// Makes one page.
class store::auditor {
public:
  auditor(store& of, std::size_t most) : of_(of), most_(most) {}

  audit_page page;

  /// From `key` of table `which` on, to the end of the page.
  void go(std::size_t which, std::string key) {
    for (; which < table_names.size(); ++which, key.clear()) {
      const auto in = static_cast<table>(which);
      of_.txn().inspect(in, key, [&](std::string_view at, std::string_view value, bool sound) {
        if (page.rows.size() >= most_) {
          page.next = fmt::format("{:02x}:{}", which, to_text(at));
          return false;
        }
        if (sound)
          look(in, at, value);
        else
          trouble(in, at, "does not match its checksum");
        return true;
      });
      if (!page.next.empty()) return;
    }
  }

private:
  void add(table in, std::string_view at, std::string_view value, bool claimed,
           std::string_view job = {}, std::string why = {}) {
    page.rows.push_back({table_names[static_cast<std::size_t>(in)], std::string{at},
                         std::string{value}, claimed, std::string{job}, std::move(why)});
  }
  void claim(table in, std::string_view at, std::string_view value, std::string_view job = {}) {
    add(in, at, value, true, job);
  }
  void trouble(table in, std::string_view at, std::string why) {
    add(in, at, {}, false, {}, std::move(why));
  }

  void look(table in, std::string_view at, std::string_view value) {
    try {
      switch (in) {
      case table::meta:
      case table::apps:
      case table::leases:
      case table::publications: return;
      case table::jobs: return job_row(read_be64(at), value);
      case table::parts: return part(at, value);
      case table::history: return if_lost(in, read_be64(at), at, value);
      case table::timers: return timer_row(at, value);
      case table::board: return board_row(at, value);
      case table::measures: return measures_cell(at, value);
      default: return add(in, at, value, false);
      }
    } catch (const broken_row& why) {
      trouble(in, at, why.what());
    }
  }

  bool is_there(std::uint64_t job) const {
    return of_.txn().get(table::jobs, be64(job)).has_value();
  }

  void if_lost(table in, std::uint64_t job, std::string_view at, std::string_view value) {
    if (!is_there(job)) add(in, at, value, false);
  }

  void job_row(std::uint64_t number, std::string_view value) {
    const auto of = decode_job(number, value);
    const auto& about = of.about;
    const auto& id = about.job;
    const auto mine = be64(number);
    claim(table::ids, key(id), mine, id);
    if (of.runs())
      claim(table::running, key(biased(about.created_ms), number), {}, id);
    else
      claim(table::ended, key(biased(about.ended_ms), number), {}, id);
    const auto since = biased(of.runs() ? about.created_ms : about.ended_ms);
    for (const auto& [name, by] : of.index)
      claim(table::indexed, key(name, by, of.runs() ? 'r' : 'e', since, number), {}, id);
    if (about.owner != 0) claim(table::sets, key(about.owner, number), {}, id);
    if (of.queued != 0) claim(table::queues, key(about.owner, of.queued), mine, id);
    if (of.ready != 0) claim(table::ready, be64(of.ready), mine, id);
    if (of.runs() && of.has_mail() && about.owner == 0 && of.ready == 0)
      trouble(table::jobs, mine, fmt::format("job \"{}\" has mail, and nobody will look", id));
    if (of.expiry.arming != 0)
      claim(table::timers, key_of(of.expiry),
            packer{}.number(static_cast<unsigned>(timer::expiry)).number(number).bytes, id);
    for (const auto& open : of.obligations) obligation_of(number, id, open);
    count(of);
  }

  /// What its row says is outside, and what is.
  void count(const job& of) {
    std::uint64_t fields = 0;
    std::uint64_t obligations = 0;
    std::uint64_t mail = 0;
    if (of.fields_outside + of.obligations_outside + of.mail_outside > 0)
      of_.txn().inspect(table::parts, be64(of.number),
                        [&](std::string_view at, std::string_view, bool) {
                          if (!at.starts_with(be64(of.number)) || at.size() < 9) return false;
                          fields += at[8] == 'f' ? 1 : 0;
                          obligations += at[8] == 'o' ? 1 : 0;
                          mail += at[8] == 'm' ? 1 : 0;
                          return true;
                        });
    if (fields != of.fields_outside || obligations != of.obligations_outside ||
        mail != of.mail_outside)
      trouble(table::jobs, be64(of.number),
              fmt::format("job \"{}\" has {} fields, {} obligations and {} mails in rows of their "
                          "own; its row says {}, {} and {}",
                          of.about.job, fields, obligations, mail, of.fields_outside,
                          of.obligations_outside, of.mail_outside));
  }

  void obligation_of(std::uint64_t number, const std::string& id, const obligation& open) {
    if (open.answered) return;
    const auto about = packer{}.number(number).text(open.row.name).bytes;
    if (open.timed)
      claim(table::timers, key(biased(open.row.due_ms.value_or(0)), open.arming),
            packer{}.number(static_cast<unsigned>(timer::obligation)).bytes + about, id);
    for (const auto& board : open.row.waits)
      claim(table::board, key(board, 'w', open.arming), about, id);
    if (open.in_backlog) claim(table::backlog, key(open.row.backlog, open.arming), about, id);
  }

  void part(std::string_view at, std::string_view value) {
    const auto number = read_be64(at);
    const auto row = of_.txn().get(table::jobs, be64(number));
    if (!row) return add(table::parts, at, value, false);
    if (at.size() < 9 || at[8] != 'o') return;
    unpacker from{value};
    const auto open = decode_obligation(from);
    obligation_of(number, decode_job(number, *row).about.job, open);
  }

  void timer_row(std::string_view at, std::string_view value) {
    unpacker from{value};
    switch (static_cast<timer>(from.number())) {
    case timer::said: {
      const auto number = from.number();
      return claim(table::said, key(number, from.text()), at);
    }
    case timer::spent: return;
    case timer::obligation:
    case timer::expiry:
    case timer::measures:
    case timer::early: return add(table::timers, at, value, false);
    }
    trouble(table::timers, at, "is of an unknown kind");
  }

  void measures_cell(std::string_view at, std::string_view value) {
    const auto row = row_of_measures(at);
    if (at == row + 'm') {
      if (const auto until = expiry_of_measures(value))
        claim(table::timers, key_of(*until), due_measures(row).bytes);
    } else if (!of_.txn().get(table::measures, row + 'm')) {
      add(table::measures, at, value, false);
    }
  }

  void board_row(std::string_view at, std::string_view value) {
    // T(board), then the letter that says what it is.
    const auto length = static_cast<unsigned char>(at.front());
    const auto letter_at = 1 + (length == 0xffU ? sizeof(head) : std::size_t{length});
    if (at.size() <= letter_at) return trouble(table::board, at, "has a key that is cut short");
    switch (at[letter_at]) {
    case 'w': return add(table::board, at, value, false);
    case 'e': return early(at, value);
    case 'l': return if_lost(table::board, read_be64(at, letter_at + 1), at, value);
    default: return trouble(table::board, at, "is of an unknown kind");
    }
  }

  void early(std::string_view at, std::string_view value) {
    unpacker from{value};
    (void)decode_mail(from);
    (void)from.number();
    std::vector<std::string> boards;
    from.texts(boards);
    timer_key until;
    until.due = from.time();
    until.arming = from.number();
    if (boards.empty()) throw broken_row{"an early signal is kept at no board"};
    if (at != key(boards.front(), 'e')) return; // one timer for all of its boards
    claim(table::timers, key_of(until),
          packer{}.number(static_cast<unsigned>(timer::early)).text(boards.front()).bytes);
  }

  store& of_;
  std::size_t most_;
};

result<audit_page> store::audit(const std::string& after, std::size_t most) {
  std::size_t which = 0;
  std::string from;
  if (!after.empty()) {
    auto given = parse(after);
    if (!given)
      return failure{fault::bad_request,
                     fmt::format("\"{}\" is nothing that a page of the audit gave", after)};
    std::tie(which, from) = std::move(*given);
  }
  auditor made{*this, std::max<std::size_t>(most, 1)};
  made.go(which, std::move(from));
  return std::move(made.page);
}

result<void> store::mend(const audit_row& what) {
  const auto in = table_named(what.table);
  const auto nothing = failure{
      fault::conflict, fmt::format("{} {} is as it should be", what.table, to_text(what.key))};
  if (!in || !what.trouble.empty()) return nothing;
  if (!what.claimed) {
    if (!txn().erase(*in, what.key)) return nothing;
  } else {
    txn().put(*in, what.key, what.value);
  }
  jobs_.clear();
  numbers_.clear();
  return {};
}

} // namespace quipu::lmdb
