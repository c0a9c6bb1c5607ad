#include "tests/bench/machine.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <thread>

#include <malloc.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

/// jemalloc's, where the program has it.
extern "C" int mallctl(const char*, void*, std::size_t*, void*, std::size_t) __attribute__((weak));

/// What /proc says: see proc(5).
namespace quipu::bench {

namespace {

/// The value of a line "key: value" of a file; empty when there is none.
std::string line_of(const std::filesystem::path& file, std::string_view key) {
  std::ifstream from{file};
  for (std::string line; std::getline(from, line);)
    if (line.starts_with(key)) return line.substr(line.find_first_not_of(" \t:", key.size()));
  return {};
}

std::size_t kib_of(std::string_view key) {
  const auto found = line_of("/proc/self/status", key);
  return found.empty() ? 0 : std::stoull(found) * 1024;
}

/// Fields 14 and 15 of a stat file, behind the name, which may hold anything.
double cpu_in(const std::filesystem::path& stat) {
  std::ifstream from{stat};
  std::string all{std::istreambuf_iterator<char>{from}, {}};
  const auto name_end = all.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields{all.substr(name_end + 1)};
  std::string skipped;
  for (int each = 3; each < 14; ++each) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

/// What is free goes back to the system, so that what is left is in use.
void give_back() {
  constexpr auto all_arenas = "arena.4096.purge"; // MALLCTL_ARENAS_ALL
  if (mallctl != nullptr)
    mallctl(all_arenas, nullptr, nullptr, nullptr, 0);
  else
    malloc_trim(0);
}

} // namespace

std::string machine() {
  utsname system{};
  uname(&system);
  auto model = line_of("/proc/cpuinfo", "model name");
  const auto memory = line_of("/proc/meminfo", "MemTotal");
  return fmt::format("{}, {} cores, {} GiB, {} {}", model.empty() ? "unknown processor" : model,
                     std::thread::hardware_concurrency(),
                     memory.empty() ? 0 : std::stoull(memory) >> 20U, system.sysname,
                     system.release);
}

double load() {
  double minute = 0;
  return getloadavg(&minute, 1) == 1 ? minute : 0;
}

std::string disk(const std::string& directory) {
  const auto real = std::filesystem::canonical(directory).string();
  std::string longest;
  std::string found = "unknown file system";
  std::ifstream mounts{"/proc/self/mounts"};
  std::string device;
  std::string at;
  std::string type;
  for (std::string rest; mounts >> device >> at >> type && std::getline(mounts, rest);)
    if (real.starts_with(at) && at.size() >= longest.size()) {
      longest = at;
      found = fmt::format("{} on {}", type, device);
    }
  return found;
}

double cpu_seconds(pid_t process) { return cpu_in(fmt::format("/proc/{}/stat", process)); }

double cpu_seconds_of_threads(const std::string& name) {
  double sum = 0;
  for (const auto& thread : std::filesystem::directory_iterator{"/proc/self/task"}) {
    std::ifstream from{thread.path() / "comm"};
    std::string comm;
    if (std::getline(from, comm) && comm == name) sum += cpu_in(thread.path() / "stat");
  }
  return sum;
}

std::size_t peak_memory() { return kib_of("VmHWM"); }
std::size_t memory() {
  give_back();
  return kib_of("VmRSS");
}
void reset_peak() {
  give_back();
  std::ofstream{"/proc/self/clear_refs"}
      << "5"; // where it is forbidden, the peak is since the start
}

} // namespace quipu::bench
