#include "collation/refusals.hpp"
#include "collation/store_rules.hpp"
#include "lmdb_bridge/store.hpp"

#include <algorithm>
#include <map>

/// Where signals find waits: in order of arrival; at most one early signal; what is late.
namespace quipu::lmdb {

using namespace store_rules;

namespace {

// The number that ends the key of a wait.
std::uint64_t arming_of(std::string_view key) { return read_be64(key, key.size() - 8); }

} // namespace

result<signalled> store::send(const signal& what) {
  if (!what.id.empty() && was_said(0, what.id)) return signalled::repeated;
  if (what.all) return send_to_all(what);
  // The wait that began first, wherever it stands.
  std::optional<std::pair<std::uint64_t, std::string>> first;
  bool late = false;
  for (const auto& at : what.boards) {
    late = late || txn().first(table::board, key(at, 'l'));
    const auto wait = txn().first(table::board, key(at, 'w'));
    if (!wait) continue;
    const auto arming = arming_of(wait->first);
    if (!first || arming < first->first) first = {arming, wait->second};
  }
  if (first) {
    if (auto done = answer_wait(first->second, what.what, what.keeps_open); !done)
      return done.error();
    if (!what.id.empty()) say(0, what.id);
    return signalled::answered;
  }
  if (late || what.boards.empty()) return refusals::nobody_waits(what.boards);
  const auto equal = [&](const std::string& at) {
    const auto kept = early_at(at);
    return kept && kept->what.kind == what.what.kind && kept->what.body == what.what.body &&
           kept->keeps_open == what.keeps_open;
  };
  if (!what.id.empty()) say(0, what.id);
  if (std::ranges::all_of(what.boards, equal)) return signalled::early;
  for (const auto& at : what.boards) drop_early(at);
  const auto until =
      arm_timer(what.keep_until_ms,
                packer{}.number(static_cast<unsigned>(timer::early)).text(what.boards.front()));
  packer row;
  encode(row, what.what);
  row.number(what.keeps_open ? 1 : 0).texts(what.boards).time(until.due).number(until.arming);
  for (const auto& at : what.boards) txn().put(table::board, key(at, 'e'), row.bytes);
  return signalled::early;
}

signalled store::send_to_all(const signal& what) {
  if (!what.id.empty()) say(0, what.id);
  std::map<std::uint64_t, std::string> waits;
  for (const auto& at : what.boards)
    txn().walk(table::board, key(at, 'w'), [&](std::string_view where, std::string_view value) {
      waits.emplace(arming_of(where), value);
      return true;
    });
  for (const auto& [arming, wait] : waits) {
    auto mine = what.what;
    unpacker from{wait};
    from.number();
    mine.id += ':' + from.text();
    (void)answer_wait(wait, std::move(mine), what.keeps_open).ok();
  }
  return waits.empty() ? signalled::early : signalled::answered;
}

result<void> store::answer_wait(std::string_view wait, mail what, bool keeps_open) {
  unpacker from{wait};
  auto& of = load(from.number());
  what.obligation = from.text();
  return deliver(&of, of.about.job, what, keeps_open, sender::store);
}

// A wait is over: signals for it are late, if it is the last of its hook and does not return.
void store::remember(job& of, const obligation_row& wait) {
  if (wait.returns) return;
  const auto last = std::ranges::find(of.hooks, wait.name, &last_wait::obligation);
  if (last != of.hooks.end()) mark_late(of, *last);
}

void store::mark_late(const job& of, const last_wait& wait) {
  for (const auto& at : wait.boards)
    txn().put(table::board, key(at, 'l', of.number, wait.hook), {});
}

void store::unmark_late(const job& of, const last_wait& wait) {
  for (const auto& at : wait.boards) txn().erase(table::board, key(at, 'l', of.number, wait.hook));
}

// The job waits, so what came too early for it is delivered.
void store::meet_early(job& of, const std::string& name) {
  const auto waits = find_obligation(of, name)->row.waits;
  for (const auto& at : waits) {
    if (find_obligation(of, name)->answered) return;
    auto met = early_at(at);
    if (!met) continue;
    drop_early(at);
    if (met->until.due <= now) continue;
    met->what.obligation = name;
    (void)deliver(&of, of.about.job, met->what, met->keeps_open, sender::store).ok();
  }
}

std::optional<store::early_signal> store::early_at(const std::string& board) {
  const auto row = txn().get(table::board, key(board, 'e'));
  if (!row) return std::nullopt;
  unpacker from{*row};
  early_signal kept;
  kept.what = decode_mail(from);
  kept.keeps_open = from.number() != 0;
  from.texts(kept.boards);
  kept.until.due = from.time();
  kept.until.arming = from.number();
  return kept;
}

void store::drop_early(const std::string& board) {
  const auto kept = early_at(board);
  if (!kept) return;
  txn().erase(table::timers, key_of(kept->until));
  for (const auto& at : kept->boards) txn().erase(table::board, key(at, 'e'));
}

} // namespace quipu::lmdb
