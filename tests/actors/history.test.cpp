/// The modes of history, over a real node: what is kept, and that nothing else changes.

#include <quipu/node.hpp>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>

namespace quipu {

namespace {

constexpr auto flow = R"(app:
  id: secrets
  version: '1'
  graphs:
    - subscribes: outer
      activities:
        t: {type: trigger}
        ask: {type: worker, topic: ask, input: {maps: {q: '{t.output.data.q}'}}, job: {maps: {a: '{$self.output.data.a}'}}}
        below: {type: await, topic: .inner, input: {maps: {q: '{ask.output.data.a}'}}}
        fails: {type: worker, topic: refuse}
      transitions: {t: [{to: ask}], ask: [{to: below}], below: [{to: fails}]}
    - subscribes: .inner
      activities: {it: {type: trigger}, pass: {type: hook}}
      transitions: {it: [{to: pass}]}
)";

/// Everything that is said of a job in a directory of its own.
struct told {
  job_info job;
  std::vector<json> records;
  std::vector<json> child;
};

class home {
public:
  home()
      : path_(std::filesystem::temp_directory_path() /
              fmt::format("quipu-history-{}", ::getpid())) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
    std::ofstream{path_ / "flow.yaml"} << flow;
  }
  ~home() { std::filesystem::remove_all(path_); }
  home(const home&) = delete;
  home& operator=(const home&) = delete;

  /// A node with this mode, in the same directory as those before it.
  void with(history_mode mode, const std::function<void(client&)>& act, bool serves = true) const {
    node_options options;
    options.store = "lmdb:" + (path_ / "data").string();
    options.durable = node_options::durability::relaxed;
    options.history = mode;
    options.engines = 1;
    options.listen = false;
    node one{options};
    if (serves)
      one.serve("ask", [](call& asked) -> reply { return ok({{"a", asked.data()["q"]}}); });
    if (serves)
      one.serve("refuse", [](call&) -> reply {
        return fail(402, "hidden message", {{"hidden", "error"}});
      });
    REQUIRE(one.start());
    const auto version = one.client().deploy((path_ / "flow.yaml").string());
    REQUIRE(version);
    REQUIRE(one.client().activate(version->app, version->version));
    act(one.client());
  }

private:
  std::filesystem::path path_;
};

told run(client& in, const std::string& id) {
  const auto end = in.run("outer", {{"q", "hidden question"}},
                          {.id = id, .app = {}, .timeout = std::chrono::minutes{1}});
  REQUIRE(end);
  CHECK(end->state == "failed");
  CHECK(end->error->message == "hidden message");
  CHECK(end->data == json{{"a", "hidden question"}});
  const auto job = in.job(id);
  REQUIRE(job);
  REQUIRE(job->children.size() == 1);
  return {*job, in.history(id).value(), in.history(job->children.front()).value()};
}

/// Causes and keys, record by record: what a history in digits must have in common with a full one.
std::vector<std::string> steps(const std::vector<json>& records) {
  std::vector<std::string> all;
  for (const auto& each : records)
    all.push_back(fmt::format("{} {} {}", each["cause"].get<std::string>(),
                              each["activity"].get<std::string>(), each["key"].get<std::string>()));
  return all;
}

} // namespace

TEST_CASE("digits keeps every step and no document, off keeps no record, and the job is the same") {
  const home place;
  std::optional<told> full;
  std::optional<told> digits;
  std::optional<told> off;
  place.with(history_mode::full, [&](client& in) { full = run(in, "j-full"); });
  place.with(history_mode::digits, [&](client& in) { digits = run(in, "j-digits"); });
  place.with(history_mode::off, [&](client& in) { off = run(in, "j-off"); });

  CHECK(json(full->records).dump().find("hidden question") != std::string::npos);
  CHECK(json(full->records).dump().find("hidden message") != std::string::npos);
  CHECK(steps(digits->records) == steps(full->records));
  CHECK(steps(digits->child) == steps(full->child));
  CHECK(json(digits->records).dump().find("hidden") == std::string::npos);
  CHECK(json(digits->child).dump().find("hidden") == std::string::npos);
  CHECK(off->records.empty());
  CHECK(off->child.empty());
  for (const auto* each : {&*digits, &*off}) {
    CHECK(each->job.key == full->job.key);
    CHECK(each->job.composite == full->job.composite);
    CHECK(each->job.data == full->job.data);
    CHECK(each->job.error->message == "hidden message");
  }
  CHECK(full->job.history == history_mode::full);
  CHECK(digits->job.history == history_mode::digits);
  CHECK(off->job.history == history_mode::off);
  CHECK(to_json(off->job)["history"] == "off");
}

TEST_CASE("a job keeps the mode that it was born with, whatever the node is set to that goes on "
          "with it") {
  const home place;
  const auto begin = [&](history_mode mode, const std::string& id) {
    place.with(
        mode,
        [&](client& in) {
          REQUIRE(in.publish("outer", {{"q", 1}}, {.id = id, .app = {}}));
        },
        false);
  };
  begin(history_mode::off, "o");
  begin(history_mode::digits, "d");
  begin(history_mode::full, "f");
  place.with(history_mode::off, [](client& in) {
    for (const std::string id : {"o", "d", "f"})
      REQUIRE(in.wait(id, std::chrono::minutes{1})->state == "failed");
    CHECK(in.history("o")->empty());
    CHECK(steps(*in.history("d")) == steps(*in.history("f")));
    CHECK(json(*in.history("d")).dump().find("hidden") == std::string::npos);
    CHECK(json(*in.history("f")).dump().find("hidden") != std::string::npos);
    CHECK(in.job("f")->history == history_mode::full);
    CHECK(in.job(in.job("f")->children.front())->history == history_mode::full);
  });
}

} // namespace quipu
