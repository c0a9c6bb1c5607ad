#pragma once

#include "collation/chain.hpp"
#include "collation/digit.hpp"
#include "collation/quipu/history.hpp"
#include "collation/quipu/result.hpp"
#include "collation/value.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A history record: everything one step decided, so that folding a job's records gives its state.
///
/// Stored form, byte for byte the same in every store:
///
///     format (1 byte, 1) | CRC-32 of the body (4 bytes, big-endian) | body (a MessagePack map)
///
/// The body's keys are the short names below; what is empty is left out. A record's head is the
/// SHA-256 over its stored form and the head before it.
namespace quipu {

/// An activity in one of its passes. `activity` is its place in the plan, in preorder.
struct instance {
  std::uint32_t activity = 0;
  std::uint32_t pass = 0;

  auto operator<=>(const instance&) const = default;
};

/// "ACTIVITY.PASS": what an instance is called in obligations and fields.
[[nodiscard]] std::string name(const instance& at);
[[nodiscard]] std::optional<instance> parse_instance(std::string_view name);

/// What made a step happen.
enum class cause : std::uint8_t {
  created,      ///< the job came to be; its message is in the record
  begun,        ///< the trigger took the message up
  passed,       ///< a hook without anything to wait for
  replied,      ///< a worker's reply
  completed,    ///< a pending call was answered from outside
  timed_out,    ///< an attempt's time was over
  retried,      ///< the wait before the next attempt was over
  served,       ///< a worker for the backlog came
  shelved,      ///< nobody serves the topic: into the backlog
  recalled,     ///< the engine that had called died: the next attempt
  woken,        ///< a sleep was over
  signalled,    ///< a signal came
  child_ended,  ///< an awaited job ended
  cycled,       ///< a cycle re-entered its ancestor
  interrupted,  ///< somebody ended the job
  acknowledged, ///< mail without effect was taken up
  condensed,    ///< no step: it stands for the records before, which are not kept
  resumed,      ///< the job came to be, to go on where another had failed
};

[[nodiscard]] std::string_view name(cause what) noexcept;

/// `count` digits of a pass turn from one state to another: one activity, or a skipped sub-tree.
struct turn {
  std::uint32_t slice = 0;
  std::uint32_t pass = 0;
  std::uint32_t first = 0; ///< the first activity, by its place in the plan
  std::uint32_t count = 1;
  digit from = digit::pending;
  digit to = digit::pending;

  bool operator==(const turn&) const = default;
};

/// A slice is opened: a fresh row of 9s, with '0' where a slice is nested in it.
struct opening {
  std::uint32_t slice = 0;
  std::uint32_t pass = 0;   ///< how often this slice had been opened before in its job
  std::uint32_t parent = 0; ///< the pass of the slice around it
  std::uint32_t first = 0;  ///< the activity at its first position
  std::string digits;

  bool operator==(const opening&) const = default;
};

struct pass_name {
  std::uint32_t slice = 0;
  std::uint32_t pass = 0;

  auto operator<=>(const pass_name&) const = default;
};

/// What an activity read and wrote in one pass. An empty value leaves what was there, but for the
/// signal of a hook that is answered anew.
struct documents {
  value input;
  value output;
  value hook;
  value error;            ///< {code, message, data} of a caught error
  int code = 0;           ///< of its newest reply; 0: none yet
  std::int64_t at_ms = 0; ///< of its newest reply

  bool operator==(const documents&) const = default;
};

/// What an 8 or a 5 waits for.
struct obligation {
  enum class kind : std::uint8_t {
    called,  ///< attempt n is out, at a worker
    pending, ///< attempt n said 202: somebody will complete it
    retry,   ///< attempt n is to be made when due
    backlog, ///< attempt n waits for a worker of its topic
    child,   ///< an awaited job
    wait,    ///< a signal, a time, or both
  };

  kind is = kind::called;
  std::uint32_t attempt = 0;
  std::uint32_t deaths = 0;           ///< how often its node died under it, counted by takeovers
  std::int64_t since_ms = 0;          ///< when this attempt or wait began
  std::optional<std::int64_t> due_ms; ///< when it answers itself: a timeout, a backoff, a sleep
  std::string topic;                  ///< of the worker or the signal
  std::string child;                  ///< the awaited job
  std::vector<std::string> waits;     ///< where signals find it on the board
  bool standing = false;              ///< a re-enterable hook
  value input; ///< what was sent, when mapping it again might give another value

  bool operator==(const obligation&) const = default;
};

[[nodiscard]] std::string_view name(obligation::kind what) noexcept;

/// What a job is from its birth on.
struct identity {
  std::string job;
  std::string gid; ///< drawn once for each accepted start
  std::string app;
  std::string version;
  std::string topic;
  std::string parent; ///< the job that awaits it; empty: none
  std::string parent_gid;
  std::string parent_activity; ///< its await, by id
  instance parent_at;
  bool severed = false;    ///< the parent does not wait for its end
  std::uint32_t depth = 0; ///< how many awaits it is below a job from outside
  std::uint32_t slices = 1;
  history_mode history = history_mode::full;
  std::string origin;        ///< the failed job that it goes on from; empty: none
  std::uint32_t retries = 0; ///< how often what it does has been started again like that
  /// Whose idempotency keys its calls carry: of the first job, where this one is, or is below, one
  /// that goes on from another; empty: its own, `gid`.
  std::string keys;

  /// What names its calls to those who must not do a thing twice.
  [[nodiscard]] const std::string& caller() const noexcept { return keys.empty() ? gid : keys; }

  bool operator==(const identity&) const = default;
};

/// How a job ended.
struct conclusion {
  std::string state; ///< "completed", "failed", "interrupted"
  value error;       ///< {code, message, activity, data}; empty: none

  bool operator==(const conclusion&) const = default;
};

struct record {
  std::uint64_t number = 0;     ///< n: 1 for the first
  std::int64_t at_ms = 0;       ///< t: the ledger's time
  cause why = cause::created;   ///< y
  instance at;                  ///< a: whom it happened to
  std::uint32_t attempt = 0;    ///< m: which attempt it was about
  int code = 0;                 ///< c: of the reply, if there was one
  std::string mail;             ///< i: the mail that was taken up
  std::optional<identity> born; ///< b: in the first record
  std::string state;            ///< z: the whole state before what follows (checkpoint.hpp)
  head head_there{};            ///< h: of a checkpoint: behind the records that it stands for
  std::vector<opening> opened;  ///< p
  std::vector<turn> turns;      ///< d
  std::vector<std::pair<std::string, value>> data;      ///< w: writes of the job's shared data
  std::vector<std::pair<instance, documents>> written;  ///< o
  std::vector<std::pair<pass_name, documents>> answers; ///< q: the answer that opened a pass
  std::vector<std::pair<instance, std::optional<obligation>>> owed; ///< g: made; none: settled
  std::vector<std::pair<instance, std::string>>
      children;                     ///< k: the child that an await's pass started
  std::vector<pass_name> forgotten; ///< f
  std::vector<std::string> marks;   ///< s: facts of the job that are said once ("answered")
  std::vector<std::pair<std::string, value>> index;   ///< x: measures `index`, name and value
  std::vector<std::pair<instance, value>> attributes; ///< l: `telemetry` of those that answered
  std::optional<conclusion> end;                      ///< e

  bool operator==(const record&) const = default;
};

[[nodiscard]] std::string encode(const record& what);
/// What is kept of a record in a history of this mode, as stored: `whole`, which is its encoded
/// form; the record without documents; nothing. The head is over the whole record in each of them.
[[nodiscard]] std::optional<std::string> history_entry(const record& what, const std::string& whole,
                                                       history_mode mode);
/// `corrupt` says what is wrong: too short, another format, checksum, a missing key.
[[nodiscard]] result<record> decode_record(std::string_view bytes);

// The MessagePack of a record's parts, as rows and fields of the store hold them.

[[nodiscard]] std::string encode(const identity& who);
[[nodiscard]] result<identity> decode_identity(std::string_view bytes);
/// Values of more than `inline_limit` bytes are left out: an empty binary stands for them.
[[nodiscard]] std::string encode(const documents& what, std::size_t inline_limit = SIZE_MAX);
[[nodiscard]] result<documents> decode_documents(std::string_view bytes);
[[nodiscard]] std::string encode(const obligation& what);
[[nodiscard]] result<obligation> decode_obligation(std::string_view bytes);

} // namespace quipu
