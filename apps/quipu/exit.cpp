#include "apps/quipu/exit.hpp"

#include "apps/terminal.hpp"

#include <fmt/format.h>

#include <sstream>

namespace quipu {

int exit_code_of(fault why) noexcept {
  switch (why) {
  case fault::unavailable:
  case fault::unreachable:
  case fault::corrupt: return exit_code::unreachable;
  case fault::timeout: return exit_code::timeout;
  default: return exit_code::refused;
  }
}

int complain(const failure& why) {
  terminal err{stderr};
  const auto head =
      err.paint(colour::red, "quipu:") + fmt::format(" {} {}: ", status(why.code), name(why.code));
  std::istringstream lines{why.message};
  bool first = true;
  for (std::string line; std::getline(lines, line); first = false)
    err.line((first ? head : std::string{"  "}) + escaped(line));
  if (first) err.line(head);
  return exit_code_of(why.code);
}

int complain_definition(const failure& why) {
  if (why.code == fault::not_found) return complain_usage(why.message);
  return why.code == fault::invalid ? complain_lines(why.message) : complain(why);
}

int complain_target(const failure& why) {
  if (why.code == fault::invalid) return complain_lines(why.message);
  return why.code == fault::bad_request ? complain_usage(why.message) : complain(why);
}

int complain_usage(std::string_view what) {
  terminal err{stderr};
  err.line(err.paint(colour::red, "quipu:") + fmt::format(" {}", escaped(what)));
  return exit_code::usage;
}

int complain_lines(const std::string& faults) {
  terminal err{stderr};
  std::istringstream lines{faults};
  for (std::string line; std::getline(lines, line);) err.line(escaped(line));
  return exit_code::usage;
}

} // namespace quipu
