#pragma once

#include <quipu/json.hpp>

#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <unistd.h>

/// What was seen from outside the engine, in a file that is not the engine's: whole lines of JSON,
/// each one write, so that what was noted before a kill is there after it.
class notes {
public:
  explicit notes(const std::string& file)
      : file_(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)) {}
  notes(const notes&) = delete;
  notes& operator=(const notes&) = delete;
  ~notes() { ::close(file_); }

  void add(const quipu::json& entry) const {
    const auto line = entry.dump() + '\n';
    if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::abort();
  }

private:
  int file_;
};
