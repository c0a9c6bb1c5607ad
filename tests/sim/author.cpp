#include "tests/sim/author.hpp"

#include <algorithm>
#include <array>

namespace quipu::sim {

namespace {

/// What goes wrong in these stories.
const std::vector<int> troubles{402, 404, 409, 410, 500, 503, 504};
const std::vector<std::string> signal_topics{"s0", "s1"};
constexpr std::int64_t different_k = 3;

term literal(json value) { return {term::kind::literal, std::move(value), 0, {}}; }
term output(int node, std::string field) {
  return {term::kind::output, {}, node, std::move(field)};
}

class author {
public:
  explicit author(std::uint64_t seed) : dice_(mixed(seed, "author")) {}

  script write() {
    script made;
    graphs_ = 1 + static_cast<int>(dice_.below(4));
    for (int at = 0; at < graphs_; ++at) {
      // Only what is behind others may be named by its message.
      made.app.graphs.push_back({"f" + std::to_string(at),
                                 "p" + std::to_string(at),
                                 dice_.chance(8),
                                 at > 0 && dice_.chance(30),
                                 {}});
    }
    for (int at = 0; at < graphs_; ++at) draw(made.app.graphs, at);
    live(made);
    return made;
  }

private:
  void draw(std::vector<graph>& all, int at) {
    all_ = &all;
    here_ = &all[static_cast<std::size_t>(at)];
    at_ = at;
    budget_ = 1 + static_cast<int>(dice_.below(8));
    const auto root = add(0, kind::trigger);
    here_->nodes[0].shared = {{"c", literal(0)}};
    children(root, 1);
    measure(0);
  }

  node& of(int at) { return here_->nodes[static_cast<std::size_t>(at)]; }

  int add(int parent, kind is) {
    const auto at = static_cast<int>(here_->nodes.size());
    node made;
    made.id = "g" + std::to_string(at_) + "n" + std::to_string(at);
    made.is = is;
    made.parent = parent;
    here_->nodes.push_back(std::move(made));
    return at;
  }

  int measure(int at) {
    int size = 1;
    for (std::size_t edge = 0; edge < of(at).ways.size(); ++edge)
      size += measure(of(at).ways[edge].to);
    return of(at).size = size;
  }

  /// A node below `parent`, with all that is below it: nodes stand in preorder.
  void grow(int parent, std::vector<int> codes, int depth,
            std::optional<std::pair<term, json>> match = {}) {
    const auto outside = quiet_;
    const auto is_interim = std::find(codes.begin(), codes.end(), 202) != codes.end();
    const auto& from = of(parent);
    quiet_ = quiet_ || (from.is == kind::hook && from.expects && (from.cycle || is_interim));
    grow_in(parent, std::move(codes), depth, std::move(match));
    quiet_ = outside;
  }

  void grow_in(int parent, std::vector<int> codes, int depth,
               std::optional<std::pair<term, json>> match) {
    --budget_;
    const auto at = add(parent, any_kind(depth));
    of(parent).ways.push_back({at, std::move(codes), std::move(match)});
    if (of(at).is == kind::hook && dice_.chance(12) && budget_ >= 2) return loop(at, depth);
    furnish(at);
    if (of(at).is != kind::cycle && of(at).is != kind::interrupt) children(at, depth + 1);
    if (of(at).is == kind::interrupt && of(at).k) {
      if (dice_.chance(70)) grow(at, {}, depth + 1);
      if (dice_.chance(80)) grow(at, {404, 409}, depth + 1);
    }
  }

  void children(int at, int depth) {
    const auto is = of(at).is;
    auto count =
        depth > 4 || budget_ <= 0 ? 0 : 1 + static_cast<int>(dice_.below(depth == 1 ? 3 : 2));
    for (; count > 0 && budget_ > 0; --count) {
      std::optional<std::pair<term, json>> match;
      if (dice_.chance(20))
        match.emplace(output(0, "k"), static_cast<std::int64_t>(dice_.below(different_k)));
      else if (is == kind::worker && dice_.chance(15))
        match.emplace(output(at, "more"), dice_.chance(50));
      grow(at, dice_.chance(6) ? std::vector{200, 202} : std::vector<int>{}, depth, match);
    }
    if (is == kind::worker && dice_.chance(25)) grow(at, {202}, depth);
    if (is == kind::hook && of(at).expects && dice_.chance(20)) grow(at, {202}, depth);
    if ((is == kind::worker || is == kind::await) && dice_.chance(60))
      grow(at, dice_.chance(70) ? troubles : std::vector{402, 503}, depth + 2);
  }

  /// A hook that is entered again by a cycle behind a worker.
  void loop(int at, int depth) {
    of(at).cycle = true;
    of(at).output = {{"i", literal(0)}};
    if (dice_.chance(40)) of(at).shared = counting();
    const auto work = add(at, kind::worker);
    --budget_;
    of(at).ways.push_back({work, {}, {}});
    furnish(work);
    of(work).output.clear();
    const auto again = add(work, kind::cycle);
    --budget_;
    of(work).ways.push_back({again, {}, std::pair{output(work, "more"), json(true)}});
    of(again).ancestor = at;
    of(again).input = {{"i", output(work, "n")}};
    if (dice_.chance(50)) grow(work, {}, depth + 2, std::pair{output(work, "more"), json(false)});
    if (dice_.chance(60)) grow(work, troubles, depth + 3);
    if (dice_.chance(30) && budget_ > 0) grow(at, {}, depth + 2);
  }

  kind any_kind(int depth) {
    const auto throw_of = dice_.below(100);
    if (throw_of < 38) return kind::worker;
    if (quiet_) return throw_of < 50 ? kind::worker : kind::hook;
    if (throw_of < 50) return at_ + 1 < graphs_ ? kind::await : kind::worker;
    if (throw_of < 88) return kind::hook;
    if (throw_of < 95) return kind::signal;
    return depth > 1 ? kind::interrupt : kind::hook;
  }

  void furnish(int at) {
    auto& made = of(at);
    switch (made.is) {
    case kind::worker:
      made.topic = dice_.any(worker_topics);
      made.input = {{"k", above(at)}, {"was", literal(at)}};
      if (dice_.chance(40)) {
        made.attempts = static_cast<int>(dice_.between(1, 3));
        made.backoff_ms = dice_.between(1, 4) * 300;
      }
      if (dice_.chance(25)) made.timeout_ms = dice_.between(2, 20) * 100;
      if (dice_.chance(15)) made.output = {{"n", output(at, "n")}, {"more", output(at, "more")}};
      break;
    case kind::await: {
      const auto to =
          at_ + 1 + static_cast<int>(dice_.below(static_cast<std::uint64_t>(graphs_ - at_ - 1)));
      const auto& child = (*all_)[static_cast<std::size_t>(to)];
      made.topic = child.topic;
      made.input = {{"k", above(at)},
                    {"child", literal("d" + std::to_string(dice_.below(4)))},
                    {"victim", output(0, "victim")}};
      made.input.emplace_back("id", child.named ? output(0, "child") : literal("-"));
      made.severed = dice_.chance(15);
      break;
    }
    case kind::hook:
      if (dice_.chance(30)) made.sleep_ms = dice_.between(1, 40) * 100;
      if (dice_.chance(40)) {
        made.topic = dice_.any(signal_topics);
        made.expects = dice_.chance(70) ? output(0, "k") : above(at);
        made.cycle = dice_.chance(20);
        if (made.cycle) made.sleep_ms = 0;
      }
      if (dice_.chance(30)) made.output = {{"k", output(0, "k")}};
      break;
    case kind::signal:
      made.topic = dice_.any(signal_topics);
      made.all = dice_.chance(30);
      made.k = dice_.chance(70) ? output(0, "k") : literal(dice_.below(different_k));
      made.keeps = dice_.chance(15);
      break;
    case kind::interrupt:
      if (dice_.chance(70)) made.k = output(0, "victim");
      made.throws = dice_.chance(60);
      made.descend = dice_.chance(40);
      break;
    default: break;
    }
    if (dice_.chance(35)) made.shared = counting();
    if (dice_.chance(25) && (made.is == kind::worker || made.is == kind::await))
      made.shared.emplace_back("from_" + made.id, output(at, dice_.chance(50) ? "n" : "more"));
    if (made.is == kind::hook && made.expects && dice_.chance(50))
      made.shared.emplace_back("heard", term{term::kind::hook, {}, at, "n"});
    if (made.is == kind::worker && dice_.chance(10))
      made.shared_by_code[402] = {{"trouble", literal(made.id)}};
    made.emit = dice_.chance(8);
    made.persist = dice_.chance(5);
    if (dice_.chance(6)) made.threshold = static_cast<int>(dice_.between(1, 2));
  }

  static terms counting() { return {{"c", {term::kind::one_more, {}, 0, "c"}}}; }

  /// A `k` that something above has: the message, or a worker on the way, whose error has none.
  term above(int at) {
    std::vector<int> found{0};
    for (auto up = of(at).parent; up != 0; up = of(up).parent)
      if (of(up).is == kind::worker && of(up).output.empty()) found.push_back(up);
    return output(dice_.any(found), "k");
  }

  // What is done

  json message() {
    return {{"k", dice_.below(different_k)},
            {"child", "c" + std::to_string(dice_.below(6))},
            {"victim", "j" + std::to_string(dice_.below(5))}};
  }

  void live(script& made) {
    const auto jobs = dice_.between(2, 5);
    for (std::int64_t job = 0; job < jobs; ++job) {
      deed start;
      start.at_ms = dice_.between(0, deeds_ms / 2);
      start.topic =
          made.app.graphs[dice_.chance(60) ? 0 : dice_.below(made.app.graphs.size())].topic;
      start.job = "j" + std::to_string(job);
      start.data = message();
      start.data["id"] = start.job;
      start.owned = dice_.chance(85);
      made.deeds.push_back(start);
      if (!dice_.chance(15)) continue;
      start.at_ms += dice_.between(0, 3'000);
      made.deeds.push_back(start);
    }
    const auto signals = dice_.between(0, 8);
    for (std::int64_t at = 0; at < signals; ++at) {
      deed one;
      one.is = deed::kind::signal;
      one.at_ms = dice_.between(0, deeds_ms);
      one.topic = dice_.any(signal_topics);
      one.data = {{"k", dice_.below(different_k)}, {"n", at}};
      if (dice_.chance(40)) one.id = "id" + std::to_string(at);
      made.deeds.push_back(one);
      if (!dice_.chance(30)) continue;
      one.at_ms += dice_.between(0, 2'000);
      made.deeds.push_back(one);
    }
    const auto ends = dice_.chance(35) ? dice_.between(1, 2) : 0;
    for (std::int64_t at = 0; at < ends; ++at) {
      deed one;
      one.is = deed::kind::interrupt;
      one.at_ms = dice_.between(0, deeds_ms);
      one.job = "j" + std::to_string(dice_.below(static_cast<std::uint64_t>(jobs)));
      one.throws = dice_.chance(60);
      one.descend = dice_.chance(50);
      made.deeds.push_back(one);
    }
    std::stable_sort(made.deeds.begin(), made.deeds.end(),
                     [](const deed& a, const deed& b) { return a.at_ms < b.at_ms; });
  }

  dice dice_;
  int graphs_ = 1;
  std::vector<graph>* all_ = nullptr;
  graph* here_ = nullptr;
  int at_ = 0;
  int budget_ = 0;
  /// Behind a hook that hears signals again and again nobody sends any: it would go on for ever.
  bool quiet_ = false;
};

} // namespace

script write_script(std::uint64_t seed) { return author{seed}.write(); }

said reply_of(dice& throws, std::uint32_t pass, std::uint64_t serial) {
  said made;
  made.data = {
      {"n", serial}, {"k", throws.below(different_k)}, {"more", pass < 2 && throws.chance(60)}};
  made.after_ms = throws.chance(70) ? throws.between(0, 40) : throws.between(40, 3'000);
  const auto outcome = throws.below(100);
  const auto trouble = [&made](int code) {
    made.is = said::status::error;
    made.code = code;
    made.data = {{"n", made.data["n"]}, {"message", "no"}};
  };
  if (outcome < 7)
    trouble(402);
  else if (outcome < 16)
    trouble(503);
  else if (outcome < 28)
    made.is = said::status::pending, made.code = 202;
  return made;
}

} // namespace quipu::sim
