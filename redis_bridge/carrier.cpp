#include "redis_bridge/carrier.hpp"

#include "redis_bridge/calls.hpp"

#include <charconv>
#include <deque>
#include <set>
#include <utility>

namespace quipu::redis {

namespace {

constexpr std::size_t most_at_once = 128; ///< rows
constexpr std::size_t bell_size = 16;
constexpr std::size_t from_digits = 7;
/// Numberings that one carrying may meet; beyond, the next one goes on.
constexpr int most_renumbered = 3;

struct outgoing {
  std::string epoch;
  std::int64_t first = 0;
  bool is_oldest = false;
  std::int64_t last = 0; ///< that there is; of `rows` it is as many as were asked for
  std::vector<std::string> rows;
};

struct incoming {
  std::int64_t last = 0; ///< that has been taken
  std::vector<box> boxes;
};

unsigned number_in(std::string_view digits) {
  unsigned number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

result<outgoing> to_outgoing(const piece& said, std::string&) {
  outgoing got{said[0].string(), said[1].integer(), said[2].integer() == 1, said[3].integer(), {}};
  for (std::size_t at = 0; at < said[4].size(); ++at) got.rows.push_back(said[4][at].string());
  return got;
}

result<incoming> to_incoming(const piece& said, std::string& bells) {
  bells = said[1].text();
  incoming got{said[0].integer(), take_boxes(bells)};
  return got;
}

} // namespace

std::vector<box> take_boxes(std::string& bells) {
  std::vector<box> boxes;
  for (std::size_t at = 0; at + bell_size <= bells.size();) {
    if (bells[at] != '>') {
      at += bell_size;
      continue;
    }
    const auto digits = std::string_view{bells}.substr(at + 1, bell_size - 1);
    boxes.push_back(
        {number_in(digits.substr(0, from_digits)), number_in(digits.substr(from_digits))});
    bells.erase(at, bell_size);
  }
  return boxes;
}

errand carrier::settle(std::vector<box> boxes, std::function<void()> done) {
  std::deque<box> left{boxes.begin(), boxes.end()};
  while (!left.empty()) {
    const auto next = left.front();
    left.pop_front();
    auto more = co_await answer<std::vector<box>>{
        [&](then<std::vector<box>> told) { carry(next, std::move(told)); }};
    if (!more) break;
    for (const auto& each : *more)
      if (std::find(left.begin(), left.end(), each) == left.end()) left.push_back(each);
  }
  done();
}

/// What is asked for while it is carried is carried behind that, once for all who ask.
void carrier::carry(box which, then<std::vector<box>> done) {
  auto& here = boxes_[which];
  here.waiting.push_back(std::move(done));
  if (!here.runs) run(which);
}

errand carrier::run(box which) {
  auto& here = boxes_[which];
  here.runs = true;
  const auto waiting = std::exchange(here.waiting, {});
  std::set<box> more;
  std::optional<failure> why;
  std::string begin; // behind what has been carried, unless it is said otherwise
  std::optional<std::int64_t> upto;
  for (int renumbered = 0; renumbered <= most_renumbered;) {
    const auto out = co_await answer<outgoing>{[&](then<outgoing> told) {
      auto words = by_.begin("quipu1_outgoing", which.from);
      words.number(which.to).add(begin).number(most_at_once);
      by_.make<outgoing>(calls::does::reads, words, std::move(told), to_outgoing);
    }};
    if (!out) why = out.error();
    if (!out || out->rows.empty()) break;
    if (!upto) upto = out->last;
    const auto in = co_await answer<incoming>{[&](then<incoming> told) {
      auto words = by_.begin("quipu1_incoming", which.to);
      words.number(which.from).add(out->epoch).number(out->first).add(out->is_oldest ? "1" : "0");
      for (const auto& row : out->rows) words.add(row);
      by_.make<incoming>(calls::does::carries, words, std::move(told), to_incoming,
                         [](std::string_view, const piece&) {
                           return failure{fault::stale, "a partition is older than it was"};
                         });
    }};
    if (!in && in.error().code != fault::stale) why = in.error();
    if (why) break;
    const auto has_more = out->first + static_cast<std::int64_t>(out->rows.size()) <= *upto;
    const auto go_on = co_await answer<bool>{[&](then<bool> told) {
      auto words = by_.begin(in ? "quipu1_carried" : "quipu1_renumber", which.from);
      words.number(which.to);
      if (in)
        words.add(out->epoch).number(in->last);
      else
        words.add(by_.random_name());
      by_.make<bool>(calls::does::carries, words, std::move(told),
                     [](const piece&, std::string&) -> result<bool> { return true; });
    }};
    if (!go_on) why = go_on.error();
    if (why) break;
    begin.clear();
    if (!in) {
      ++renumbered;
      upto.reset();
      continue;
    }
    more.insert(in->boxes.begin(), in->boxes.end());
    const auto wanted = out->first + static_cast<std::int64_t>(out->rows.size()) - 1;
    if (in->last + 1 < out->first)
      begin = std::to_string(in->last + 1); // it has forgotten what it had taken
    else if (in->last < wanted || !has_more)
      break;
  }
  for (const auto& each : waiting)
    if (why)
      each(*why);
    else
      each(std::vector<box>{more.begin(), more.end()});
  auto& now = boxes_[which];
  now.runs = false;
  if (!now.waiting.empty()) run(which);
}

} // namespace quipu::redis
