#include "tests/bench/raw_redis.hpp"

#include "tests/bench/bench_node.hpp"
#include "tests/bench/load.hpp"
#include "tests/bench/redis_link.hpp"
#include "tests/bench/redis_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <deque>
#include <memory>
#include <thread>

#include <unistd.h>

namespace quipu::bench {

namespace {

/// What MONITOR says of a command: TIME [DATABASE ADDRESS] "WORD" "WORD" ..., with \" \\ \n \r \t \a
/// \b and \xNN in a word.
std::vector<std::string> words_of(std::string_view line) {
  constexpr std::string_view escaped = "nrtab";
  constexpr std::string_view meant = "\n\r\t\a\b";
  std::vector<std::string> words;
  bool inside = false;
  for (std::size_t at = line.find('"'); at < line.size(); ++at) {
    if (line[at] == '"') {
      inside = !inside;
      if (inside) words.emplace_back();
    } else if (inside && line[at] == '\\') {
      const char what = line[++at];
      if (what == 'x') {
        unsigned byte = 0;
        std::from_chars(line.data() + at + 1, line.data() + at + 3, byte, 16);
        words.back().push_back(static_cast<char>(byte));
        at += 2;
      } else {
        const auto which = escaped.find(what);
        words.back().push_back(which == std::string_view::npos ? what : meant[which]);
      }
    } else if (inside) {
      words.back().push_back(line[at]);
    }
  }
  return words;
}

std::string protocol_of(const std::vector<std::string>& words) {
  std::string made = fmt::format("*{}\r\n", words.size());
  for (const auto& word : words) made += fmt::format("${}\r\n{}\r\n", word.size(), word);
  return made;
}

// FCALL name 1 prefix time asker job owner ...
constexpr std::size_t at_name = 1;
constexpr std::size_t at_prefix = 3;
constexpr std::size_t at_job = 6;
constexpr std::size_t at_owner = 7;

void write_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto wrote = write(to, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) give_up(fmt::format("the bare client cannot write: {}", std::strerror(errno)));
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

} // namespace

seq5_calls::seq5_calls(const redis_server& on, const std::filesystem::path& scratch) {
  on.empty();
  const auto what = chain_of("seq5", 5);
  const redis_link listening{on.port()};
  (void)listening({"MONITOR"});
  {
    node_options options;
    options.listen = false;
    options.log.level = log_level::warning;
    options.store = on.url("main");
    const auto running = start_node(options);
    deploy(*running, what, scratch);
    if (auto ended = running->client().run("bench.seq5", message(1)); !ended)
      give_up(ended.error().message);
    running->stop();
  }
  while (calls_.size() < what.commits) {
    const auto said = listening.next();
    const std::string_view line{said->str, static_cast<std::size_t>(said->len)};
    if (line.find(" lua] ") != std::string_view::npos) continue; // what a function does inside
    const auto words = words_of(line);
    if (words.size() <= at_owner) continue;
    const auto starts = words[at_name] == "quipu1_start";
    if (!starts && words[at_name] != "quipu1_commit") continue;
    if (starts) {
      job_ = words[at_job];
      token_ = words[at_owner];
      prefix_ = words[at_prefix];
    }
    call made{protocol_of(words), {}};
    for (auto at = made.bytes.find(job_); at != std::string::npos;
         at = made.bytes.find(job_, at + job_.size()))
      made.places.push_back(at);
    calls_.push_back(std::move(made));
  }
}

double seq5_calls::repeat(const redis_server& on, std::size_t in_flight, seconds for_long) const {
  using clock = std::chrono::steady_clock;
  const redis_link to{on.port()};
  // A database of its own: what a node has in the other one stays.
  (void)to({"SELECT", "1"});
  (void)to({"FLUSHDB"});
  (void)to({"HSET", prefix_ + "apps:active", "bench-seq5", "1"});
  (void)to({"FCALL", "quipu1_renew", "1", prefix_, "", "", token_, "3600000", "bench"});

  struct one {
    std::string job;
    std::size_t next = 0;
  };
  std::uint64_t born = 0;
  std::string out;
  std::deque<one> flying; // answers come in the order of the calls
  const auto send = [&](one job) {
    if (job.next == calls_.size()) job.next = 0;
    if (job.next == 0) job.job = fmt::format("{:0{}x}", ++born, job_.size());
    const auto& what = calls_[job.next++];
    const auto begins = out.size();
    out += what.bytes;
    for (const auto place : what.places) out.replace(begins + place, job_.size(), job.job);
    flying.push_back(std::move(job));
  };
  const std::unique_ptr<redisReader, decltype(&redisReaderFree)> reader{redisReaderCreate(),
                                                                        redisReaderFree};
  std::array<char, 1 << 16> in{};
  std::uint64_t commits = 0;
  const auto begun = clock::now();
  for (std::size_t each = 0; each < in_flight; ++each) send({});
  bool goes_on = true;
  while (!flying.empty()) {
    write_all(to.socket(), out);
    out.clear();
    const auto got = read(to.socket(), in.data(), in.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) give_up("the bare client has lost its connection");
    redisReaderFeed(reader.get(), in.data(), static_cast<std::size_t>(got));
    goes_on = goes_on && clock::now() - begun < for_long;
    for (void* answer = nullptr;;) {
      if (redisReaderGetReply(reader.get(), &answer) != REDIS_OK)
        give_up(fmt::format("the bare client does not understand: {}", reader->errstr));
      if (answer == nullptr) break;
      const redis_reply said{static_cast<redisReply*>(answer), freeReplyObject};
      // A number, or {number, mail, bells}; what was refused is {"no", why ...}.
      const auto& first = said->type == REDIS_REPLY_ARRAY ? *said->element[0] : *said;
      if (first.type != REDIS_REPLY_INTEGER)
        give_up(fmt::format("the bare client was refused: {}", first.str ? first.str : "?"));
      ++commits;
      auto job = std::move(flying.front());
      flying.pop_front();
      if (goes_on) send(std::move(job));
    }
  }
  const seconds took = clock::now() - begun;
  (void)to({"FLUSHDB"});
  return static_cast<double>(commits) / took.count();
}

} // namespace quipu::bench
