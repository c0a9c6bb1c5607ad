#include "actors/control_address.hpp"
#include "actors/control_answer.hpp"
#include "actors/control_line.hpp"
#include "actors/control_request.hpp"
#include "actors/control_value.hpp"
#include "collation/nesting.hpp"
#include "tests/fuzz/input.hpp"

#include <sys/socket.h>

/// What comes over a control socket: its lines; each as a request, performed by a node that answers
/// with what it was asked; each as an answer to every question.

namespace {

using namespace quipu;
using namespace std::chrono_literals;

constexpr std::size_t longest = 2'048;

std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Every verb answers with something made of what it was asked.
class echo final : public client {
public:
  result<std::string> publish(const std::string& topic, json data, publish_options with) override {
    if (topic.empty()) return failure{fault::not_found, "there is no topic \"\""};
    return with.id + with.app + text_of(data);
  }
  result<ending> run(const std::string& topic, json data, run_options) override {
    return ending{topic, "completed", std::move(data), std::nullopt};
  }
  result<ending> wait(const std::string& job, std::chrono::milliseconds limit) override {
    fuzz::must(limit <= longest_control_wait, "nobody waits for ever");
    return ending{job, "failed", json::object(), job_error{500, job, job, job}};
  }
  result<reception> signal(const std::string& topic, json, signal_options) override {
    return topic.empty() ? reception::early : reception::repeated;
  }
  result<void> complete(const std::string& job, const std::string&, reply with,
                        complete_options) override {
    if (job.empty()) return failure{fault::conflict, text_of(with.data)};
    return {};
  }
  result<void> interrupt(const std::string&, interrupt_options with) override {
    return failure{fault::conflict, "it has ended: " + with.reason};
  }
  result<std::string> retry(const std::string& job, retry_options) override { return job; }
  result<feed> listen(const std::string& topic, const std::string& after,
                      std::chrono::milliseconds limit) override {
    fuzz::must(limit <= longest_control_wait, "nobody waits for ever");
    return feed{{announcement{after, {}, topic, topic, after, topic}}, after};
  }
  result<job_info> job(const std::string& id) override {
    job_info made;
    made.id = id;
    made.passes[id] = {id};
    made.children = {id};
    return made;
  }
  result<std::vector<json>> history(const std::string& id) override {
    return std::vector<json>{{{"id", id}}};
  }
  result<job_list> jobs(const job_query& which) override {
    job_list made;
    made.rows.push_back({which.app, which.topic, which.state, which.after, "running",
                         which.from.value_or(std::chrono::system_clock::time_point{}),
                         which.before});
    return made;
  }
  result<std::vector<stats_info>> stats(const stats_query& which) override {
    stats_info made;
    made.key = which.key.value_or(which.topic);
    made.stretches.push_back({which.from, {}});
    return std::vector{made};
  }
  result<version_info> validate(const std::string& file) override {
    return version_info{file, "1", "", false};
  }
  result<version_info> deploy(const std::string& file) override { return validate(file); }
  result<void> activate(const std::string&, const std::string&) override { return {}; }
  result<std::vector<version_info>> versions(const std::string& app) override {
    return std::vector{version_info{app, "1", "", true}};
  }
  result<json> definition(const std::string& app, const std::string&) override {
    return json{{"app", app}};
  }
  result<void> scrub(const std::string& job) override {
    throw std::runtime_error{"it cannot be scrubbed: " + job.substr(0, 3)};
  }
};

/// The lines that a socket brings, whatever pieces they come in, are those that were sent.
std::vector<std::string> lines_of(std::string_view sent) {
  std::array<int, 2> ends{};
  fuzz::must(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0, "there is a socket");
  descriptor near{ends[0]};
  std::vector<std::string> lines;
  {
    const descriptor far{ends[1]};
    for (auto rest = sent; !rest.empty();) {
      const auto size =
          ::send(far.get(), rest.data(), std::min<std::size_t>(rest.size(), 1'000), 0);
      fuzz::must(size > 0, "the socket takes it");
      rest.remove_prefix(static_cast<std::size_t>(size));
    }
  }
  line_reader reader{near.get(), longest};
  while (auto line = reader.next()) lines.push_back(std::move(*line));
  auto rest = sent;
  std::size_t count = 0;
  for (auto end = rest.find('\n'); end != rest.npos && end <= longest; end = rest.find('\n')) {
    fuzz::must(count < lines.size() && lines[count++] == rest.substr(0, end),
               "a line is what was sent");
    rest.remove_prefix(end + 1);
  }
  fuzz::must(count == lines.size(), "there are no more lines than were sent");
  fuzz::must(reader.overflowed() == (rest.size() > longest), "a line that is too long is told");
  return lines;
}

/// A node's answer to a request is one that its caller reads.
void ask(const std::string& line) {
  const auto request = read_request(line);
  if (!request) return fuzz::check_told(request.error(), request.error().code);
  echo node;
  const auto said = perform(node, *request);
  const auto answer = read_answer(text_of(said), "the node");
  fuzz::must(said.contains("ok") ? answer.ok() : !answer.error().message.empty(),
             "an answer is read as it was given");
}

template <class T>
void understand(const json& said) {
  T value{};
  try {
    from_control(said, value);
  } catch (const std::exception& why) {
    fuzz::must(*why.what() != '\0', "what does not fit is said");
    return;
  }
  const auto once = to_control(value);
  T again{};
  from_control(json::parse(text_of(once)), again);
  fuzz::must(text_of(to_control(again)) == text_of(once), "a value comes over as it is");
}

void answer(const std::string& line) {
  const auto said = read_answer(line, "it");
  if (!said) return fuzz::must(!said.error().message.empty(), "a fault says why");
  understand<std::string>(*said);
  understand<reply>(*said);
  understand<reception>(*said);
  understand<feed>(*said);
  understand<ending>(*said);
  understand<job_info>(*said);
  understand<job_query>(*said);
  understand<job_list>(*said);
  understand<stats_query>(*said);
  understand<std::vector<stats_info>>(*said);
  understand<version_info>(*said);
  understand<std::vector<version_info>>(*said);
  understand<std::vector<json>>(*said);
}

/// As JSON for people, which is what `quipu` prints of an answer.
void show(const std::string& line) {
  const auto said = read_answer(line, "it");
  if (!said) return;
  job_info info;
  try {
    from_control(*said, info);
  } catch (const std::exception&) {
    return;
  }
  fuzz::must(!text_of(to_json(info)).empty(), "a job can be shown");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const auto& line : lines_of(fuzz::text_of(data, size))) {
    ask(line);
    answer(line);
    show(line);
  }
  return 0;
}
