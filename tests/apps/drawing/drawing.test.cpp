#include "apps/drawing/drawing.hpp"

#include "apps/drawing/format.hpp"
#include "apps/drawing/phrase.hpp"
#include "apps/drawing/progress.hpp"
#include "flows/read.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>

using namespace quipu;
using namespace std::chrono_literals;

namespace {

definition every() {
  findings faults;
  const auto root = read_file(QUIPU_SOURCE_DIR "/tests/apps/drawing/every.yaml", faults);
  REQUIRE(root);
  auto read = read_definition(*root, faults);
  REQUIRE(read);
  return std::move(*read);
}

tree written(const std::string& text) { return to_tree(json::parse(text)); }

std::string rendered(const drawing& what, std::string_view in, const page& on = {}) {
  for (const auto& each : formats())
    if (each.name == in) return each.render(what, on);
  FAIL("no such format");
  return {};
}

const drawing::node& node_of(const drawing& of, const std::string& id) {
  const auto& nodes = of.flows.front().nodes;
  const auto found =
      std::find_if(nodes.begin(), nodes.end(), [&](const auto& each) { return each.id == id; });
  REQUIRE(found != nodes.end());
  return *found;
}

/// A drawing in which every word is somebody else's, and none is harmless.
drawing hostile() {
  const std::string evil =
      "\x1b[31m\"]</text><script>&\\ `x` #quot; %%{init}%% | end\n\xe2\x80\xae";
  drawing made;
  made.heading = evil;
  drawing::node trigger;
  trigger.id = evil;
  drawing::node hook;
  hook.id = evil;
  hook.kind = activity_kind::hook;
  hook.title = hook.topic = hook.when = evil;
  hook.notes = hook.waits = {evil};
  hook.depth = 1;
  hook.state = digit::paused;
  made.flows.push_back({evil, {evil}, {trigger, hook}});
  return made;
}

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

job_info a_job() {
  job_info made;
  made.id = "c-1";
  made.state = "running";
  made.key = "685898399"; // t look judge pay log again stop progress tell
  return made;
}

std::chrono::system_clock::time_point at_noon() {
  return std::chrono::system_clock::from_time_t(1'772'366'400); // 2026-03-01 12:00:00 UTC
}

/// What the drawing says about an activity that owes this.
std::vector<std::string> told(const std::string& activity, const json& open) {
  auto made = *draw(every(), "claim.made");
  auto job = a_job();
  job.open = json::array({open});
  job.open[0]["activity"] = activity;
  REQUIRE(show_progress(made, job, at_noon(),
                        [](const std::string& id) { return id == "c-1.x" ? "running" : ""; }));
  return node_of(made, activity).waits;
}

} // namespace

TEST_CASE("activities are drawn in the order of their digits, each below its parent") {
  const auto made = draw(every());
  std::vector<std::string> order;
  for (const auto& each : made.flows.at(0).nodes) order.push_back(each.id);
  CHECK(order == std::vector<std::string>{"t", "look", "judge", "pay", "log", "again", "stop",
                                          "progress", "tell"});
  CHECK(node_of(made, "log").depth == 4);
  CHECK(node_of(made, "tell").parent == 1);
  CHECK(*node_of(made, "again").back_to == 2);
  CHECK(*node_of(made, "pay").starts == 1);
  CHECK(node_of(made, "judge").hears ==
        std::vector<std::string>{"claim.judged", "claim.withdrawn"});
  CHECK(node_of(made, "progress").is_interim);
  CHECK_FALSE(node_of(made, "tell").is_interim);
}

TEST_CASE("a topic is drawn with the flows that it awaits and no others") {
  CHECK(draw(every(), "claim.made")->flows.size() == 2);
  CHECK(draw(every(), ".pay")->flows.size() == 1);
  CHECK_FALSE(draw(every(), "nothing"));
}

TEST_CASE("mappings and conditions read as formulas") {
  CHECK(phrase(written(R"("{a.output.data.x}")")) == "a.x");
  CHECK(phrase(written(R"("{$self.hook.data.id}")")) == "signal.id");
  CHECK(phrase(written(R"({"@pipe": [["{a.output.data.x}", 2], ["{@math.multiply}", 10],
                                     ["{@conditional.greater_than}"]]})")) == "(a.x × 2) > 10");
  CHECK(phrase(written(R"({"@pipe": [{"@pipe": [["{a.output.data.s}"], ["{@string.trim}"]]},
                                     {"@pipe": [["x"]]}, ["{@string.concat}"]]})")) ==
        R"(string.concat(string.trim(a.s), "x"))");
  CHECK(phrase_of_conditions(written(R"({"code": [404, 410]})")) == "on 404 or 410");
  CHECK(phrase_of_conditions(
            written(R"({"code": 200, "match": [{"expected": 1, "actual": "{a.output.data.n}"},
                                              {"expected": false, "actual": "{a.output.data.b}"}]})")) ==
        "on 200, if (a.n = 1) and (not a.b)");
  CHECK(phrase_of_conditions(written(R"({"gate": "or", "match": []})")) == "never");
  CHECK(phrase_of_conditions(written(R"({"match": []})")).empty());
}

TEST_CASE("a text is cut between characters, never in one") {
  CHECK(shortened("abc", 3) == "abc");
  CHECK(shortened("abcd", 3) == "ab…");
  CHECK(shortened("äöüß", 3) == "äö…");
}

TEST_CASE("a job's open activities say what they wait for") {
  const auto since = json("2026-03-01T11:57:00.000Z");
  CHECK(told("judge", {{"kind", "wait"}, {"topic", "claim.judged"}, {"since", since}}) ==
        std::vector<std::string>{"waits for claim.judged or claim.withdrawn, since 3 min"});
  CHECK(told("judge", {{"kind", "wait"}, {"since", since}, {"due", "2026-03-01T14:00:00.000Z"}}) ==
        std::vector<std::string>{"sleeps until 2026-03-01 14:00:00 UTC (in 2 h)"});
  CHECK(told("look", {{"kind", "retry"}, {"attempt", 3}, {"due", "2026-03-01T12:00:04.000Z"}}) ==
        std::vector<std::string>{"attempt 3 in 4 s"});
  CHECK(told("look", {{"kind", "called"}, {"attempt", 2}, {"since", "2026-03-01T11:59:48.000Z"}}) ==
        std::vector<std::string>{"called, attempt 2, since 12 s"});
  CHECK(told("pay", {{"kind", "child"}, {"job", "c-1.x"}, {"since", since}}) ==
        std::vector<std::string>{"awaits c-1.x (running), since 3 min"});
  CHECK(told("look", {{"kind", "backlog"}, {"topic", "claim.look"}, {"since", since}}) ==
        std::vector<std::string>{"no worker serves claim.look, since 3 min"});
  CHECK(told("look", {{"kind", "pending"}, {"dimension", 2}, {"since", since}}) ==
        std::vector<std::string>{"pass 2: pending: somebody will complete it, since 3 min"});
}

TEST_CASE("a job's digits stand at its activities, in every format") {
  auto made = *draw(every(), "claim.made");
  REQUIRE(show_progress(made, a_job(), at_noon(), nullptr));
  CHECK(node_of(made, "judge").state == digit::paused);
  CHECK(node_of(made, "stop").state == digit::skipped);
  for (const auto& each : formats()) {
    const auto text = each.render(made, {});
    for (const auto* said : {"6 completed", "8 started", "5 waits", "3 skipped", "9 not begun"})
      CHECK(text.find(said) != std::string::npos);
  }
  CHECK(count(rendered(made, "mermaid"), ":::quiet") == 4);
  CHECK(count(rendered(made, "svg"), "fill=\"#dcebfb\"") == 1);
}

TEST_CASE("a job of another flow is not drawn onto this one") {
  auto made = *draw(every(), ".pay");
  CHECK(show_progress(made, a_job(), at_noon(), nullptr).error().code == fault::invalid);
}

TEST_CASE("what somebody else wrote cannot leave its label in any format") {
  const auto made = hostile();
  for (const auto& each : formats()) {
    const auto text = each.render(made, {});
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find("\xe2\x80\xae") == std::string::npos);
    const auto shown = each.name == "mermaid" ? "#92;x1b[31m" : "\\x1b[31m";
    CHECK(text.find(shown) != std::string::npos);
  }
  const auto svg = rendered(made, "svg");
  CHECK(svg.find("<script") == std::string::npos);
  CHECK(svg.find("&lt;script&gt;&amp;") != std::string::npos);
  CHECK(count(svg, "</text>") == count(svg, "<text"));
  const auto dot = rendered(made, "dot");
  CHECK(dot.find("\\\\x1b[31m\\\"]") != std::string::npos);
  CHECK(dot.find("<script>&amp;\\\\\\\\") == std::string::npos);
  const auto mermaid = rendered(made, "mermaid");
  CHECK(mermaid.find("%%") == std::string::npos);
  CHECK(mermaid.find('`') == std::string::npos);
  CHECK(mermaid.find("<script") == std::string::npos);
  CHECK(mermaid.find("#35;quot#59;") != std::string::npos);
  // Of the quotes that are left, each line has those of its own label.
  for (std::size_t from = 0; from < mermaid.size();) {
    const auto to = mermaid.find('\n', from);
    const auto quotes = count(mermaid.substr(from, to - from), "\"");
    CHECK((quotes == 0 || quotes == 2));
    from = to + 1;
  }
}

TEST_CASE("lines of text keep to the page, however deep the tree") {
  drawing made;
  drawing::flow flow{"deep", {}, {}};
  for (std::size_t i = 0; i < 300; ++i) {
    drawing::node node;
    node.id = "a" + std::to_string(i);
    node.kind = i == 0 ? activity_kind::trigger : activity_kind::worker;
    node.parent = i == 0 ? 0 : i - 1;
    node.depth = i;
    node.notes = {"a note that is too long for what is left of the line, so it goes on below"};
    flow.nodes.push_back(std::move(node));
  }
  made.flows.push_back(std::move(flow));
  const auto text = rendered(made, "text", {80, nullptr});
  for (std::size_t from = 0; from < text.size();) {
    const auto to = text.find('\n', from);
    CHECK(width(text.substr(from, to - from)) <= 80);
    from = to + 1;
  }
  CHECK_FALSE(rendered(made, "svg").empty());
}

TEST_CASE("text has colours only where the page has them") {
  auto made = draw(every());
  CHECK(rendered(made, "text").find('\x1b') == std::string::npos);
  const page coloured{100, [](colour, std::string_view text) { return fmt::format("<{}>", text); }};
  CHECK(rendered(made, "text", coloured).find("<judge>") != std::string::npos);
}
