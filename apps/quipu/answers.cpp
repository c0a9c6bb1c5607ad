#include "apps/quipu/answers.hpp"

#include "flows/condition.hpp"
#include "flows/duration.hpp"
#include "flows/nearest.hpp"
#include "flows/read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <thread>

namespace quipu {

namespace {

using namespace std::chrono_literals;

/// `{$input.x}` leads to what the worker was sent: as if an activity were its own.
class input_scope final : public scope {
public:
  [[nodiscard]] result<std::uint32_t> activity(std::string_view name) const override {
    if (name == "$self") return 0U;
    return failure{fault::invalid,
                   fmt::format("\"{}\" is not known here; an answer may read {{$input...}}", name)};
  }
};

class input_environment final : public environment {
public:
  explicit input_environment(const json& input) : input_(input) {}
  [[nodiscard]] const json* read(const slot& what) const override {
    return what.of == slot::document::input && what.which == slot::part::data ? &input_ : nullptr;
  }
  [[nodiscard]] std::int64_t now() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  [[nodiscard]] double chance() const override { return 0.5; }

private:
  const json& input_;
};

/// Writes `{$input...}` as the mapper knows it. Inside `@reduce`, `$input` is the reduction's own.
void name_input(tree& value) {
  constexpr std::string_view input = "{$input";
  if (value.is_string() && value.text().starts_with(input) && value.text().ends_with('}'))
    value.scalar = "{$self.input.data" + value.text().substr(input.size());
  for (auto& item : value.items) name_input(item);
  for (auto& entry : value.entries)
    if (entry.key != "@reduce") name_input(entry.value);
}

void refuse_unknown_keys(const tree& map, std::span<const std::string_view> known,
                         findings& faults) {
  for (const auto& entry : map.entries)
    if (std::find(known.begin(), known.end(), entry.key) == known.end())
      faults.error(entry.at, fmt::format("unknown key \"{}\"{}; known here: {}", entry.key,
                                         did_you_mean(entry.key, known), fmt::join(known, ", ")));
}

/// Everything that `pattern` has is in `value`; an object may have more.
bool is_subset(const json& pattern, const json& value) {
  if (!pattern.is_object() || !value.is_object()) return same(pattern, value);
  return std::all_of(pattern.items().begin(), pattern.items().end(), [&](const auto& item) {
    const auto found = value.find(item.key());
    return found != value.end() && is_subset(item.value(), *found);
  });
}

} // namespace

result<std::shared_ptr<answers>> answers::read(const std::filesystem::path& file) {
  static constexpr std::array<std::string_view, 3> keys{"app", "workers", "tests"};
  findings faults;
  const auto made = std::make_shared<answers>();
  const auto document = read_file(file, faults);
  if (!document && !faults.failed()) return document.error();
  if (document) {
    refuse_unknown_keys(*document, keys, faults);
    const auto* workers = document->find("workers");
    if (workers == nullptr || !workers->is_map())
      faults.error(workers != nullptr ? workers->at : document->at,
                   "an answers file has a mapping `workers`: topic -> list of {when, replies}");
    else
      for (const auto& topic : workers->entries) made->read_topic(topic, faults);
  }
  if (!faults.failed()) return made;
  std::string all;
  for (const auto& each : faults.all()) all += (all.empty() ? "" : "\n") + to_string(each);
  return failure{fault::invalid, all};
}

void answers::read_topic(const tree::entry& topic, findings& faults) {
  if (!topic.value.is_list() || topic.value.items.empty()) {
    faults.error(topic.value.at, "a topic has a list of {when, replies}");
    return;
  }
  auto& rules = topics_[topic.key];
  for (const auto& item : topic.value.items) read_rule(item, rules.emplace_back(), faults);
}

void answers::read_rule(const tree& written, rule& to, findings& faults) {
  static constexpr std::array<std::string_view, 2> keys{"when", "replies"};
  const auto* replies = written.find("replies");
  if (!written.is_map() || replies == nullptr || !replies->is_list() || replies->items.empty()) {
    faults.error(written.at, "expected {when, replies}, with a list of at least one reply");
    return;
  }
  refuse_unknown_keys(written, keys, faults);
  if (const auto* when = written.find("when")) to.when = to_json(*when);
  for (const auto& item : replies->items) read_reply(item, to.replies.emplace_back(), faults);
}

void answers::read_reply(const tree& written, prepared& to, findings& faults) {
  static constexpr std::array<std::string_view, 4> keys{"status", "code", "data", "after"};
  static const std::map<std::string, reply::status, std::less<>> states{
      {"success", reply::status::success},
      {"pending", reply::status::pending},
      {"error", reply::status::error}};
  if (!written.is_map()) {
    faults.error(written.at, "expected a reply: {status, code, data, after}");
    return;
  }
  refuse_unknown_keys(written, keys, faults);
  if (const auto* status = written.find("status")) {
    const auto found = status->is_string() ? states.find(status->text()) : states.end();
    if (found == states.end())
      faults.error(status->at, "expected success, pending or error");
    else
      to.status = found->second;
  }
  if (const auto* code = written.find("code")) {
    if (!code->scalar.is_number_integer() || code->scalar < 100 || code->scalar > 599)
      faults.error(code->at, "expected a code from 100 to 599");
    else
      to.code = code->scalar.get<int>();
  }
  if (const auto* after = written.find("after")) {
    const auto text = after->is_string() ? after->text() : after->scalar.dump();
    const auto read = parse_duration(text);
    if (read)
      to.after = *read;
    else
      faults.error(after->at, read.error().message);
  }
  if (const auto* data = written.find("data")) {
    auto named = *data;
    name_input(named);
    to.data = mapping::compile(named, input_scope{}, faults);
  }
}

void answers::serve(node& to) {
  for (const auto& [topic, rules] : topics_)
    to.serve(topic, [self = shared_from_this()](call& call) { return self->answer(call); });
}

reply answers::answer(call& call) {
  auto& rules = topics_.at(call.topic());
  const auto fits = std::find_if(rules.begin(), rules.end(), [&](const rule& each) {
    return !each.when || is_subset(*each.when, call.data());
  });
  if (fits == rules.end())
    return fail(500, fmt::format("no `when` of topic \"{}\" fits the input {}", call.topic(),
                                 call.data().dump()));
  std::size_t turn = 0;
  {
    const std::lock_guard lock{guard_};
    turn = std::min(fits->used++, fits->replies.size() - 1);
  }
  const auto& chosen = fits->replies[turn];
  const auto until = std::chrono::steady_clock::now() + chosen.after;
  while (!call.cancelled() && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(
        std::min<std::chrono::nanoseconds>(20ms, until - std::chrono::steady_clock::now()));

  reply made;
  made.is = chosen.status.value_or(reply::status::success);
  const int usual = made.is == reply::status::error     ? 500
                    : made.is == reply::status::pending ? 202
                                                        : 200;
  made.code = chosen.code.value_or(usual);
  if (!chosen.status && made.code >= 400) made.is = reply::status::error;
  if (!chosen.status && made.code == 202) made.is = reply::status::pending;
  if (chosen.data) {
    auto value = chosen.data->evaluate(input_environment{call.data()});
    if (!value) return fail(500, value.error().message);
    if (*value) made.data = std::move(**value);
  }
  return made;
}

} // namespace quipu
