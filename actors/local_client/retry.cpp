#include "actors/answered.hpp"
#include "actors/local_client.hpp"
#include "actors/verbs.hpp"

#include <caf/send.hpp>

/// A failed job is started again where it failed.
namespace quipu {

result<std::string> local_client::retry(const std::string& job, retry_options options) {
  const auto in = enter(needs::engines);
  if (!in) return in.error();
  answered<failed_job> found;
  find_failed(*with_.store, job, found.then());
  const auto failed = found.wait();
  if (!failed) return failed.error();
  auto id = options.id.empty() ? retried_id(failed->view->born()) : std::move(options.id);
  answered<std::string> accepted;
  caf::anon_send(with_.hub, retry_asked{std::move(id), failed->view, accepted.then()});
  return accepted.wait();
}

} // namespace quipu
