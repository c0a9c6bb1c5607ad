#pragma once

#include <cstddef>
#include <string>

#include <sys/types.h>

namespace quipu::bench {

/// Processor, cores, memory and kernel, one line.
[[nodiscard]] std::string machine();
/// The file system that a directory is on, and its disk.
[[nodiscard]] std::string disk(const std::string& directory);

/// Processes that wanted a core, as a mean of the last minute.
[[nodiscard]] double load();

/// CPU seconds that a process has used, user and system; 0 when it is gone.
[[nodiscard]] double cpu_seconds(pid_t process);
/// CPU seconds of the threads of this process that bear a name.
[[nodiscard]] double cpu_seconds_of_threads(const std::string& name);

/// The most memory that this process has had since `reset_peak`, bytes.
[[nodiscard]] std::size_t peak_memory();
void reset_peak();
/// What this process has now, bytes.
[[nodiscard]] std::size_t memory();

} // namespace quipu::bench
