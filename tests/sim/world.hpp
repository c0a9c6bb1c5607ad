#pragma once

#include "actors/runner.hpp"
#include "actors/shelf.hpp"
#include "collation/memory_ledger.hpp"
#include "tests/sim/auditor.hpp"
#include "tests/sim/author.hpp"
#include "tests/sim/strikes.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace quipu::sim {

/// What became of a seed.
struct ending_of_world {
  std::optional<std::string> wrong; ///< what was found
  std::vector<strike> strikes;      ///< everything that went wrong on the way
  std::uint64_t trace = 0;          ///< a hash over everything that happened, in order
  std::uint64_t records = 0;
  std::size_t jobs = 0;
};

/// Engines, the wire between them and the store, workers, people: the twin of what runs in a node,
/// in one thread and in virtual time. The runner, the step and the memory store are the real ones;
/// around them everything comes in an order that the seed decides.
class world {
public:
  struct settings {
    std::uint64_t seed = 1;
    std::optional<std::vector<strike>> only; ///< exactly these instead of what the seed decides
    bool tells = false;                      ///< everything that happens, on standard output
  };

  explicit world(settings with);
  ~world();
  ending_of_world live();

private:
  struct engine;
  struct happening {
    std::size_t who = nobody; ///< comes to this engine, in the life that it had then
    std::uint64_t life = 0;
    std::function<void()> what;
  };
  static constexpr std::size_t nobody = SIZE_MAX;

  void at(std::int64_t when, std::function<void()> what);
  void at(std::int64_t when, const engine& to, std::function<void()> what);
  void run_until(std::int64_t until);
  void note(std::string_view what, std::string_view whom, std::int64_t number = 0);

  // engines
  void boot(engine& one);
  void crash(engine& one);
  void draw_token(engine& one);
  void renew(engine& one);
  void look(engine& one);
  void look_for_mail(engine& one);
  void look_for_jobs(engine& one);
  void in_doubt(engine& one, const failure& why);
  void fire(engine& one);
  template <class Tell>
  void tell(engine& one, Tell tell);
  void perform(engine& one);
  void perform(engine& one, wish::step& what);
  void perform(engine& one, wish::start& what);
  void perform(engine& one, wish::commit& what);
  void perform(engine& one, wish::call& what);
  void perform(engine& one, wish::cancel& what);
  void perform(engine& one, wish::read& what);
  void perform(engine& one, wish::accept& what);
  void perform(engine& one, wish::tell& what);
  void perform(engine& one, wish::alarm& what);
  void perform(engine& one, wish::interrupt& what);
  void perform(engine& one, wish::condense& what);
  void perform(engine& one, wish::warn& what);
  void perform(engine& one, wish::trace& what);
  template <class T, class Ask, class Then>
  void ask(engine& one, std::string_view what, Ask ask, Then then, bool aside = false);

  // people
  void act(const deed& what);
  void publish(const deed& what, int tries);
  void signal(const std::string& topic, const json& data, const std::string& id);
  void interrupt(const std::string& job, bool throws, bool descend, int tries);
  void complete(const std::string& job, const std::string& activity, std::uint32_t pass, said with,
                const std::string& id);
  void pending(const std::string& job, const std::string& activity, std::uint32_t pass);
  void answer_everything(int round);
  void check_starts();
  void check_nothing_is_left();

  engine* alive();
  [[nodiscard]] bool is_hidden(const std::string& topic) const;

  settings with_;
  script script_;
  strikes strikes_;
  dice dice_;
  std::int64_t now_ms_ = 1'700'000'000'000;
  std::int64_t began_ms_ = now_ms_;
  memory_ledger store_;
  auditor audit_;
  shelf plans_;
  std::vector<std::unique_ptr<engine>> engines_;
  std::vector<std::unique_ptr<runner>> buried_; ///< died while it was performed
  std::map<std::pair<std::int64_t, std::uint64_t>, happening> to_come_;
  std::uint64_t happenings_ = 0;
  std::uint64_t names_ = 0;
  std::uint64_t trace_ = 0;
  std::map<std::string, std::int64_t> hidden_; ///< topics that nobody serves until then
  std::map<std::string, std::uint64_t> calls_;
  struct start_asked {
    std::string job;
    std::size_t whom = 0; ///< the engine, in the life that it had then
    std::uint64_t life = 0;
    bool answered = false;
    bool accepted = false;
  };
  std::map<std::uint64_t, start_asked> asked_; ///< by request
  std::uint64_t replies_ = 0;
  std::int64_t skew_ms_ = 0;
  bool troubled_ = true;
};

} // namespace quipu::sim
