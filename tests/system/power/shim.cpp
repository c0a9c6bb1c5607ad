/// Preloaded into a node, it logs what the node does to its data file, in order: each write before
/// it is made, each sync when it begins and when it is done; and the lines of the load's notes when
/// they are written. `power.py` makes of it what a disk may hold when the power goes at any moment.
///
///     kind (1 byte) | steady ns (8) | offset (8) | length (4) | bytes
///
/// Kinds: 'w' a write begins, 'D' that write has reached the disk (the file is open with O_DSYNC),
/// 's' a sync begins, 'S' it is done, 't' the file is cut or stretched to `offset`, 'n' a note.
/// Numbers are little-endian. QUIPU_POWER_LOG names the log, QUIPU_POWER_NOTES the notes.

#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <mutex>
#include <string_view>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

enum class file : unsigned char { other, data, synced_data, notes };

constexpr int most_files = 4096;
file known[most_files];
std::mutex guard;

// Calls of the kernel and not of libc: it runs before libc, and sanitizers, are ready.

int log_file() {
  static const int opened = [] {
    const char* name = std::getenv("QUIPU_POWER_LOG");
    return name == nullptr
               ? -1
               : static_cast<int>(syscall(SYS_openat, AT_FDCWD, name,
                                          O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  }();
  return opened;
}

void add(char kind, std::uint64_t offset, const void* bytes, std::uint32_t length) {
  timespec now{};
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
  const auto ns = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
                  static_cast<std::uint64_t>(now.tv_nsec);
  char head[21];
  head[0] = kind;
  std::memcpy(head + 1, &ns, 8);
  std::memcpy(head + 9, &offset, 8);
  std::memcpy(head + 17, &length, 4);
  const iovec both[2]{{head, sizeof head}, {const_cast<void*>(bytes), length}};
  const std::lock_guard lock{guard};
  if (syscall(SYS_writev, log_file(), both, 2) != static_cast<long>(sizeof head + length)) abort();
}

file kind_of(int descriptor) {
  return descriptor >= 0 && descriptor < most_files && log_file() >= 0 ? known[descriptor]
                                                                       : file::other;
}

bool is_data(int descriptor) {
  const auto kind = kind_of(descriptor);
  return kind == file::data || kind == file::synced_data;
}

int note_open(long descriptor, const char* name, int flags) {
  if (descriptor < 0) {
    errno = static_cast<int>(-descriptor);
    return -1;
  }
  const std::string_view path{name};
  const char* notes = std::getenv("QUIPU_POWER_NOTES");
  if (descriptor < most_files) {
    auto& kind = known[descriptor];
    kind = file::other;
    if (path.ends_with("/data.mdb"))
      kind = (flags & O_DSYNC) != 0 ? file::synced_data : file::data;
    else if (notes != nullptr && path == notes)
      kind = file::notes;
  }
  return static_cast<int>(descriptor);
}

long kernel(long answer) { return answer < 0 ? -errno : answer; }

int open_file(int directory, const char* name, int flags, unsigned mode) {
  return note_open(kernel(syscall(SYS_openat, directory, name, flags, mode)), name, flags);
}

ssize_t logged(int descriptor, const void* bytes, std::size_t length, std::int64_t offset) {
  const auto kind = kind_of(descriptor);
  if (is_data(descriptor))
    add('w', static_cast<std::uint64_t>(offset), bytes, static_cast<std::uint32_t>(length));
  const auto written = syscall(SYS_pwrite64, descriptor, bytes, length, offset);
  if (kind == file::synced_data) add('D', static_cast<std::uint64_t>(offset), nullptr, 0);
  return written;
}

} // namespace

#define QUIPU_OPEN(name)                                                                           \
  int name(const char* path, int flags, ...) {                                                     \
    va_list more;                                                                                  \
    va_start(more, flags);                                                                         \
    const auto mode = va_arg(more, unsigned);                                                      \
    va_end(more);                                                                                  \
    return open_file(AT_FDCWD, path, flags, mode);                                                 \
  }
#define QUIPU_OPENAT(name)                                                                         \
  int name(int directory, const char* path, int flags, ...) {                                      \
    va_list more;                                                                                  \
    va_start(more, flags);                                                                         \
    const auto mode = va_arg(more, unsigned);                                                      \
    va_end(more);                                                                                  \
    return open_file(directory, path, flags, mode);                                                \
  }

extern "C" {

QUIPU_OPEN(open)
QUIPU_OPEN(open64)
QUIPU_OPENAT(openat)
QUIPU_OPENAT(openat64)

ssize_t pwrite(int descriptor, const void* bytes, std::size_t length, off_t offset) {
  return logged(descriptor, bytes, length, offset);
}
ssize_t pwrite64(int descriptor, const void* bytes, std::size_t length, off64_t offset) {
  return logged(descriptor, bytes, length, offset);
}

// LMDB writes pages that stand in a row with lseek and writev.
ssize_t writev(int descriptor, const iovec* pieces, int count) {
  if (is_data(descriptor)) {
    auto at = static_cast<std::uint64_t>(syscall(SYS_lseek, descriptor, 0, SEEK_CUR));
    for (int i = 0; i < count; ++i) {
      add('w', at, pieces[i].iov_base, static_cast<std::uint32_t>(pieces[i].iov_len));
      at += pieces[i].iov_len;
    }
  }
  return syscall(SYS_writev, descriptor, pieces, count);
}

ssize_t write(int descriptor, const void* bytes, std::size_t length) {
  const auto written = syscall(SYS_write, descriptor, bytes, length);
  if (kind_of(descriptor) == file::notes) add('n', 0, bytes, static_cast<std::uint32_t>(length));
  return written;
}

int fdatasync(int descriptor) {
  const bool logs = is_data(descriptor);
  if (logs) add('s', 0, nullptr, 0);
  const auto done = static_cast<int>(syscall(SYS_fdatasync, descriptor));
  if (logs && done == 0) add('S', 0, nullptr, 0);
  return done;
}

int ftruncate(int descriptor, off_t size) {
  if (is_data(descriptor)) add('t', static_cast<std::uint64_t>(size), nullptr, 0);
  return static_cast<int>(syscall(SYS_ftruncate, descriptor, size));
}
int ftruncate64(int descriptor, off64_t size) { return ftruncate(descriptor, size); }

int close(int descriptor) {
  if (descriptor >= 0 && descriptor < most_files) known[descriptor] = file::other;
  return static_cast<int>(syscall(SYS_close, descriptor));
}
}
