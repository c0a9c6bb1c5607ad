#include "redis_bridge/redis_ledger/answers.hpp"

#include "collation/refusals.hpp"

#include <fmt/format.h>

namespace quipu::redis {

result<void> nothing(const piece&, std::string&) { return {}; }

result<void> to_bells(const piece& said, std::string& bells) {
  bells = said.text();
  return {};
}

failure not_expected(std::string_view why) {
  return {fault::corrupt,
          fmt::format("the library refuses with \"{}\", which this program does not know", why)};
}

failure unanswerable(std::string_view job, std::string_view why, const piece& said) {
  if (why == "no job") return refusals::no_job(job);
  if (why == "ended") return refusals::has_ended(job, said[2].text());
  if (why == "not waiting") return refusals::not_waiting(job, said[2].text());
  if (why == "answered") return refusals::is_answered(job, said[2].text());
  return not_expected(why);
}

} // namespace quipu::redis
