#pragma once

#include "actors/wish.hpp"

#include <quipu/caf.hpp>

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/meta/load_callback.hpp>
#include <caf/meta/save_callback.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/type_id.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Every message between actors, one page. A message marked "crosses" may come from another node:
/// it is made of values that have a wire form. The others stay in their process, where a message is
/// shared, never copied.
///
///     client --publish_asked--> hub --start_asked--> engine --step_asked--> activity
///                                ^                   | ^ ^ ^                   |
///                                |                   | | | +---- step_made ----+
///                                +-- start_answered, | | +------ write_done, jobs_taken,
///                                mail_popped, job_read -- ledger
///                                    job_told -------+ +-------- call_answered <-- worker <--
///                                    topic
///                        engine --write_asked--> ledger, --call_asked--> topic, --alarm_set-->
///                        timer
namespace quipu {

/// Called once: {state, data, error?} of a job that has ended, or why that will not be known.
using end_told = std::function<void(const std::string& job, const result<json>& report)>;

/// client -> hub: start a job; `accepted` is called when the start is durable or refused.
struct publish_asked {
  std::string topic;
  std::string app;
  std::string id; ///< empty: one is generated
  value message;
  std::function<void(result<std::string>)> accepted;
  std::uint64_t ticket = 0; ///< to call `ended` off by
  end_told ended;           ///< none: nobody waits
};

/// client -> hub: start a failed job again; `failed` is it as it was before the step that failed.
struct retry_asked {
  std::string id;
  std::shared_ptr<const class job> failed;
  std::function<void(result<std::string>)> accepted;
};

/// hub -> engine: the same, with a name for the new job.
struct revive_asked {
  std::uint64_t request = 0;
  std::string id;
  std::string gid;
  std::shared_ptr<const class job> failed;
};

/// client -> hub: tell me when this job ends.
struct wait_asked {
  std::string job;
  std::uint64_t ticket = 0; ///< to call it off by
  end_told ended;
};

/// client -> hub: I do not wait any more.
struct wait_over {
  std::string job;
  std::uint64_t ticket = 0;
};

/// hub -> engine (crosses): start a job under this id, unless its flow names it.
struct start_asked {
  std::uint64_t request = 0;
  std::string topic;
  std::string app;
  std::string id;
  std::string gid;
  value message;
};

/// engine -> hub: the start is durable, or why not.
struct start_answered {
  std::uint64_t request = 0;
  std::string job;
  std::optional<failure> refused;
};

/// engine, ledger -> hub: a job has ended, or its flow says that it may be answered; or why that will
/// not be known.
struct job_told {
  std::string job;
  result<json> report{json()};
};

/// engine -> activity: one turn of event, condition, action.
struct step_asked {
  wish::step what;
};

/// activity -> engine: what was decided; none: the event has no effect.
struct step_made {
  std::string job;
  std::uint64_t number = 0;
  std::optional<outcome> what;
};

/// engine -> ledger: a birth or a commit.
struct write_asked {
  std::optional<birth> born;
  commit what;
};

/// ledger -> engine: its receipt.
struct write_done {
  std::string job;
  bool born = false;
  head made{}; ///< which write it is about
  receipt got;
  std::optional<failure> refused;
};

/// engine -> ledger: up to so many jobs: from the ready queue, or (`dead`) of an engine whose lease
/// has lapsed.
struct jobs_asked {
  token mine = 0;
  token dead = 0;
  std::size_t most = 0;
};

/// ledger -> engine
struct jobs_taken {
  std::vector<snapshot> jobs;
  bool dead = false;
  bool more = false; ///< as many as were asked for: there may be more
};

/// engine -> ledger: the mail of my jobs.
struct mail_asked {
  token mine = 0;
};

/// ledger -> engine
struct mail_popped {
  std::vector<std::pair<std::string, std::vector<mail>>> jobs;
};

/// engine -> ledger: a job as it stands.
struct read_asked {
  std::string job;
};

/// ledger -> engine
struct job_read {
  std::string job;
  std::optional<snapshot> what;
  std::optional<failure> refused;
};

/// hub -> engine: take a job, whoever owns it, and end it.
struct seize_asked {
  std::string job;
  json how;
  std::function<void(result<void>)> done;
};

/// ledger -> engine: a job was taken to be ended, or not.
struct job_seized {
  std::string job;
  std::optional<snapshot> what;
  std::optional<failure> refused;
  json how; ///< the end
  std::optional<wish::interrupt>
      by; ///< the activity that has asked for it, with the end; none: a caller
};

/// ledger -> engine: its queue, or the ready queue, has got something.
struct bell_rung {
  bool ready = false;
};

/// engine -> ledger -> engine: the lease of its token is to be renewed; the answer.
struct lease_asked {
  token mine = 0;
  std::int64_t for_ms = 0;
};
struct lease_answered {
  std::optional<failure> refused;
  bool given_up = false; ///< it was asked for no time at all
};

/// engine -> ledger -> engine: which engines have died.
struct dead_asked {
  token mine = 0;
};
struct dead_found {
  std::vector<token> lapsed;
};

/// engine -> topic (crosses): leg 1 of a worker.
struct call_asked {
  std::string job;
  std::string gid;
  std::uint32_t activity = 0;
  std::uint32_t pass = 0;
  std::string activity_id;
  std::string topic;
  std::uint32_t attempt = 1;
  std::int64_t due_ms = 0; ///< 0: no deadline
  value input;
};

/// worker -> engine (crosses): leg 2.
struct call_answered {
  std::string job;
  std::uint32_t activity = 0;
  std::uint32_t pass = 0;
  std::uint32_t attempt = 1;
  std::uint8_t status = 0; ///< as in `answer`
  int code = 200;
  value data;
};

/// engine -> topic (crosses): nobody wants the answer to this attempt any more.
struct call_cancelled {
  std::string job;
  std::uint32_t activity = 0;
  std::uint32_t pass = 0;
  std::uint32_t attempt = 1;
};

/// engine -> archivist: records of a job are to become a checkpoint.
struct condense_asked {
  std::string job;
  std::uint64_t upto = 0;
};

/// ledger -> archivist: some of them.
struct records_read {
  std::optional<history_page> got;
  std::optional<failure> refused;
};

/// engine -> timer: a timer was armed.
struct alarm_set {
  std::int64_t due_ms = 0;
};

/// Look again: sent by an actor to itself, or by a test.
struct tick {};
/// node -> engine: begin nothing new; what is out may finish. node -> hub: refuse new jobs.
struct drain {};
/// node -> engine -> node: is anything out?
struct rest_asked {};
/// node -> engine -> node: the lease ends now, so that others take what is left at once.
struct leave_asked {};

// The wire form of what crosses.

/// The value that `bytes` hold; none for no bytes.
[[nodiscard]] value load_value(const std::string& bytes);

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, value& x) {
  std::string bytes{x ? std::string{x.packed()} : std::string{}};
  return f(caf::meta::type_name("value"), bytes, caf::meta::load_callback([&] {
             x = load_value(bytes);
             return caf::error{};
           }));
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, start_asked& x) {
  return f(caf::meta::type_name("start_asked"), x.request, x.topic, x.app, x.id, x.gid, x.message);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, call_asked& x) {
  return f(caf::meta::type_name("call_asked"), x.job, x.gid, x.activity, x.pass, x.activity_id,
           x.topic, x.attempt, x.due_ms, x.input);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, call_answered& x) {
  return f(caf::meta::type_name("call_answered"), x.job, x.activity, x.pass, x.attempt, x.status,
           x.code, x.data);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, call_cancelled& x) {
  return f(caf::meta::type_name("call_cancelled"), x.job, x.activity, x.pass, x.attempt);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, tick&) {
  return f(caf::meta::type_name("tick"));
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, drain&) {
  return f(caf::meta::type_name("drain"));
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, rest_asked&) {
  return f(caf::meta::type_name("rest_asked"));
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, leave_asked&) {
  return f(caf::meta::type_name("leave_asked"));
}

} // namespace quipu

CAF_BEGIN_TYPE_ID_BLOCK(quipu, id_block::quipu_worker::end)
CAF_ADD_TYPE_ID(quipu, (quipu::value))
CAF_ADD_TYPE_ID(quipu, (quipu::publish_asked))
CAF_ADD_TYPE_ID(quipu, (quipu::retry_asked))
CAF_ADD_TYPE_ID(quipu, (quipu::revive_asked))
CAF_ADD_TYPE_ID(quipu, (quipu::wait_asked))
CAF_ADD_TYPE_ID(quipu, (quipu::wait_over))
CAF_ADD_TYPE_ID(quipu, (quipu::start_asked))
CAF_ADD_TYPE_ID(quipu, (quipu::start_answered))
CAF_ADD_TYPE_ID(quipu, (quipu::job_told))
CAF_ADD_TYPE_ID(quipu, (quipu::step_asked))
CAF_ADD_TYPE_ID(quipu, (quipu::step_made))
CAF_ADD_TYPE_ID(quipu, (quipu::write_asked))
CAF_ADD_TYPE_ID(quipu, (quipu::write_done))
CAF_ADD_TYPE_ID(quipu, (quipu::jobs_asked))
CAF_ADD_TYPE_ID(quipu, (quipu::jobs_taken))
CAF_ADD_TYPE_ID(quipu, (quipu::mail_asked))
CAF_ADD_TYPE_ID(quipu, (quipu::mail_popped))
CAF_ADD_TYPE_ID(quipu, (quipu::read_asked))
CAF_ADD_TYPE_ID(quipu, (quipu::job_read))
CAF_ADD_TYPE_ID(quipu, (quipu::seize_asked))
CAF_ADD_TYPE_ID(quipu, (quipu::job_seized))
CAF_ADD_TYPE_ID(quipu, (quipu::bell_rung))
CAF_ADD_TYPE_ID(quipu, (quipu::lease_asked))
CAF_ADD_TYPE_ID(quipu, (quipu::lease_answered))
CAF_ADD_TYPE_ID(quipu, (quipu::dead_asked))
CAF_ADD_TYPE_ID(quipu, (quipu::dead_found))
CAF_ADD_TYPE_ID(quipu, (quipu::call_asked))
CAF_ADD_TYPE_ID(quipu, (quipu::call_answered))
CAF_ADD_TYPE_ID(quipu, (quipu::call_cancelled))
CAF_ADD_TYPE_ID(quipu, (quipu::condense_asked))
CAF_ADD_TYPE_ID(quipu, (quipu::records_read))
CAF_ADD_TYPE_ID(quipu, (quipu::alarm_set))
CAF_ADD_TYPE_ID(quipu, (quipu::tick))
CAF_ADD_TYPE_ID(quipu, (quipu::drain))
CAF_ADD_TYPE_ID(quipu, (quipu::rest_asked))
CAF_ADD_TYPE_ID(quipu, (quipu::leave_asked))
CAF_END_TYPE_ID_BLOCK(quipu)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::publish_asked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::retry_asked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::revive_asked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::wait_asked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::wait_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::start_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::job_told)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::step_asked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::step_made)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::write_asked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::write_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::jobs_asked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::jobs_taken)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::mail_asked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::mail_popped)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::read_asked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::job_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::seize_asked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::job_seized)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::bell_rung)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::lease_asked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::lease_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::dead_asked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::dead_found)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::condense_asked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::records_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::alarm_set)
