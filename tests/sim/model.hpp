#pragma once

#include "collation/record.hpp"
#include "tests/sim/author.hpp"

#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

/// The reference interpreter: what the flow language says a job is after each thing that happens to
/// it. It is naive on purpose, reads the story and not the plan, and shares no code with the
/// engine's step; the records only tell it what happened, in which order.
namespace quipu::sim {

/// A record, or something else that was seen, that cannot be.
struct wrong : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What an open digit waits for.
struct owing {
  obligation::kind is = obligation::kind::called;
  std::uint32_t attempt = 0;
  std::uint32_t deaths = 0;
  std::optional<std::int64_t> due_ms;
  std::string child;
  std::string topic; ///< of a signal that it waits for
  json k;            ///< that it waits for
  bool standing = false;
};

struct call_due {
  instance at;
  std::uint32_t attempt = 1;
  std::string topic;
  json input;
};

struct child_due {
  instance at;
  std::string job;
  std::string topic;
  json message;
  bool severed = false;
};

struct signal_due {
  instance at;
  std::string topic;
  json k;
  bool all = false;
  bool keeps = false;
};

struct interrupt_due {
  std::string job;
  bool throws = true;
  bool descend = false;
};

/// What a step calls for besides the record.
struct consequences {
  std::vector<call_due> calls;
  std::vector<child_due> children;
  std::vector<signal_due> signals;
  std::vector<interrupt_due> interrupts;
  std::vector<std::string> below; ///< awaited children that end with their parent
  std::vector<json> notices;
  std::optional<json> report;
};

/// What the record leaves open: the answer that it is about, and which ids children got.
struct circumstances {
  said answer;
  bool throws = true; ///< an interrupt
  bool descend = false;
  std::map<instance, std::string> born; ///< by await
};

class model {
public:
  model(const story& all, const graph& of, std::string job)
      : story_(&all), graph_(&of), name_(std::move(job)) {
    divide();
  }

  /// Makes the step and compares it with the record; throws `wrong`.
  consequences follow(const record& seen, const circumstances& with);

  [[nodiscard]] const graph& rules() const noexcept { return *graph_; }
  [[nodiscard]] const json& message() const noexcept { return message_; }
  [[nodiscard]] bool ended() const noexcept { return !state_.empty(); }
  [[nodiscard]] const std::string& state() const noexcept { return state_; }
  [[nodiscard]] const std::map<instance, owing>& owed() const noexcept { return owed_; }
  [[nodiscard]] char digit_of(const instance& at) const;
  [[nodiscard]] std::string key() const;
  /// Digits that are 8 without anything they wait for: steps that somebody has to make.
  [[nodiscard]] std::vector<instance> to_be_made() const;
  /// The newest attempt that was ever begun; 0: none.
  [[nodiscard]] std::uint32_t attempts(const instance& at) const;
  [[nodiscard]] const json* input(const instance& at) const;
  [[nodiscard]] const json& data() const noexcept { return data_; }
  /// What an event would be about now; empty: it would have no effect, and why not.
  [[nodiscard]] bool would_matter(std::string_view mail_kind, const instance& at,
                                  std::int64_t now_ms) const;

private:
  struct documents {
    std::optional<json> output;
    std::optional<json> hook;
    bool error = false;
    int code = 0;
  };
  /// A stretch that may be entered more than once.
  struct region {
    int first = 0;
    int count = 0;
    int around = 0;
    int owner = 0;
  };
  struct opening {
    std::uint32_t around = 0;
    std::optional<documents> answer;
  };
  using place = std::pair<int, std::uint32_t>; ///< region, pass

  [[nodiscard]] const node& of(const instance& at) const { return graph_->nodes.at(at.activity); }
  [[nodiscard]] const node& of(int at) const {
    return graph_->nodes.at(static_cast<std::size_t>(at));
  }
  [[nodiscard]] int region_of(const instance& at) const { return region_of_.at(at.activity); }

  void divide();
  void divide(int at, int within);
  void happen(const record& seen, const circumstances& with);
  void compare(const record& seen) const;
  [[noreturn]] void fault(const std::string& why) const;

  void turn(const instance& at, char to);
  void skip(const instance& at);
  [[nodiscard]] int count(std::string_view digits) const;
  std::uint32_t open_fresh(int which, std::uint32_t around);
  [[nodiscard]] std::optional<std::uint32_t> unopened(int which, std::uint32_t around) const;
  std::uint32_t open(int which, const instance& owner);
  [[nodiscard]] instance above(int ancestor, const instance& from) const;

  [[nodiscard]] std::optional<json> value(const term& what, const instance& at,
                                          const json* said = nullptr) const;
  [[nodiscard]] json values(const terms& maps, const instance& at,
                            const json* said = nullptr) const;
  void owe(const instance& at, owing what);
  void settle_owing(const instance& at);

  void settle(const instance& at, const said& given, const std::optional<json>& speech);
  void fail(const instance& at, int code) { settle(at, {said::status::error, code, {}, 0}, {}); }
  void share(const instance& at, const said& given);
  [[nodiscard]] std::vector<bool> choose(const instance& at, const said& given) const;
  void take(const instance& at, const std::vector<bool>& ways, bool interim);
  void tell(const instance& at, bool is_final);
  void begin(const instance& at);
  void begin_await(const instance& at);
  void begin_hook(const instance& at);
  void call(const instance& at, std::uint32_t attempt);
  void reply(const instance& at, const said& given);
  void give_up(const instance& at, const said& given);
  void pass(const instance& at, const circumstances& with);
  void end(std::string state, int code, std::string activity);
  void finish();
  void disarm();
  void conclude();

  const story* story_;
  const graph* graph_;
  std::string name_; ///< the job's
  std::vector<region> regions_;
  std::vector<int> region_of_;
  std::vector<int> behind_;                   ///< of each node: the region of a cycle hook
  std::vector<std::vector<int>> way_regions_; ///< of each node's ways, 0: none of its own

  json message_;
  json data_ = json::object();
  std::string state_;
  bool answered_ = false; ///< whoever awaits has been told
  std::uint64_t records_ = 0;
  std::int64_t now_ms_ = 0;
  std::map<instance, char> digits_;
  std::map<place, opening> openings_;
  std::vector<std::uint32_t> opened_;
  std::map<instance, documents> documents_;
  std::map<instance, owing> owed_;
  std::map<instance, std::uint32_t> attempts_;
  std::map<instance, json> inputs_;

  // of the step that is being made
  struct changes {
    std::map<instance, char> digits;
    std::set<std::tuple<int, std::uint32_t, std::uint32_t>> opened;
    std::map<place, documents> answers;
    std::map<std::string, json> data;
    std::map<instance, documents> written;
    std::set<instance> owed;
    std::map<instance, owing> before;
    std::vector<instance> begun;
    std::string state;
    std::optional<int> error;
    std::string error_at;
    bool descends = false;
    bool marked = false;
    std::map<instance, int> refusals; ///< what the record says went wrong, by activity
    const circumstances* with = nullptr;
    consequences after;
  };
  changes now_;
};

} // namespace quipu::sim
