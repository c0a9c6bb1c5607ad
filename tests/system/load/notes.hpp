#pragma once

#include <quipu/json.hpp>

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

/// What was seen from outside the engine, in a file that is not the engine's: whole lines of JSON,
/// each one write, so that what was noted before a kill is there after it.
class notes {
public:
  explicit notes(const std::string& file)
      : file_(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)) {}
  notes(const notes&) = delete;
  notes& operator=(const notes&) = delete;
  ~notes() { ::close(file_); }

  void add(quipu::json entry) const {
    entry["steady"] = steady_ms();
    entry["process"] = ::getpid();
    const auto line = entry.dump() + '\n';
    if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::abort();
  }

  /// Time since the machine was started, as the kernel says it: whoever lies to this process about
  /// the clock does it in libc.
  static std::int64_t steady_ms() {
    timespec now{};
    if (::syscall(SYS_clock_gettime, CLOCK_BOOTTIME, &now) != 0) std::abort();
    return now.tv_sec * std::int64_t{1000} + now.tv_nsec / 1'000'000;
  }

private:
  int file_;
};
