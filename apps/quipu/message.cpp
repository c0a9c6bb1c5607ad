#include "apps/quipu/message.hpp"

#include "collation/nesting.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>

namespace quipu {

result<json> read_message(const std::string& written) {
  std::string text = written;
  if (written == "-") {
    text.assign(std::istreambuf_iterator<char>{std::cin}, {});
  } else if (written.starts_with('@')) {
    std::ifstream file{written.substr(1)};
    if (!file)
      return failure{fault::bad_request, fmt::format("{}: cannot be read", written.substr(1))};
    text.assign(std::istreambuf_iterator<char>{file}, {});
  }
  try {
    auto message = json::parse(text);
    if (auto fits = check_nesting(message, "the message"); !fits) return fits.error();
    return message;
  } catch (const json::parse_error& wrong) {
    return failure{fault::bad_request, fmt::format("the message is not JSON, at byte {}: {}",
                                                   wrong.byte, text.substr(0, 60))};
  }
}

} // namespace quipu
