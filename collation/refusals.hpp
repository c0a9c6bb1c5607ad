#pragma once

#include "collation/chain.hpp"
#include "collation/ledger.hpp"

#include <string_view>

/// What stores say when they refuse a call: the same fault and the same sentence in each.
namespace quipu::refusals {

[[nodiscard]] failure no_job(std::string_view job);
[[nodiscard]] failure has_ended(std::string_view job, std::string_view state);
[[nodiscard]] failure still_runs(std::string_view job);

// commits and starts
[[nodiscard]] failure no_job_to_commit_to(std::string_view job);
[[nodiscard]] failure another_owner(std::string_view job);
[[nodiscard]] failure another_head(std::string_view job, const head& is, const head& stands_on);
[[nodiscard]] failure no_mail(std::string_view job, std::string_view mail);
[[nodiscard]] failure not_active(std::string_view app, std::string_view version);

// answers
[[nodiscard]] failure not_waiting(std::string_view job, std::string_view obligation);
[[nodiscard]] failure is_answered(std::string_view job, std::string_view obligation);
[[nodiscard]] failure nobody_waits(const std::vector<std::string>& boards);

// leases
[[nodiscard]] failure no_lease(token mine);
[[nodiscard]] failure has_lapsed(token mine);
[[nodiscard]] failure lease_holds(token dead, std::string_view who, std::int64_t for_ms);

// versions
[[nodiscard]] failure not_deployed(std::string_view app, std::string_view version);
[[nodiscard]] failure other_content(const app_version& now, std::string_view before);
[[nodiscard]] failure topic_belongs(std::string_view topic, std::string_view owner,
                                    std::string_view app);

} // namespace quipu::refusals
