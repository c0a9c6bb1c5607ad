#include "flows/read.hpp"
#include "actors/flow_test/reading.hpp"
#include "actors/flow_test/suite.hpp"
#include "flows/nearest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

namespace quipu::flow_test {

namespace {

using words = std::string_view;

constexpr std::array<words, 3> file_keys{"app", "workers", "tests"};
constexpr std::array<words, 2> test_keys{"name", "steps"};
constexpr std::array<words, 12> expect_keys{"job",    "state",     "key",      "composite",
                                            "passes", "data",      "exactly",  "error",
                                            "calls",  "published", "children", "stats"};
constexpr std::array<words, 5> states{"running", "completed", "failed", "interrupted", "absent"};

/// Reads one step's mapping.
class reader {
public:
  reader(std::filesystem::path folder, findings& faults)
      : folder_(std::move(folder)), faults_(faults) {}

  /// A path of an app file, or what stands under `app:` in one.
  app_file app(const tree& written, bool may_be_refused) {
    findings found;
    app_file made;
    std::optional<definition> defined;
    if (written.is_string()) {
      const auto file = folder_ / written.text();
      const auto document = read_file(file, found);
      if (!document && !found.failed()) found.error(written.at, document.error().message);
      if (document) {
        made.source = to_json(*document);
        defined = read_definition(*document, found);
      }
    } else {
      tree root;
      root.is = tree::kind::map;
      root.at = written.at;
      root.entries.push_back({"app", written.at, written});
      made.source = to_json(root);
      defined = read_definition(root, found);
    }
    if (defined) made.compiled = compile(*defined, found);
    for (const auto& each : found.all()) {
      if (each.is == finding::weight::warning) continue;
      made.faults += (made.faults.empty() ? "" : "\n") + to_string(each);
      if (!may_be_refused) faults_.error(each.at, each.message);
    }
    return made;
  }

  test_step step(const tree& written) {
    test_step made;
    made.at =
        written.is_map() && !written.entries.empty() ? written.entries.front().at : written.at;
    std::vector<words> verbs;
    verbs.reserve(table.size());
    for (const auto& [verb, read] : table) verbs.push_back(verb);
    const tree* body = nullptr;
    if (!written.is_map()) {
      faults_.error(written.at, fmt::format("a step is one of: {}", fmt::join(verbs, ", ")));
      return made;
    }
    if (const auto* refused = written.find("refused")) made.refused = refusal_of(*refused);
    for (const auto& entry : written.entries) {
      if (entry.key == "refused") continue;
      const auto found = std::find(verbs.begin(), verbs.end(), entry.key);
      if (found == verbs.end()) {
        faults_.error(entry.at,
                      fmt::format("there is no step \"{}\"{}; there are: {}", entry.key,
                                  did_you_mean(entry.key, verbs), fmt::join(verbs, ", ")));
      } else if (body != nullptr) {
        faults_.error(entry.at,
                      fmt::format("a step does one thing; this one is \"{}\" already", made.verb));
      } else {
        body = &entry.value;
        made.verb = entry.key;
        (this->*table[static_cast<std::size_t>(found - verbs.begin())].second)(*body, made);
      }
    }
    const bool says_nothing = std::all_of(written.entries.begin(), written.entries.end(),
                                          [](const auto& entry) { return entry.key == "refused"; });
    if (says_nothing)
      faults_.error(made.at, fmt::format("a step is one of: {}", fmt::join(verbs, ", ")));
    return made;
  }

private:
  using read_step = void (reader::*)(const tree&, test_step&);

  std::optional<refusal> refusal_of(const tree& written) {
    static constexpr std::array<words, 2> keys{"code", "message"};
    if (written.is == tree::kind::scalar && written.scalar.is_boolean())
      return written.scalar.get<bool>() ? std::optional{refusal{}} : std::nullopt;
    if (!check_map(written, "`refused` is true, or it", keys, faults_)) return std::nullopt;
    return refusal{number_of(written, "code", faults_), text_of(written, "message", faults_)};
  }

  static json data_of(const tree& map, json otherwise = json::object()) {
    const auto* data = map.find("data");
    return data != nullptr ? to_json(*data) : std::move(otherwise);
  }

  void read_publish(const tree& written, test_step& to) {
    static constexpr std::array<words, 4> keys{"topic", "id", "app", "data"};
    if (!check_map(written, "publish", keys, faults_)) return;
    to.what = publish{text_of(written, "topic", faults_, true), text_of(written, "id", faults_),
                      text_of(written, "app", faults_), data_of(written)};
  }

  void read_signal(const tree& written, test_step& to) {
    static constexpr std::array<words, 4> keys{"topic", "id", "app", "data"};
    if (!check_map(written, "signal", keys, faults_)) return;
    to.what = signal{text_of(written, "topic", faults_, true), text_of(written, "id", faults_),
                     text_of(written, "app", faults_), data_of(written)};
  }

  void read_advance(const tree& written, test_step& to) {
    to.what = advance{duration_of(written, faults_)};
  }

  void read_complete(const tree& written, test_step& to) {
    static constexpr std::array<words, 5> keys{"job", "activity", "dimension", "reply", "id"};
    static constexpr std::array<words, 3> reply_keys{"status", "code", "data"};
    if (!check_map(written, "complete", keys, faults_)) return;
    complete made;
    made.what.job = text_of(written, "job", faults_, true);
    made.what.activity = text_of(written, "activity", faults_, true);
    made.what.id = text_of(written, "id", faults_);
    if (const auto pass = number_of(written, "dimension", faults_)) {
      if (!std::in_range<std::uint32_t>(*pass))
        faults_.error(written.find("dimension")->at, "a dimension is a number from 0 to 2^32 - 1");
      made.what.dimension = static_cast<std::uint32_t>(*pass);
    }
    if (const auto* reply = written.find("reply");
        reply != nullptr && check_map(*reply, "a reply", reply_keys, faults_)) {
      made.what.reply = answer_of(*reply, faults_);
      made.what.reply.data = data_of(*reply, nullptr);
    }
    to.what = std::move(made);
  }

  void read_interrupt(const tree& written, test_step& to) {
    static constexpr std::array<words, 5> keys{"job", "reason", "code", "throw", "descend"};
    if (!check_map(written, "interrupt", keys, faults_)) return;
    interrupt made{text_of(written, "job", faults_, true), json::object()};
    if (written.find("reason") != nullptr) made.how["reason"] = text_of(written, "reason", faults_);
    if (const auto code = number_of(written, "code", faults_)) {
      if (!std::in_range<int>(*code))
        faults_.error(written.find("code")->at, "a code has at most nine digits");
      made.how["code"] = *code;
    }
    if (const auto throws = truth_of(written, "throw", faults_)) made.how["throw"] = *throws;
    if (const auto descend = truth_of(written, "descend", faults_)) made.how["descend"] = *descend;
    to.what = std::move(made);
  }

  void read_activate(const tree& written, test_step& to) {
    static constexpr std::array<words, 1> keys{"app"};
    if (!check_map(written, "activate", keys, faults_)) return;
    if (const auto* named = written.find("app"))
      to.what = activate{app(*named, to.refused.has_value())};
    else
      faults_.error(written.at, "\"app\" is missing: a path, or a definition");
  }

  void read_scrub(const tree& written, test_step& to) {
    static constexpr std::array<words, 1> keys{"job"};
    if (!check_map(written, "scrub", keys, faults_)) return;
    to.what = scrub{text_of(written, "job", faults_, true)};
  }

  void read_expect(const tree& written, test_step& to) {
    if (!check_map(written, "expect", expect_keys, faults_)) return;
    expectation made;
    for (const auto& entry : written.entries) made.at.emplace(entry.key, entry.value.at);
    made.job = text_of(written, "job", faults_);
    const auto text = [&](const char* key, std::optional<std::string>& into) {
      if (written.find(key) != nullptr) into = text_of(written, key, faults_);
    };
    text("state", made.state);
    text("key", made.key);
    text("composite", made.composite);
    if (made.state && std::find(states.begin(), states.end(), *made.state) == states.end())
      faults_.error(written.find("state")->at,
                    fmt::format("a job's state is {}, not \"{}\"{}", fmt::join(states, ", "),
                                *made.state, did_you_mean(*made.state, states)));
    for (const auto& [key, into] :
         {std::pair{"data", &made.data}, std::pair{"exactly", &made.exactly},
          std::pair{"error", &made.error}})
      if (const auto* found = written.find(key)) *into = to_json(*found);
    for (const char* key : {"data", "exactly", "error", "calls", "published", "passes"})
      if (const auto* found = written.find(key); found != nullptr && !found->is_map())
        faults_.error(found->at, fmt::format("\"{}\" is a mapping", key));
    if (const auto* calls = written.find("calls"); calls != nullptr && calls->is_map())
      for (const auto& entry : calls->entries)
        if (const auto count = number_of(*calls, entry.key, faults_))
          made.calls.emplace(entry.key, *count);
    if (const auto* published = written.find("published");
        published != nullptr && published->is_map())
      for (const auto& entry : published->entries) {
        if (!entry.value.is_list() && !entry.value.scalar.is_number_integer())
          faults_.error(entry.value.at,
                        "what is published is a number, or a list of parts of the messages");
        made.published.emplace(entry.key, to_json(entry.value));
      }
    if (const auto* stats = written.find("stats")) {
      if (stats->is_list())
        for (const auto& each : stats->items) read_stats(each, made);
      else
        read_stats(*stats, made);
    }
    if (const auto* children = written.find("children")) made.children = texts(*children);
    if (const auto* passes = written.find("passes"); passes != nullptr && passes->is_map()) {
      made.passes.emplace();
      for (const auto& entry : passes->entries) made.passes->emplace(entry.key, texts(entry.value));
    }
    to.what = std::move(made);
  }

  void read_stats(const tree& written, expectation& to) {
    static constexpr std::array<words, 4> keys{"topic", "key", "app", "is"};
    if (!check_map(written, "what is expected of stats", keys, faults_)) return;
    stats_expectation made;
    made.of.topic = text_of(written, "topic", faults_, true);
    made.of.key = text_of(written, "key", faults_);
    made.of.app = text_of(written, "app", faults_);
    const auto* is = written.find("is");
    if (is == nullptr || !is->is_map())
      faults_.error(
          is != nullptr ? is->at : written.at,
          "\"is\" says what the measures are: {count: 2, sum: {total: 30}} would be right");
    else
      made.is = to_json(*is);
    to.stats.push_back(std::move(made));
  }

  std::vector<std::string> texts(const tree& written) {
    std::vector<std::string> all;
    if (!written.is_list()) faults_.error(written.at, "a list of texts would be right");
    for (const auto& item : written.items)
      if (item.is_string())
        all.push_back(item.text());
      else
        faults_.error(item.at, "a text, in quotes if it looks like a number, would be right");
    return all;
  }

  static constexpr std::array<std::pair<words, read_step>, 8> table{
      std::pair{words{"publish"}, &reader::read_publish},
      std::pair{words{"advance"}, &reader::read_advance},
      std::pair{words{"signal"}, &reader::read_signal},
      std::pair{words{"complete"}, &reader::read_complete},
      std::pair{words{"interrupt"}, &reader::read_interrupt},
      std::pair{words{"activate"}, &reader::read_activate},
      std::pair{words{"scrub"}, &reader::read_scrub},
      std::pair{words{"expect"}, &reader::read_expect}};

  std::filesystem::path folder_;
  findings& faults_;
};

result<suite> suite_of(const tree& document, std::string file, const std::filesystem::path& folder,
                       findings& faults) {
  suite made;
  made.file = std::move(file);
  reader from{folder, faults};
  if (check_map(document, "a file of flow tests", file_keys, faults)) {
    if (const auto* app = document.find("app"))
      made.app = from.app(*app, false);
    else
      faults.error(document.at, "\"app\" is missing: a path, or a definition");
    if (const auto* workers = document.find("workers"))
      made.workers = mocks::read(*workers, faults);
    const auto* tests = document.find("tests");
    if (tests == nullptr || !tests->is_list() || tests->items.empty())
      faults.error(tests != nullptr ? tests->at : document.at,
                   "`tests` is a list of at least one {name, steps}");
    else
      for (const auto& written : tests->items) {
        if (!check_map(written, "a test", test_keys, faults)) continue;
        auto& one = made.tests.emplace_back();
        one.name = text_of(written, "name", faults, true);
        one.at = written.entries.empty() ? written.at : written.entries.front().at;
        const auto* steps = written.find("steps");
        if (steps == nullptr || !steps->is_list() || steps->items.empty())
          faults.error(steps != nullptr ? steps->at : one.at,
                       "`steps` is a list of at least one step");
        else
          for (const auto& step : steps->items) one.steps.push_back(from.step(step));
      }
  }
  if (!faults.failed()) return made;
  return failure{fault::invalid, fmt::format("{}: it is no file of flow tests", made.file)};
}

} // namespace

result<suite> read(const std::filesystem::path& file, findings& faults) {
  const auto document = read_file(file, faults);
  if (!document) return document.error();
  return suite_of(*document, file.string(), file.parent_path(), faults);
}

result<suite> read_text(std::string text, std::string name, const std::filesystem::path& folder,
                        findings& faults) {
  const auto document = quipu::read_text(std::move(text), name, faults);
  if (!document) return document.error();
  return suite_of(*document, std::move(name), folder, faults);
}

} // namespace quipu::flow_test
