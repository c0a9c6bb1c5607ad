#include "actors/flow_test/play.hpp"

#include "actors/flow_test/compare.hpp"
#include "actors/stage.hpp"

#include <fmt/format.h>

#include <set>

namespace quipu::flow_test {

namespace {

/// One test on its way. It ends with its first fault.
class playing {
public:
  playing(suite& all, const test& one, ledger& store, virtual_clock& time)
      : all_(all), one_(one), time_(time),
        stage_(store, time, [this](const wish::call& asked) { return answer(asked); }) {}

  outcome play(bool with_history) {
    all_.workers.reset();
    made_.name = one_.name;
    if (auto ready = stage_.activate(all_.app.compiled, all_.app.source); !ready)
      fault(one_.at, ready.error().message);
    for (const auto& step : one_.steps) {
      if (!made_.faults.empty()) break;
      now_ = &step;
      std::visit([this](const auto& what) { perform(what); }, step.what);
      if (stage_.runaway())
        fault(step.at,
              fmt::format("job \"{}\" goes on and on without time passing", *stage_.runaway()));
    }
    if (!made_.faults.empty() || with_history) tell_histories();
    return std::move(made_);
  }

private:
  void perform(const publish& what) {
    const auto started = stage_.publish(what.topic, what.data, what.id, what.app);
    if (meets(started ? nullptr : &started.error()) && started) last_ = *started;
    if (started) about_.insert(*started);
  }
  void perform(const advance& what) { stage_.advance(what.by_ms); }
  void perform(const signal& what) {
    meets(stage_.signal(what.topic, what.data, what.id, what.app));
  }
  void perform(const complete& what) { meets(stage_.complete(what.what)); }
  void perform(const interrupt& what) { meets(stage_.interrupt(what.job, what.how)); }
  void perform(const scrub& what) { meets(stage_.scrub(what.job)); }
  void perform(const activate& what) {
    if (!what.app.compiled)
      meets(result<void>{failure{quipu::fault::invalid, what.app.faults}});
    else
      meets(stage_.activate(what.app.compiled, what.app.source));
  }
  void perform(const expectation& what) {
    const auto& job = what.job.empty() ? last_ : what.job;
    if (!job.empty()) about_.insert(job);
    for (auto& each : compare(what, job, stage_)) fault(now_->at, std::move(each));
  }

  template <class T>
  void meets(const result<T>& answer) {
    meets(answer ? nullptr : &answer.error());
  }

  /// Whether the step was refused if, and only if, it was to be; says so if not.
  bool meets(const failure* why) {
    if (!now_->refused) {
      if (why == nullptr) return true;
      fault(now_->at,
            fmt::format("{} was refused: {} {}", now_->verb, status(why->code), why->message));
      return false;
    }
    const auto& wanted = *now_->refused;
    if (why == nullptr) {
      fault(now_->at, fmt::format("{} was to be refused, and was not", now_->verb));
      return false;
    }
    if (wanted.code && *wanted.code != status(why->code))
      fault(now_->at, fmt::format("{} was to be refused with {}, was with {}: {}", now_->verb,
                                  *wanted.code, status(why->code), why->message));
    if (why->message.find(wanted.message) == std::string::npos)
      fault(now_->at, fmt::format("{} was to be refused with \"{}\", was with \"{}\"", now_->verb,
                                  wanted.message, why->message));
    return false;
  }

  std::optional<late_reply> answer(const wish::call& asked) {
    static const json nothing = json::object();
    const auto* input = asked.what.input.get();
    auto made =
        all_.workers.answer(asked.what.topic, input != nullptr ? *input : nothing, time_.now_ms);
    if (made) return *made;
    fault(now_ != nullptr ? now_->at : one_.at, made.error().message);
    return late_reply{{answer::status::error, 500, json{{"message", made.error().message}}}, 0};
  }

  void fault(const place& at, std::string message) {
    made_.faults.push_back(
        fmt::format("{}:{}:{}: {}", at.file ? *at.file : all_.file, at.line, at.column, message));
  }

  void tell_histories() {
    for (const auto& job : about_) {
      const auto records = stage_.history(job);
      if (!records) continue;
      made_.history.push_back(fmt::format("history of {}:", job));
      for (const auto& each : *records)
        made_.history.push_back("  " + each.dump(-1, ' ', false, json::error_handler_t::replace));
    }
    for (const auto& each : stage_.warnings()) made_.history.push_back("warning: " + each);
  }

  suite& all_;
  const test& one_;
  virtual_clock& time_;
  stage stage_;
  outcome made_;
  const test_step* now_ = nullptr;
  std::string last_;
  std::set<std::string> about_;
};

} // namespace

std::vector<outcome> play(suite& all, const make_store& store, bool with_history) {
  std::vector<outcome> made;
  for (const auto& one : all.tests) {
    virtual_clock time;
    auto empty = store([&time] { return time.now_ms; });
    if (!empty)
      made.push_back({one.name, {empty.error().message}, {}});
    else
      made.push_back(playing{all, one, **empty, time}.play(with_history));
  }
  return made;
}

} // namespace quipu::flow_test
