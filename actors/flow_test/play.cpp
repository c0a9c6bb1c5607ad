#include "actors/flow_test/play.hpp"

#include "actors/answered.hpp"
#include "actors/flow_test/compare.hpp"
#include "actors/flow_test/diary.hpp"
#include "actors/stage.hpp"
#include "flows/nearest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ranges>
#include <set>

namespace quipu::flow_test {

namespace {

/// So many jobs are told of when a test has failed.
constexpr std::size_t most_jobs = 20;

// A step in a few words.
std::string words(const publish& what) {
  return fmt::format("publish {}{}{} {}", what.topic, what.id.empty() ? "" : " as ", what.id,
                     what.data.dump());
}
std::string words(const advance& what) { return "advance " + shown(what.by_ms); }
std::string words(const signal& what) {
  return fmt::format("signal {} {}", what.topic, what.data.dump());
}
std::string words(const complete& what) {
  return fmt::format("complete {} of {}", what.what.activity, what.what.job);
}
std::string words(const interrupt& what) { return "interrupt " + what.job; }
std::string words(const activate& what) {
  return what.app.compiled ? fmt::format("activate {} version {}", what.app.compiled->app,
                                         what.app.compiled->version)
                           : "activate";
}
std::string words(const scrub& what) { return "scrub " + what.job; }
std::string words(const expectation& what) {
  return fmt::format("expect {}", fmt::join(std::views::keys(what.at), ", "));
}

/// One test on its way. It ends with its first fault.
class playing {
public:
  playing(suite& all, const test& one, ledger& store, virtual_clock& time)
      : all_(all), one_(one), store_(store), time_(time),
        stage_(store, time, [this](const wish::call& asked) { return answer(asked); }),
        began_ms_(time.now_ms) {}

  outcome play(bool with_diary) {
    all_.workers.reset();
    if (with_diary)
      stage_.watch = [this](const stage_entry& each) {
        made_.diary.push_back("  " + told(each, began_ms_));
      };
    made_.name = one_.name;
    if (auto ready = stage_.activate(all_.app.compiled, all_.app.source); !ready)
      fault(one_.at, ready.error().message);
    for (const auto& step : one_.steps) {
      if (!made_.faults.empty()) break;
      now_ = &step;
      if (with_diary)
        made_.diary.push_back(
            fmt::format("{}: {}", step.at.line,
                        std::visit([](const auto& what) { return words(what); }, step.what)));
      std::visit([this](const auto& what) { perform(what); }, step.what);
      if (stage_.runaway())
        fault(step.at,
              fmt::format("job \"{}\" goes on and on without time passing", *stage_.runaway()));
    }
    if (!made_.faults.empty()) tell_why(with_diary);
    if (with_diary) tell_heads();
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
    for (auto& each : compare(what, job, stage_)) {
      const auto at = what.at.find(each.key);
      fault(at != what.at.end() ? at->second : now_->at, std::move(each.message));
    }
  }

  template <class T>
  void meets(const result<T>& answer) {
    meets(answer ? nullptr : &answer.error());
  }

  /// Whether the step was refused if, and only if, it was to be; says so if not.
  bool meets(const failure* why) {
    if (why != nullptr && stage_.watch)
      made_.diary.push_back(fmt::format("  refused: {} {}", status(why->code), why->message));
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
    if (made && !*made) unserved_.insert(asked.what.topic);
    if (made) return *made;
    fault(now_ != nullptr ? now_->at : one_.at, made.error().message);
    return late_reply{{answer::status::error, 500, json{{"message", made.error().message}}}, 0};
  }

  void fault(const place& at, std::string message) {
    made_.faults.push_back(
        fmt::format("{}:{}:{}: {}", at.file ? *at.file : all_.file, at.line, at.column, message));
  }

  /// The head of each job, which stands for every byte of its records.
  void tell_heads() {
    job_filter which;
    do {
      answered<job_page> asked;
      store_.jobs(which, asked.then());
      const auto page = asked.wait();
      if (!page) return;
      for (const auto& row : page->rows) {
        answered<snapshot> read;
        store_.read(row.job, read.then());
        if (const auto seen = read.wait())
          made_.diary.push_back(fmt::format("head of {}: {}", row.job, to_hex(seen->at)));
      }
      which.after = page->next;
    } while (!which.after.empty());
  }

  /// What helps to see why the test failed.
  void tell_why(bool with_diary) {
    for (const auto& topic : unserved_)
      made_.history.push_back(fmt::format("`workers` has no \"{}\", so its calls wait{}", topic,
                                          did_you_mean(topic, all_.workers.topics())));
    for (const auto& each : stage_.warnings()) made_.history.push_back("warning: " + each);
    if (with_diary) return;
    std::vector<std::string> jobs{about_.begin(), about_.end()};
    for (std::size_t next = 0; next < jobs.size() && next < most_jobs; ++next) {
      const auto records = stage_.history(jobs[next]);
      if (!records) continue;
      made_.history.push_back(fmt::format("history of {}:", jobs[next]));
      for (const auto& each : *records) made_.history.push_back("  " + told(each, began_ms_));
      if (const auto info = stage_.job(jobs[next]))
        for (const auto& child : info->children)
          if (std::find(jobs.begin(), jobs.end(), child) == jobs.end()) jobs.push_back(child);
    }
  }

  suite& all_;
  const test& one_;
  ledger& store_;
  virtual_clock& time_;
  stage stage_;
  outcome made_;
  const test_step* now_ = nullptr;
  std::string last_;
  std::set<std::string> about_;
  std::set<std::string> unserved_; ///< topics that were called and that no mock answers
  std::int64_t began_ms_;
};

} // namespace

std::vector<outcome> play(suite& all, const make_store& store, bool with_diary) {
  std::vector<outcome> made;
  for (const auto& one : all.tests) {
    virtual_clock time;
    auto empty = store([&time] { return time.now_ms; });
    if (!empty)
      made.push_back({one.name, {empty.error().message}, {}, {}});
    else
      made.push_back(playing{all, one, **empty, time}.play(with_diary));
  }
  return made;
}

} // namespace quipu::flow_test
