#include "tests/redis_bridge/server.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace quipu::contract {

namespace {

std::vector<std::string> texts(const redisReply& of) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < of.elements; ++at) {
    const auto& each = *of.element[at];
    all.push_back(each.type == REDIS_REPLY_ARRAY
                      ? fmt::format("{}", fmt::join(texts(each), ","))
                      : std::string{each.str, static_cast<std::size_t>(each.len)});
  }
  return all;
}

} // namespace

probe::probe(const std::string& socket) : to_{redisConnectUnix(socket.c_str()), redisFree} {
  INFO(to_->errstr);
  REQUIRE(to_->err == 0);
}

std::shared_ptr<redisReply> probe::ask(const std::vector<std::string>& words) const {
  std::vector<const char*> values;
  std::vector<std::size_t> sizes;
  for (const auto& word : words) {
    values.push_back(word.data());
    sizes.push_back(word.size());
  }
  auto* got = static_cast<redisReply*>(
      redisCommandArgv(to_.get(), static_cast<int>(words.size()), values.data(), sizes.data()));
  INFO(to_->errstr);
  REQUIRE(got != nullptr);
  return {got, freeReplyObject};
}

std::shared_ptr<redisReply> probe::say(const std::string& bytes) const {
  REQUIRE(redisAppendFormattedCommand(to_.get(), bytes.data(), bytes.size()) == REDIS_OK);
  void* got = nullptr;
  INFO(to_->errstr);
  REQUIRE(redisGetReply(to_.get(), &got) == REDIS_OK);
  return {static_cast<redisReply*>(got), freeReplyObject};
}

std::shared_ptr<redisReply> probe::operator()(const std::vector<std::string>& words) const {
  auto got = ask(words);
  if (got->type == REDIS_REPLY_ERROR) {
    INFO(got->str);
    REQUIRE(got->type != REDIS_REPLY_ERROR);
  }
  return got;
}

std::string probe::text(const std::vector<std::string>& words) const {
  const auto got = (*this)(words);
  return {got->str == nullptr ? "" : got->str, static_cast<std::size_t>(got->len)};
}

std::vector<std::string> probe::dump() const {
  std::vector<std::string> rows;
  const auto keys = texts(*(*this)({"KEYS", "*"}));
  for (const auto& key : keys) {
    const auto kind = text({"TYPE", key});
    // quipu:{ns.0}:TABLE or quipu:{ns.0}:TABLE:KEY
    const auto name = key.substr(key.find("}:") + 2);
    const auto table = name.substr(0, name.find(':'));
    const auto add = [&](const std::string& value) {
      rows.push_back(fmt::format("{} {} {}", table, name, value));
    };
    if (kind == "string") {
      add(text({"GET", key}));
      continue;
    }
    const auto all = texts(
        *(*this)(kind == "hash"   ? std::vector<std::string>{"HGETALL", key}
                 : kind == "zset" ? std::vector<std::string>{"ZRANGE", key, "0", "-1", "WITHSCORES"}
                 : kind == "list" ? std::vector<std::string>{"LRANGE", key, "0", "-1"}
                 : kind == "stream" ? std::vector<std::string>{"XRANGE", key, "-", "+"}
                                    : std::vector<std::string>{"SMEMBERS", key}));
    if (kind == "hash" || kind == "zset")
      for (std::size_t at = 0; at + 1 < all.size(); at += 2) add(all[at] + " " + all[at + 1]);
    else
      for (const auto& each : all) add(each);
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

server::server(std::vector<std::string> with) : with_{std::move(with)} {
  std::string made = (std::filesystem::temp_directory_path() / "quipu-redis-XXXXXX").string();
  REQUIRE(mkdtemp(made.data()) != nullptr);
  directory_ = made;
  start();
}

server::~server() {
  if (pid_ == 0) return;
  kill();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void server::start() {
  std::vector<std::string> words{
      "redis-server",     "--port", "0", "--unixsocket", socket(), "--dir",
      directory_,         "--save", "",  "--daemonize",  "no",     "--logfile",
      directory_ + "/log"};
  words.insert(words.end(), with_.begin(), with_.end());
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::filesystem::remove(socket());
  pid_ = fork();
  REQUIRE(pid_ >= 0);
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); // it does not outlive a test that is killed
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  // It is there when it answers: it may be loading what it has.
  for (int tries = 0; tries < 3'000; ++tries) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = 0;
      FAIL("redis-server does not start: is it installed? (Debian: redis-server)");
    }
    std::shared_ptr<redisContext> to{redisConnectUnix(socket().c_str()), redisFree};
    if (to->err == 0) {
      std::shared_ptr<void> got{redisCommand(to.get(), "PING"), freeReplyObject};
      if (got && static_cast<redisReply*>(got.get())->type == REDIS_REPLY_STATUS) return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  FAIL("redis-server does not answer");
}

void server::kill() {
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

void server::pause() const { ::kill(pid_, SIGSTOP); }
void server::go_on() const { ::kill(pid_, SIGCONT); }

server& shared_server() {
  static const auto* const there = std::getenv("QUIPU_TEST_REDIS");
  static server one = there == nullptr ? server{} : server{there};
  return one;
}

} // namespace quipu::contract
