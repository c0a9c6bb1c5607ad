#include "apps/quipu/show.hpp"

#include "apps/terminal.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace quipu {

std::string shown(std::chrono::system_clock::time_point at) {
  using namespace std::chrono;
  const auto ms = floor<milliseconds>(at.time_since_epoch());
  const auto whole = floor<seconds>(ms);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:03}",
                     fmt::gmtime(static_cast<std::time_t>(whole.count())), (ms - whole).count());
}

std::string shown(const json& value, int indent) {
  constexpr char32_t last_plain = U'~';
  const auto text = value.dump(indent, ' ', false, json::error_handler_t::replace);
  const std::string_view all{text};
  std::string out;
  for (std::size_t i = 0; i < all.size();) {
    const auto next = first_of(all.substr(i));
    const auto one = all.substr(i, next.bytes);
    if (next.code <= last_plain || escaped(one) == one) {
      out += one; // what JSON itself escapes is not there any more
    } else {
      const auto quoted = json(one).dump(-1, ' ', true);
      out += std::string_view{quoted}.substr(1, quoted.size() - 2);
    }
    i += next.bytes;
  }
  return out;
}

std::string shown(const job_error& why) {
  const auto where = why.activity.empty() ? std::string{} : " from " + why.activity;
  return escaped(fmt::format("{}{}: {}", why.code, where, why.message));
}

void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  std::vector<std::vector<std::string>> safe;
  for (const auto& row : rows) {
    auto& cells = safe.emplace_back();
    for (const auto& cell : row) {
      cells.push_back(escaped(cell));
      if (widths.size() < cells.size()) widths.push_back(0);
      auto& widest = widths[cells.size() - 1];
      widest = std::max(widest, width(cells.back()));
    }
  }
  terminal out{stdout};
  for (std::size_t r = 0; r < safe.size(); ++r) {
    std::string line;
    for (std::size_t c = 0; c < safe[r].size(); ++c)
      line += c + 1 < safe[r].size() ? padded(safe[r][c], widths[c]) + "  " : safe[r][c];
    out.line(r == 0 ? out.paint(colour::bold, line) : line);
  }
}

void print_json(const json& value) {
  constexpr int indent = 2;
  std::puts(shown(value, indent).c_str());
}

} // namespace quipu
