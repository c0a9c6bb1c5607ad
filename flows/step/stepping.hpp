#pragma once

#include "flows/draft.hpp"
#include "flows/step.hpp"
#include "flows/view.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace quipu {

/// A step on its way: what the kinds of activities work with. `settle` is leg 2 of one activity,
/// `begin` leg 1 of another; between them stand the conditions of the edges.
class stepping {
public:
  /// The mark of a job that is forgotten soon after its end: a signal said so.
  static constexpr std::string_view scrubs = "scrubs";

  stepping(const ground& on, const job& before, const event& what);

  [[nodiscard]] const ground& on() const noexcept { return on_; }
  [[nodiscard]] const event& what() const noexcept { return what_; }
  [[nodiscard]] draft& job() noexcept { return draft_; }
  [[nodiscard]] const activity& rules(const instance& at) const { return draft_.rules(at); }

  /// Leg 2: writes what came, takes the edges that hold, skips the others. `said` is what
  /// `{$self.output.data}` is until `output.maps` has spoken; the documents `input` and `hook` are
  /// the caller's to write. False: it is an error now, or its job has ended.
  bool settle(const instance& at, const answer& given, const value& said = {});
  /// The activity has an error: an edge that names its code catches it, or the job fails.
  void fail(const instance& at, int code, const std::string& message, json data = nullptr);
  /// A cycle has come back to its ancestor: `said` is the answer of a new pass.
  void reenter(const instance& ancestor, const value& said);
  /// Ends the job now, whatever is open.
  void interrupt(const interruption& how);
  void end(conclusion how);

  /// The value of a mapping as `at` sees it. Failure: why; it is an error of the activity it was
  /// for.
  [[nodiscard]] result<std::optional<json>> evaluate(const mapping& rule, const instance& at) const;
  /// The value of a mapping whose failure is nobody's error: a warning, and undefined. It stands
  /// under `key` of what is called `of`.
  [[nodiscard]] std::optional<json> evaluate_or_warn(const std::optional<mapping>& rule,
                                                     const instance& at, std::string_view key,
                                                     std::string_view of);
  /// The topic of an activity; failure when it is no text.
  [[nodiscard]] result<std::string> topic(const instance& at) const;
  /// The input of an activity, checked against its schema; `{}` when it maps none.
  [[nodiscard]] result<value> input(const instance& at);
  /// Whether what was said keeps to `output.schema`, or to that of its code. `invalid`: it does not.
  result<void> check_output(const instance& at, const answer& given, const value& said);
  /// Notes what breaks a schema; true: it is to be refused.
  bool refuses(const schema* rules, const json& data, std::string_view where, std::string& why);
  /// Whether what breaks a schema is refused, by whoever asks first; else there is a warning.
  [[nodiscard]] bool enforces() const noexcept {
    return on_.app.schemas == definition::schema_mode::enforce;
  }
  /// Warns of what breaks a schema that would have been asked at the door, if it were enforced.
  void warn_of(const std::optional<schema>& rules, const json& data, std::string_view where);

  /// Something for people; the job goes on.
  void warn(std::string what) { draft_.made().warnings.push_back(std::move(what)); }
  /// Takes up again what an earlier step has left for later (`put_off`). False: there is nothing.
  bool take_up(const instance& at);

  /// Begins what was taken, and so on until nothing is left to be done at once; decides whether the
  /// job has ended.
  outcome finish();

private:
  /// `output.maps`. `invalid`, `failed`: it is an error.
  result<void> speak(const instance& at, const answer& given, const value& said);
  /// Writes down what came.
  void note(const instance& at, const answer& given);
  /// `job.maps`, or the maps of its code. Failure: why.
  result<void> share(const instance& at, const answer& given);
  /// Which edges hold. Failure: conditions that cannot be evaluated.
  [[nodiscard]] result<std::vector<bool>> choose(const instance& at, const answer& given);
  /// Begins what is behind the edges that hold and skips the rest; `interim`: skips nothing.
  void take(const instance& at, const std::vector<bool>& ways, bool interim);
  void trace(const instance& at);
  /// `emit`, and `persist` once it is final: of a pending reply more is to come.
  void tell(const instance& at, bool is_final);
  void begin(const instance& at);
  bool below_threshold(const instance& at);
  /// Whether what begins must wait for the next commit: this one is as large as it may be.
  [[nodiscard]] bool is_full();
  /// The activity stays 8 and asks nobody yet: a commit of its own follows at once.
  void put_off(const instance& at);
  void disarm_what_only_returns();
  void conclude();
  [[nodiscard]] std::int64_t kept_for();

  const ground& on_;
  const event& what_;
  draft draft_;
  std::vector<instance> begun_; ///< turned to 8, not yet begun
  std::size_t asked_bytes_ = 0; ///< of what is asked in this step
  bool has_put_off_ = false;
  std::optional<conclusion> end_;
  std::optional<interruption> descends_; ///< the end is that of the awaited children too
};

} // namespace quipu
