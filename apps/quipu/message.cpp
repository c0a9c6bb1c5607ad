#include "apps/quipu/message.hpp"

#include "apps/quipu/bytes.hpp"
#include "collation/nesting.hpp"

#include <fmt/format.h>

#include <iostream>
#include <iterator>

namespace quipu {

namespace {

constexpr std::size_t most_shown = 60; ///< bytes of what is no message

} // namespace

result<json> read_message(const std::string& written) {
  std::string text = written;
  if (written == "-") {
    text.assign(std::istreambuf_iterator<char>{std::cin}, {});
  } else if (written.starts_with('@')) {
    auto read = bytes_of(written.substr(1));
    if (!read) return failure{fault::bad_request, read.error().message};
    text = std::move(*read);
  }
  try {
    auto message = json::parse(text);
    if (auto fits = check_nesting(message, "the message"); !fits) return fits.error();
    return message;
  } catch (const json::parse_error& wrong) {
    return failure{fault::bad_request, fmt::format("the message is not JSON, at byte {}: {}",
                                                   wrong.byte, text.substr(0, most_shown))};
  } catch (const json::out_of_range&) {
    return failure{fault::bad_request,
                   fmt::format("the message has a number that is too large for any double: {}",
                               text.substr(0, most_shown))};
  }
}

} // namespace quipu
