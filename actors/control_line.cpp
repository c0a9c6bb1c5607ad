#include "actors/control_line.hpp"

#include <array>
#include <cerrno>
#include <string_view>
#include <sys/socket.h>

namespace quipu {

std::optional<std::string> line_reader::next() {
  constexpr std::size_t chunk = 64U << 10U;
  std::string piece(chunk, '\0');
  while (true) {
    if (const auto end = buffer_.find('\n', searched_); end != std::string::npos) {
      if (end > longest_) {
        overflowed_ = true;
        return std::nullopt;
      }
      auto line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      searched_ = 0;
      return line;
    }
    searched_ = buffer_.size();
    if (buffer_.size() > longest_) {
      overflowed_ = true;
      return std::nullopt;
    }
    const auto got = ::recv(from_, piece.data(), piece.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    buffer_.append(piece, 0, static_cast<std::size_t>(got));
  }
}

bool write_line(int to, const json& value) {
  return send_line(to, value.dump(-1, ' ', false, json::error_handler_t::replace));
}

bool send_line(int to, std::string line) {
  line += '\n';
  for (std::string_view rest{line}; !rest.empty();) {
    const auto sent = ::send(to, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

} // namespace quipu
