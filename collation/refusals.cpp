#include "collation/refusals.hpp"

#include <fmt/format.h>

namespace quipu::refusals {

failure no_job(std::string_view job) {
  return {fault::not_found, fmt::format("there is no job \"{}\"", job)};
}

failure has_ended(std::string_view job, std::string_view state) {
  return {fault::conflict, fmt::format("job \"{}\" has ended: {}", job, state)};
}

failure still_runs(std::string_view job) {
  return {fault::conflict, fmt::format("job \"{}\" runs; only an ended job can be scrubbed", job)};
}

failure no_job_to_commit_to(std::string_view job) {
  return {fault::stale, fmt::format("there is no job \"{}\" to commit to: forget it", job)};
}

failure another_owner(std::string_view job) {
  return {fault::stale, fmt::format("job \"{}\" has another owner than the commit", job)};
}

failure another_head(std::string_view job, const head& is, const head& stands_on) {
  return {fault::stale, fmt::format("job \"{}\" is at head {}, the commit stands on {}", job,
                                    to_hex(is), to_hex(stands_on))};
}

failure no_mail(std::string_view job, std::string_view mail) {
  return {fault::stale, fmt::format("job \"{}\" has no mail \"{}\" to consume", job, mail)};
}

failure not_active(std::string_view app, std::string_view version) {
  return {fault::stale,
          fmt::format("version \"{}\" of app \"{}\" is not the active one", version, app)};
}

failure not_waiting(std::string_view job, std::string_view obligation) {
  return {fault::not_found,
          fmt::format("\"{}\" of job \"{}\" is not waiting for an answer", obligation, job)};
}

failure is_answered(std::string_view job, std::string_view obligation) {
  return {fault::conflict, fmt::format("\"{}\" of job \"{}\" has been answered", obligation, job)};
}

failure nobody_waits(const std::vector<std::string>& boards) {
  return {fault::not_found,
          fmt::format("nobody waits at \"{}\" any more", boards.empty() ? "" : boards.front())};
}

failure no_lease(token mine) {
  return {fault::fenced, fmt::format("token {:016x} has no valid lease: draw a new one", mine)};
}

failure has_lapsed(token mine) {
  return {fault::fenced,
          fmt::format("the lease of token {:016x} has lapsed: draw a new one", mine)};
}

failure lease_holds(token dead, std::string_view who, std::int64_t for_ms) {
  return {fault::conflict, fmt::format("the lease of token {:016x} ({}) holds for another {} ms",
                                       dead, who, for_ms)};
}

failure not_deployed(std::string_view app, std::string_view version) {
  return {fault::not_found,
          fmt::format("version \"{}\" of app \"{}\" was not deployed", version, app)};
}

failure other_content(const app_version& now, std::string_view before) {
  return {fault::conflict,
          fmt::format("version \"{}\" of app \"{}\" is deployed with other content ({}, now {}): "
                      "give it another version",
                      now.version, now.app, before, now.hash)};
}

failure topic_belongs(std::string_view topic, std::string_view owner, std::string_view app) {
  return {fault::conflict,
          fmt::format("topic \"{}\" belongs to app \"{}\", not to \"{}\"", topic, owner, app)};
}

} // namespace quipu::refusals
