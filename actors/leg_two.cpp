#include "actors/leg_two.hpp"

#include "collation/nesting.hpp"

#include <fmt/format.h>

#include <utility>

namespace quipu {

call_answered leg_two(const call_asked& asked, reply said, std::size_t payload_bytes) {
  constexpr int lowest_code = 100;
  constexpr int highest_code = 599;
  call_answered made{asked.job, asked.activity, asked.pass, asked.attempt, 0, 0, {}};
  if (said.code < lowest_code || said.code > highest_code)
    said =
        fail(500, fmt::format("the worker of \"{}\" answered with code {}; {} to {} would be right",
                              asked.topic, said.code, lowest_code, highest_code));
  if (said.data.is_discarded())
    said = fail(
        500, fmt::format("the worker of \"{}\" answered with data that is no JSON", asked.topic));
  if (auto fits = check_nesting(said.data, fmt::format("the reply to \"{}\"", asked.topic)); !fits)
    said = fail(500, fits.error().message);
  value data{std::move(said.data)};
  if (data.packed().size() > payload_bytes) {
    said = fail(413, fmt::format("the reply to \"{}\" has {} bytes; limits.payload.bytes is {}",
                                 asked.topic, data.packed().size(), payload_bytes));
    data = value{std::move(said.data)};
  }
  made.status = static_cast<std::uint8_t>(said.is);
  made.code = said.code;
  made.data = std::move(data);
  return made;
}

} // namespace quipu
