#pragma once

#include <quipu/json.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace quipu {

/// The lines that come over a socket, none longer than a limit.
class line_reader {
public:
  line_reader(int from, std::size_t longest) : from_(from), longest_(longest) {}

  /// The next line, without its end; none: the peer has gone, or the line is too long.
  [[nodiscard]] std::optional<std::string> next();
  [[nodiscard]] bool overflowed() const noexcept { return overflowed_; }

private:
  int from_;
  std::size_t longest_;
  std::string buffer_;
  std::size_t searched_ = 0;
  bool overflowed_ = false;
};

/// Sends a value as one line. False: the peer has gone, or does not read.
bool write_line(int to, const json& value);
/// The same of a line that is made already.
bool send_line(int to, std::string line);

} // namespace quipu
