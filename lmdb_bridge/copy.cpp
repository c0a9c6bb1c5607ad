#include "lmdb_bridge/copy.hpp"

#include "lmdb_bridge/tables.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <lmdb.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

namespace quipu::lmdb {

namespace {

failure cannot_write(const std::string& path, int code) {
  return {fault::unavailable, fmt::format("{} cannot be written: {}", path, std::strerror(code))};
}

result<void> sync_to_disk(const std::string& path) {
  const auto descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return cannot_write(path, errno);
  const auto code = fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  return code == 0 ? result<void>{} : result<void>{cannot_write(path, code)};
}

} // namespace

result<void> copy_directory(const std::string& from, const std::string& to) {
  namespace files = std::filesystem;
  std::error_code trouble;
  if (!files::exists(from + "/quipu.lock", trouble))
    return failure{fault::not_found,
                   fmt::format("{} is not a data directory of quipu: it has no quipu.lock", from)};
  if (files::exists(to + "/data.mdb", trouble))
    return failure{fault::conflict,
                   fmt::format("{} has a store already: take another directory", to)};
  files::create_directories(to, trouble);
  if (trouble) return cannot_write(to, trouble.value());
  files::permissions(to, files::perms::owner_all, trouble);

  MDB_env* raw = nullptr;
  auto code = mdb_env_create(&raw);
  const std::unique_ptr<MDB_env, decltype(&mdb_env_close)> file{raw, &mdb_env_close};
  if (code == MDB_SUCCESS) code = mdb_env_set_maxdbs(raw, table_names.size());
  if (code == MDB_SUCCESS) code = mdb_env_open(raw, from.c_str(), MDB_RDONLY | MDB_NOTLS, 0600);
  if (code == MDB_SUCCESS) code = mdb_env_copy2(raw, to.c_str(), 0);
  if (code != MDB_SUCCESS)
    return failure{fault::unavailable,
                   fmt::format("{} cannot be copied to {}: {}", from, to, mdb_strerror(code))};

  const auto lock = to + "/quipu.lock";
  const auto descriptor = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return cannot_write(lock, errno);
  ::close(descriptor);
  for (const auto& path : {to + "/data.mdb", to})
    if (auto kept = sync_to_disk(path); !kept) return kept;
  return {};
}

} // namespace quipu::lmdb
