#include "lmdb_bridge/environment.hpp"

#include "lmdb_bridge/directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cstring>
#include <set>

namespace quipu::lmdb {

namespace {

MDB_val as_val(std::string_view bytes) { return {bytes.size(), const_cast<char*>(bytes.data())}; }

std::string_view as_view(const MDB_val& value) {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

void check(int code, std::string_view doing) {
  if (code != MDB_SUCCESS) throw trouble{code, doing};
}

std::size_t room_of(const struct statvfs& disk) {
  return static_cast<std::size_t>(disk.f_bavail) * disk.f_frsize;
}

/// LMDB says EIO when the disk took only a part of what it wrote: that is how a disk becomes full.
int cause_of(int code, std::size_t disk_room) {
  constexpr std::size_t nothing = 1U << 18U;
  return code == EIO && disk_room < nothing ? ENOSPC : code;
}

/// LMDB maps its table of readers, and a page of it that has no room on the disk is a SIGBUS: so it
/// gets its room before. As large as LMDB makes it.
int reserve_lock_file(const std::string& directory) {
  constexpr off_t size = 8192;
  const auto descriptor =
      ::open((directory + "/lock.mdb").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return errno;
  const auto code = posix_fallocate(descriptor, 0, size);
  ::close(descriptor);
  return code;
}

failure opening(const std::string& directory, int code) {
  const auto broken = code == MDB_INVALID || code == MDB_VERSION_MISMATCH ||
                      code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND || code == MDB_PANIC;
  return {broken ? fault::corrupt : fault::unavailable,
          fmt::format("{} cannot be opened: {}{}", data_file(directory), mdb_strerror(code),
                      broken ? "; it is not a data file of quipu, or it is damaged" : "")};
}

// LMDB's own table 0, the pages that no state of the file uses: transaction -> count, pages.
template <class Each>
void walk_free(MDB_txn* txn, Each each) {
  MDB_cursor* raw = nullptr;
  check(mdb_cursor_open(txn, 0, &raw), "read the list of free pages");
  const std::unique_ptr<MDB_cursor, decltype(&mdb_cursor_close)> at{raw, &mdb_cursor_close};
  MDB_val found{};
  MDB_val list{};
  auto code = mdb_cursor_get(raw, &found, &list, MDB_NEXT);
  for (; code == MDB_SUCCESS; code = mdb_cursor_get(raw, &found, &list, MDB_NEXT)) {
    std::size_t count = 0;
    if (list.mv_size < sizeof count) throw trouble{MDB_CORRUPTED, "read the list of free pages"};
    std::memcpy(&count, list.mv_data, sizeof count);
    each(std::min(count, list.mv_size / sizeof count - 1), static_cast<const char*>(list.mv_data));
  }
  if (code != MDB_NOTFOUND) throw trouble{code, "read the list of free pages"};
}

} // namespace

namespace {

constexpr std::size_t seal_size = 4;

/// CRC-32 of a key and its value, big-endian.
std::array<char, seal_size> seal(std::string_view key, std::string_view value) {
  const auto add = [](uLong sum, std::string_view bytes) {
    if (bytes.empty()) return sum; // which zlib takes for a new beginning
    return crc32_z(sum, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  };
  const auto sum = add(add(crc32_z(0, nullptr, 0), key), value);
  return {static_cast<char>(sum >> 24U), static_cast<char>(sum >> 16U),
          static_cast<char>(sum >> 8U), static_cast<char>(sum)};
}

std::string_view whole_row(std::string_view key, std::optional<std::string_view> value) {
  if (value) return *value;
  throw broken_row{fmt::format("a row of {} bytes of key does not match its checksum", key.size())};
}

} // namespace

trouble::trouble(int error, std::string_view doing)
    : std::runtime_error{fmt::format("cannot {}: {}", doing, mdb_strerror(error))}, code{error} {}

result<environment> environment::open(const std::string& directory, std::size_t map_size,
                                      bool read_only) {
  environment made;
  MDB_env* raw = nullptr;
  if (const auto code = mdb_env_create(&raw)) return opening(directory, code);
  made.env_.reset(raw);
  mdb_env_set_maxdbs(raw, table_names.size());
  mdb_env_set_mapsize(raw, map_size);
  if (!read_only)
    if (const auto code = reserve_lock_file(directory)) return opening(directory, code);
  const unsigned flags = MDB_NOTLS | (read_only ? MDB_RDONLY : 0U);
  if (const auto code = mdb_env_open(raw, directory.c_str(), flags, 0600)) {
    struct statvfs disk {};
    const bool known = statvfs(directory.c_str(), &disk) == 0;
    return opening(directory, cause_of(code, known ? room_of(disk) : SIZE_MAX));
  }
  try {
    if (auto whole = made.check_size(directory); !whole) return whole.error();
    if (auto ready = made.open_tables(directory, read_only); !ready) return ready.error();
  } catch (const trouble& why) {
    return opening(directory, why.code);
  } catch (const broken_row&) {
    return opening(directory, MDB_CORRUPTED);
  }
  return made;
}

std::size_t environment::disk_room() const {
  int descriptor = -1;
  struct statvfs disk {};
  const bool known =
      mdb_env_get_fd(raw(), &descriptor) == MDB_SUCCESS && fstatvfs(descriptor, &disk) == 0;
  return known ? room_of(disk) : SIZE_MAX;
}

std::size_t environment::map_size() const {
  MDB_envinfo info{};
  check(mdb_env_info(raw(), &info), "read the state of the data file");
  return info.me_mapsize;
}

void environment::resize(std::size_t bytes) const {
  check(mdb_env_set_mapsize(raw(), bytes), "change how large the data file may be");
}

// The file may end before its last page only if all that is missing is free: a page that was taken
// and freed by one transaction is never written.
result<void> environment::check_size(const std::string& directory) const {
  MDB_envinfo info{};
  MDB_stat stat_of{};
  check(mdb_env_info(raw(), &info), "read the state of the data file");
  check(mdb_env_stat(raw(), &stat_of), "read the state of the data file");
  struct stat file {};
  int descriptor = -1;
  check(mdb_env_get_fd(raw(), &descriptor), "find the data file");
  if (fstat(descriptor, &file) != 0) return opening(directory, errno);
  const auto page = static_cast<std::size_t>(stat_of.ms_psize);
  const auto size = static_cast<std::size_t>(file.st_size);
  const auto needed = (info.me_last_pgno + 1) * page;
  if (size >= needed) return {};
  const failure cut{fault::corrupt,
                    fmt::format("{} is cut short: it has {} bytes of {}; restore it from a copy",
                                data_file(directory), size, needed)};
  // Who only looks stretches it too: that changes nothing that was written.
  const auto path = data_file(directory);
  if (truncate(path.c_str(), static_cast<off_t>(needed)) != 0) return cut;
  bool whole = false;
  try {
    const transaction look{*this, true};
    const auto free = look.free_pages();
    whole = true;
    for (auto number = size / page; number <= info.me_last_pgno; ++number)
      whole = whole && free.contains(number);
  } catch (const trouble&) {
    whole = false;
  }
  if (whole) return {};
  (void)!truncate(path.c_str(), file.st_size);
  return cut;
}

result<void> environment::open_tables(const std::string& directory, bool read_only) {
  MDB_txn* raw_txn = nullptr;
  check(mdb_txn_begin(raw(), nullptr, read_only ? MDB_RDONLY : 0U, &raw_txn), "begin");
  std::unique_ptr<MDB_txn, decltype(&mdb_txn_abort)> txn{raw_txn, &mdb_txn_abort};
  MDB_dbi root = 0;
  check(mdb_dbi_open(raw_txn, nullptr, 0, &root), "open the root");
  MDB_stat in_root{};
  check(mdb_stat(raw_txn, root, &in_root), "look at the root");
  const bool fresh = in_root.ms_entries == 0;
  const failure foreign{fault::corrupt, fmt::format("{} is an LMDB file, but not one of quipu's",
                                                    data_file(directory))};
  if (fresh && read_only) return foreign;
  auto& meta = dbis_[0];
  if (!fresh && mdb_dbi_open(raw_txn, table_names[0], 0, &meta) != MDB_SUCCESS) return foreign;
  auto name = as_val("format");
  MDB_val said{};
  if (!fresh) {
    if (mdb_get(raw_txn, meta, &name, &said) != MDB_SUCCESS) return foreign;
    const auto theirs = unpacker{as_view(said)}.number();
    if (theirs != format)
      return failure{fault::unavailable,
                     fmt::format("{} has format {}, this program knows {}: use {}",
                                 data_file(directory), theirs, format,
                                 theirs > format ? "a newer quipu" : "the quipu that wrote it")};
  }
  for (std::size_t i = 0; i < table_names.size(); ++i)
    check(mdb_dbi_open(raw_txn, table_names[i], read_only ? 0U : MDB_CREATE, &dbis_[i]),
          "open a table");
  if (fresh) {
    packer mine;
    mine.number(format);
    const auto sum = seal(as_view(name), mine.bytes);
    mine.bytes.append(sum.data(), sum.size());
    auto value = as_val(mine.bytes);
    check(mdb_put(raw_txn, meta, &name, &value, 0), "write the format");
  }
  check(mdb_txn_commit(txn.release()), "open the tables");
  return {};
}

transaction::transaction(const environment& in, bool read_only) : in_{&in} {
  MDB_txn* raw = nullptr;
  check(mdb_txn_begin(in.raw(), nullptr, read_only ? MDB_RDONLY : 0U, &raw), "begin");
  raw_.reset(raw);
}

std::optional<std::string_view> transaction::get(table in, std::string_view key) const {
  auto name = as_val(key);
  MDB_val value{};
  const auto code = mdb_get(raw_.get(), in_->dbi(in), &name, &value);
  if (code == MDB_NOTFOUND) return std::nullopt;
  check(code, "read a row");
  return whole_row(key, unsealed(key, as_view(value)));
}

void transaction::put(table in, std::string_view key, std::string_view value) {
  has_written_ = true;
  written_bytes_ += key.size() + value.size() + seal_size;
  auto name = as_val(key);
  MDB_val room{value.size() + seal_size, nullptr};
  const auto code = mdb_put(raw_.get(), in_->dbi(in), &name, &room, MDB_RESERVE);
  if (code != MDB_SUCCESS) check(cause_of(code, in_->disk_room()), "write a row");
  auto* to = static_cast<char*>(room.mv_data);
  if (!value.empty()) std::memcpy(to, value.data(), value.size());
  const auto sum = seal(key, value);
  std::memcpy(to + value.size(), sum.data(), sum.size());
}

std::optional<std::string_view> transaction::unsealed(std::string_view key,
                                                      std::string_view stored) {
  if (stored.size() < seal_size) return std::nullopt;
  const auto value = stored.substr(0, stored.size() - seal_size);
  const auto sum = seal(key, value);
  if (std::memcmp(stored.data() + value.size(), sum.data(), sum.size()) != 0) return std::nullopt;
  return value;
}

bool transaction::erase(table in, std::string_view key) {
  has_written_ = true;
  auto name = as_val(key);
  const auto code = mdb_del(raw_.get(), in_->dbi(in), &name, nullptr);
  if (code == MDB_NOTFOUND) return false;
  check(code, "delete a row");
  return true;
}

std::optional<stored_row> transaction::first(table in, std::string_view prefix) const {
  const auto found = cursor{*this, in}.seek(prefix);
  if (!found || !found->first.starts_with(prefix)) return std::nullopt;
  return stored_row{found->first, found->second};
}

void transaction::erase_all(table in, std::string_view prefix) {
  const cursor at{*this, in};
  for (auto found = at.seek(prefix, false); found && found->first.starts_with(prefix);
       found = at.seek(prefix, false))
    at.erase();
}

void transaction::commit() {
  check(cause_of(mdb_txn_commit(raw_.release()), in_->disk_room()), "commit");
}

std::set<std::size_t> transaction::free_pages() const {
  std::set<std::size_t> pages;
  walk_free(raw_.get(), [&](std::size_t count, const char* list) {
    std::vector<std::size_t> numbers(count);
    std::memcpy(numbers.data(), list + sizeof count, count * sizeof count);
    pages.insert(numbers.begin(), numbers.end());
  });
  return pages;
}

std::size_t transaction::count_free() const {
  std::size_t pages = 0;
  walk_free(raw_.get(), [&](std::size_t count, const char*) { pages += count; });
  return pages;
}

transaction::cursor::cursor(const transaction& of, table in) {
  MDB_cursor* raw = nullptr;
  check(mdb_cursor_open(of.raw_.get(), of.in_->dbi(in), &raw), "open a cursor");
  raw_.reset(raw);
}

transaction::found_row transaction::cursor::seek(std::string_view from, bool unseal) const {
  if (from.empty()) return move(MDB_FIRST, unseal);
  auto name = as_val(from);
  MDB_val value{};
  const auto code = mdb_cursor_get(raw_.get(), &name, &value, MDB_SET_RANGE);
  if (code == MDB_NOTFOUND) return std::nullopt;
  check(code, "find a row");
  const auto stored = as_view(value);
  const auto at = as_view(name);
  return found_row{{at, unseal ? whole_row(at, unsealed(at, stored)) : stored}};
}

transaction::found_row transaction::cursor::move(MDB_cursor_op how, bool unseal) const {
  MDB_val name{};
  MDB_val value{};
  const auto code = mdb_cursor_get(raw_.get(), &name, &value, how);
  if (code == MDB_NOTFOUND) return std::nullopt;
  check(code, "read the next row");
  const auto stored = as_view(value);
  const auto at = as_view(name);
  return found_row{{at, unseal ? whole_row(at, unsealed(at, stored)) : stored}};
}

void transaction::cursor::erase() const { check(mdb_cursor_del(raw_.get(), 0), "delete a row"); }

} // namespace quipu::lmdb
