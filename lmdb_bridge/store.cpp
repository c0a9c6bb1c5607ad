#include "lmdb_bridge/store.hpp"

#include <fmt/format.h>

namespace quipu::lmdb {

namespace {

// Decoded jobs that are kept; beyond, all are forgotten and read again.
constexpr std::size_t most_jobs_kept = 8192;

// Bytes of the file and of its disk that no new job gets, or a quarter of them.
constexpr std::size_t most_kept_free = std::size_t{64} << 20U;
/// For the rows of a commit itself, the roots of the tables and the list of free pages.
constexpr std::size_t commit_room = std::size_t{1} << 20U;

// How far the newest time may run ahead of what is stored of it.
constexpr std::int64_t newest_step_ms = 1000;

std::string printable(std::string_view bytes) {
  std::string text;
  for (auto byte : bytes)
    if (byte > ' ' && byte < '\x7f')
      text.push_back(byte);
    else
      fmt::format_to(std::back_inserter(text), "%{:02x}", static_cast<unsigned char>(byte));
  return text;
}

} // namespace

store::store(const environment& in) : in_{&in}, limit_{in.map_size()} {
  txn_.emplace(in, true);
  load_counters();
  txn_.reset();
}

void store::begin(bool read_only) {
  if (txn_) return;
  txn_.emplace(*in_, read_only);
  free_pages_.reset();
}

void store::flush() {
  for (auto number : touched_) {
    if (const auto found = jobs_.find(number); found != jobs_.end()) save(found->second);
    let_rest(number);
  }
  touched_.clear();
  for (auto number : loaded_) let_rest(number);
  loaded_.clear();
  in_hand_.reset();
  if (jobs_.size() <= most_jobs_kept) return;
  jobs_.clear();
  numbers_.clear();
}

void store::commit() {
  if (txn().has_written() && (counters_ != written_ || now > counters_.newest + newest_step_ms)) {
    counters_.newest = std::max(counters_.newest, now);
    packer row;
    row.number(counters_.births).number(counters_.armings).number(counters_.publishings);
    row.number(counters_.published_bytes).time(counters_.newest);
    txn().put(table::meta, "counters", row.bytes);
  }
  txn().commit();
  txn_.reset();
  written_ = counters_;
  if (std::exchange(stretched_, false)) in_->resize(limit_);
}

bool store::stretch() {
  if (std::exchange(stretched_, true)) return false;
  in_->resize(limit_ + commit_room);
  return true;
}

void store::abort() {
  txn_.reset();
  jobs_.clear();
  numbers_.clear();
  touched_.clear();
  loaded_.clear();
  bells.clear();
  in_hand_.reset();
  counters_ = written_;
}

bool store::pass_by(const broken_row& why) {
  if (!in_hand_) return false;
  leave(*in_hand_, why.what());
  return true;
}

store::room store::room_for_jobs() {
  MDB_envinfo info{};
  MDB_stat stat_of{};
  mdb_env_info(in_->raw(), &info);
  mdb_env_stat(in_->raw(), &stat_of);
  const auto page = std::size_t{stat_of.ms_psize};
  const auto on_disk = in_->disk_room();
  const auto file = (info.me_last_pgno + 1) * page;
  const auto kept = std::min({most_kept_free, info.me_mapsize / 4, (file + on_disk) / 4});
  // Pages are copied on the way to what is written, so count each byte twice.
  const auto needed = (kept + 2 * txn().written_bytes()) / page;
  const auto in_map = (info.me_mapsize - file) / page;
  const auto growth = std::min(in_map, on_disk / page);
  if (growth >= needed) return room::enough;
  // LMDB shows the list to readers only. Once a transaction: it may be long.
  if (!free_pages_) free_pages_ = transaction{*in_, true}.count_free();
  if (growth + *free_pages_ >= needed) return room::enough;
  return growth < in_map ? room::full_disk : room::full_file;
}

void store::load_counters() {
  if (const auto row = txn().get(table::meta, "counters")) {
    unpacker from{*row};
    counters_.births = from.number();
    counters_.armings = from.number();
    counters_.publishings = from.number();
    counters_.published_bytes = from.number();
    counters_.newest = from.time();
  }
  written_ = counters_;
}

job* store::find(const std::string& id) {
  if (const auto known = numbers_.find(id); known != numbers_.end()) return &load(known->second);
  const auto row = txn().get(table::ids, key(id));
  return row ? &load(read_be64(*row)) : nullptr;
}

job& store::load(std::uint64_t number) {
  if (const auto known = jobs_.find(number); known != jobs_.end()) return known->second;
  const auto row = txn().get(table::jobs, be64(number));
  if (!row) throw broken_row{fmt::format("job number {} is named, but it is not there", number)};
  auto& made = jobs_.emplace(number, decode_job(number, *row)).first->second;
  numbers_.emplace(made.about.job, number);
  loaded_.push_back(number);
  return made;
}

// What has no owner is not kept decoded.
void store::let_rest(std::uint64_t number) {
  const auto found = jobs_.find(number);
  if (found == jobs_.end() || found->second.about.owner != 0) return;
  numbers_.erase(found->second.about.job);
  jobs_.erase(found);
}

// The job will be written at the end of this call.
job& store::touch(job& of) {
  if (!std::exchange(of.touched, true)) touched_.push_back(of.number);
  return of;
}

void store::save(job& of) {
  save_borrowed(of);
  if (std::exchange(of.touched, false)) txn().put(table::jobs, be64(of.number), encode(of));
}

// The first row of a queue that is not passed by.
std::optional<stored_row> store::next_in(table queue, std::string_view prefix) {
  in_hand_.reset();
  std::optional<stored_row> next;
  txn().inspect(queue, prefix, [&](std::string_view at, std::string_view value, bool sound) {
    if (!at.starts_with(prefix)) return false;
    if (!passed_by_.empty() && passed_by_.contains({queue, std::string{at}})) return true;
    if (sound)
      next.emplace(at, value);
    else
      leave({queue, std::string{at}}, "it does not match its checksum");
    return !sound;
  });
  return next;
}

void store::leave(const row_key& damaged, std::string_view why) {
  passed_by_.insert(damaged);
  complaints.push_back(fmt::format(
      "row {} of {} is passed by: {}; `quipu verify` says what is damaged",
      printable(damaged.second), table_names[static_cast<std::size_t>(damaged.first)], why));
}

std::vector<std::string> store::dump() {
  std::vector<std::string> rows;
  for (std::size_t i = 0; i < table_names.size(); ++i)
    txn().walk(static_cast<table>(i), {}, [&](std::string_view at, std::string_view value) {
      rows.push_back(fmt::format("{} {} {}", table_names[i], printable(at), printable(value)));
      return true;
    });
  return rows;
}

} // namespace quipu::lmdb
