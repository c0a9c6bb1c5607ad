#include "actors/control.hpp"
#include "actors/control_address.hpp"
#include "actors/control_line.hpp"
#include "actors/remote.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fmt/format.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace quipu;
using namespace std::chrono_literals;

namespace {

/// A node that knows one job, and ends what it is asked to start at its third wait.
class scripted final : public client {
public:
  result<std::string> publish(const std::string& topic, json data,
                              publish_options options) override {
    if (topic != "order.placed") return failure{fault::not_found, "no topic \"" + topic + "\""};
    last = std::move(data);
    return options.id.empty() ? std::string{"made-1"} : options.id;
  }
  result<ending> run(const std::string&, json, run_options) override { return failure{}; }
  result<ending> wait(const std::string& job, std::chrono::milliseconds timeout) override {
    if (++waits < 3) {
      std::this_thread::sleep_for(std::min(timeout, 5ms));
      return failure{fault::timeout, "not ended yet"};
    }
    return ending{
        job, "failed", {{"total", 3.5}}, job_error{402, "declined", "pay", {{"card", "0002"}}}};
  }
  result<reception> signal(const std::string& topic, json data, signal_options options) override {
    last = {{"topic", topic}, {"data", std::move(data)}, {"id", options.id}, {"app", options.app}};
    return reception::early;
  }
  result<void> complete(const std::string& job, const std::string& activity, reply with,
                        complete_options options) override {
    last = {{"job", job},
            {"activity", activity},
            {"code", with.code},
            {"data", with.data},
            {"pending", with.is == reply::status::pending},
            {"id", options.id}};
    if (options.dimension) last["dimension"] = *options.dimension;
    return {};
  }
  result<void> interrupt(const std::string& job, interrupt_options options) override {
    last = {{"job", job},
            {"reason", options.reason},
            {"code", options.code},
            {"throw", options.throws},
            {"descend", options.descend}};
    return {};
  }
  result<std::string> retry(const std::string& job, retry_options options) override {
    last = {{"job", job}, {"id", options.id}};
    return job + "~1";
  }
  result<feed> listen(const std::string& topic, const std::string& after,
                      std::chrono::milliseconds) override {
    if (after.empty()) return feed{{}, "7"};
    return feed{{{"8", {}, "orders", topic, "o-1", {{"state", "completed"}}}}, "8"};
  }
  result<job_info> job(const std::string& id) override {
    if (id != "o-1") return failure{fault::not_found, "no job " + id};
    job_info made;
    made.id = id;
    made.state = "running";
    made.key = "689";
    made.composite = "6816829";
    made.data = {{"b", 1}, {"a", "\xff not UTF-8"}};
    made.created = std::chrono::system_clock::time_point{1'700'000'000'123'456us};
    made.children = {"c-1"};
    made.passes = {{"a2", {"69"}}};
    made.open = json::array({{{"activity", "a1"}}});
    return made;
  }
  result<std::vector<json>> history(const std::string&) override {
    return std::vector<json>{{{"n", 1}}, {{"n", 2}}};
  }
  result<job_list> jobs(const job_query& which) override {
    last = {{"app", which.app}, {"from", which.from.has_value()}};
    if (which.index) last["index"] = which.index->name + '=' + which.index->value;
    if (which.before) last["before"] = which.before->time_since_epoch() / 1ms;
    job_list made;
    made.rows.push_back({"o-1", "orders", "1", which.topic, which.state, {}, {}});
    made.next = fmt::format("{}+{}", which.after, which.most);
    return made;
  }
  result<std::vector<stats_info>> stats(const stats_query& which) override {
    stats_info made;
    made.key = which.key.value_or("every");
    made.total.count = 3;
    made.total.counts = {{"coupon", 1}};
    made.total.sum = {{"total", 0.1}};
    made.total.avg = {{"total", 1e300}};
    made.total.min = {{"total", -7}};
    made.total.max = {{"total", 7}};
    made.total.mdn["region"] = {2, {{"eu", 2}, {json{{"a", 1}}, 1}}, 9};
    made.stretches = {{which.from, made.total}, {std::nullopt, {}}};
    return std::vector<stats_info>{made};
  }
  result<version_info> validate(const std::string& file) override {
    return failure{fault::invalid, file + ": a fault"};
  }
  result<version_info> deploy(const std::string& file) override {
    return version_info{"orders", "1", file, false};
  }
  result<void> activate(const std::string&, const std::string& version) override {
    if (version != "1") return failure{fault::not_found, "no version " + version};
    return {};
  }
  result<std::vector<version_info>> versions(const std::string& app) override {
    return std::vector<version_info>{{app, "1", "abc", true}};
  }
  result<json> definition(const std::string& app, const std::string& version) override {
    return json{{"app", {{"id", app}, {"version", version}}}};
  }
  result<void> scrub(const std::string&) override { throw std::runtime_error{"a bug"}; }

  json last;
  std::atomic<int> waits{0};
};

struct folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / fmt::format("quipu-control-{}", ::getpid());
  folder() { std::filesystem::create_directories(path); }
  ~folder() { std::filesystem::remove_all(path); }
};

descriptor dial(const std::filesystem::path& socket) {
  const auto at = control_address::of(socket);
  descriptor made{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  REQUIRE(::connect(made.get(), at->generic(), at->size()) == 0);
  return made;
}

} // namespace

TEST_CASE("every verb of a node can be called over its control socket") {
  const folder home;
  scripted node;
  const auto socket = home.path / "quipu.sock";
  const auto server = control_server::open(socket, node);
  REQUIRE(server.ok());
  auto opened = quipu::connect(socket);
  REQUIRE(opened.ok());
  auto& remote = **opened;

  CHECK(*remote.publish("order.placed", {{"sku", "X1"}}, {.id = "o-7", .app = {}}) == "o-7");
  CHECK(node.last == json{{"sku", "X1"}});
  const auto refused = remote.publish("nothing", {}, {});
  CHECK(refused.error() == failure{fault::not_found, "no topic \"nothing\""});

  const auto ended = remote.run("order.placed", {}, {.id = {}, .app = {}, .timeout = 5s});
  REQUIRE(ended.ok());
  CHECK(ended->job == "made-1");
  CHECK(ended->state == "failed");
  CHECK(ended->error->code == 402);
  CHECK(ended->error->data == json{{"card", "0002"}});
  CHECK(node.waits == 3);

  CHECK(*remote.signal("paid", {{"sum", 3}}, {.id = "s-1", .app = "orders"}) == reception::early);
  CHECK(node.last ==
        json{{"topic", "paid"}, {"data", {{"sum", 3}}}, {"id", "s-1"}, {"app", "orders"}});
  CHECK(remote.complete("o-1", "a2", pending({{"n", 1}}), {.dimension = 3, .id = "c-1"}));
  CHECK(node.last == json{{"job", "o-1"},
                          {"activity", "a2"},
                          {"code", 202},
                          {"data", {{"n", 1}}},
                          {"pending", true},
                          {"id", "c-1"},
                          {"dimension", 3}});
  CHECK(remote.complete("o-1", "a2", ok()));
  CHECK_FALSE(node.last.contains("dimension"));
  CHECK(remote.interrupt("o-1", {.reason = "r", .code = 499, .throws = false, .descend = true}));
  CHECK(node.last ==
        json{{"job", "o-1"}, {"reason", "r"}, {"code", 499}, {"throw", false}, {"descend", true}});
  std::vector<announcement> heard;
  CHECK(remote.subscribe("order.done", [&](announcement each) {
    heard.push_back(std::move(each));
    return heard.size() < 2;
  }));
  CHECK(heard.at(1).data == json{{"state", "completed"}});

  const auto job = remote.job("o-1");
  REQUIRE(job.ok());
  CHECK(job->composite == "6816829");
  CHECK(job->created.time_since_epoch() == 1'700'000'000'123'456us);
  CHECK_FALSE(job->ended);
  CHECK(job->passes.at("a2") == std::vector<std::string>{"69"});
  CHECK(job->data.begin().key() == "b");
  CHECK(remote.job("o-2").error().code == fault::not_found);

  CHECK(remote.history("o-1")->size() == 2);
  CHECK(remote.jobs({.topic = "t", .state = "s", .after = "c", .most = 7})->next == "c+7");
  CHECK(node.last == json{{"app", ""}, {"from", false}});
  const std::chrono::system_clock::time_point at{1'700'000'000'123ms};
  CHECK(remote.jobs(
      {.app = "a", .index = job_query::index_value{"region", "eu"}, .from = at, .before = at}));
  CHECK(node.last ==
        json{{"app", "a"}, {"from", true}, {"index", "region=eu"}, {"before", 1'700'000'000'123}});
  const auto stats = *remote.stats({.topic = "t", .from = at});
  REQUIRE(stats.size() == 1);
  CHECK(to_json(stats[0]) == to_json(node.stats({.topic = "t", .from = at})->at(0)));
  CHECK(remote.stats({.topic = "t", .key = "eu"})->at(0).key == "eu");
  CHECK(remote.validate("x.yaml").error() ==
        failure{fault::invalid, std::filesystem::absolute("x.yaml").string() + ": a fault"});
  CHECK(remote.deploy("x.yaml")->hash == std::filesystem::absolute("x.yaml").string());
  CHECK(remote.activate("orders", "1").ok());
  CHECK(remote.activate("orders", "2").error().code == fault::not_found);
  CHECK(remote.versions("orders")->at(0).active);
  CHECK((*remote.definition("orders", "2"))["app"]["version"] == "2");
  CHECK(remote.scrub("o-1").error() == failure{fault::failed, "a bug"});
  node.last = "nothing";
  CHECK(remote.publish("a", {}, {.id = "\xff\xfe"}).error().code == fault::invalid);
  CHECK(node.last == "nothing");
}

TEST_CASE("a wait that is not over in time is a timeout, not an error of the connection") {
  const folder home;
  scripted node;
  node.waits = -1000;
  const auto server = control_server::open(home.path / "quipu.sock", node);
  auto remote = quipu::connect(home.path / "quipu.sock");
  CHECK((*remote)->wait("o-1", 30ms).error().code == fault::timeout);
}

TEST_CASE("the control socket is the owner's alone, replaces a dead one and goes with its node") {
  const folder home;
  scripted node;
  const auto socket = home.path / "quipu.sock";
  {
    const auto at = control_address::of(socket);
    const descriptor dead{::socket(AF_UNIX, SOCK_STREAM, 0)};
    REQUIRE(::bind(dead.get(), at->generic(), at->size()) == 0);
  }
  CHECK(quipu::connect(socket).error().code == fault::unavailable);
  auto server = control_server::open(socket, node);
  REQUIRE(server.ok());
  struct stat facts {};
  REQUIRE(::stat(socket.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777U) == 0600U);
  CHECK(quipu::connect(socket).ok());
  server->reset();
  CHECK_FALSE(std::filesystem::exists(socket));
}

TEST_CASE("a directory whose name is longer than a socket address may hold a control socket") {
  const folder home;
  scripted node;
  const auto deep = home.path / std::string(120, 'd');
  std::filesystem::create_directories(deep);
  const auto server = control_server::open(deep / "quipu.sock", node);
  REQUIRE(server.ok());
  auto remote = quipu::connect(deep / "quipu.sock");
  REQUIRE(remote.ok());
  CHECK((*remote)->job("o-1").ok());
}

TEST_CASE("what is no request is answered with what is wrong, and the connection goes on") {
  const folder home;
  scripted node;
  const auto server = control_server::open(home.path / "quipu.sock", node);
  const auto peer = dial(home.path / "quipu.sock");
  line_reader answers{peer.get(), 1U << 20U};
  const auto ask = [&](std::string line) {
    line += '\n';
    REQUIRE(::send(peer.get(), line.data(), line.size(), MSG_NOSIGNAL) > 0);
    return json::parse(*answers.next());
  };
  CHECK(ask("not JSON")["fault"] == "bad_request");
  CHECK(ask("[1]")["fault"] == "bad_request");
  CHECK(ask(R"({"verb":"jobz"})")["message"] == "there is no verb \"jobz\"");
  CHECK(ask(R"({"verb":"job","id":7})")["fault"] == "bad_request");
  CHECK(ask(R"({"verb":"wait","id":"o-1","timeout_ms":1e300})")["fault"] == "bad_request");
  CHECK(ask(R"({"verb":"jobs","most":-1})")["fault"] == "bad_request");
  const auto wrapped =
      ask(R"({"verb":"complete","job":"o-1","activity":"a2","dimension":4294967296,)"
          R"("reply":{"status":0,"code":200,"data":null}})");
  CHECK(wrapped["message"] == "4294967296 is no whole number that may stand here");
  const std::string deep(100'000, '[');
  const auto nested =
      ask(R"({"verb":"publish","topic":"x","data":)" + deep + std::string(deep.size(), ']') + "}");
  CHECK(nested["fault"] == "invalid");
  CHECK(ask(R"({"verb":"job","id":"o-1"})").contains("ok"));
}

TEST_CASE("a line beyond the limit is refused and its connection ended") {
  const folder home;
  scripted node;
  const auto server = control_server::open(home.path / "quipu.sock", node);
  const auto peer = dial(home.path / "quipu.sock");
  const std::string junk(1U << 20U, 'x');
  std::thread writer{[&] {
    for (std::size_t sent = 0; sent <= control_limits{}.bytes + junk.size(); sent += junk.size())
      if (::send(peer.get(), junk.data(), junk.size(), MSG_NOSIGNAL) < 0) break;
  }};
  line_reader answers{peer.get(), 1U << 20U};
  const auto line = answers.next();
  writer.join();
  REQUIRE(line);
  CHECK(json::parse(*line)["fault"] == "too_large");
  CHECK_FALSE(answers.next());
}

TEST_CASE("a request is taken at limits.control.bytes and refused one above it") {
  const folder home;
  scripted node;
  std::string line{R"({"verb":"job","id":"o-1"})"};
  const auto server = control_server::open(home.path / "quipu.sock", node, {.bytes = line.size()});
  const auto ask = [&](std::string text) {
    const auto peer = dial(home.path / "quipu.sock");
    line_reader answers{peer.get(), 1U << 20U};
    text += '\n';
    REQUIRE(::send(peer.get(), text.data(), text.size(), MSG_NOSIGNAL) > 0);
    return json::parse(*answers.next());
  };
  CHECK(ask(line).contains("ok"));
  const auto refused = ask(line + ' ');
  CHECK(refused["fault"] == "too_large");
  CHECK(refused["message"] ==
        fmt::format("a request of more than {0} bytes; limits.control.bytes is {0}", line.size()));
}

TEST_CASE("connections are taken up to limits.control.connections, and one more is refused") {
  const folder home;
  scripted node;
  const auto server = control_server::open(home.path / "quipu.sock", node, {.connections = 2});
  const auto answer = [](const descriptor& peer, line_reader& from) {
    const std::string line{"{\"verb\":\"job\",\"id\":\"o-1\"}\n"};
    (void)::send(peer.get(), line.data(), line.size(), MSG_NOSIGNAL);
    return json::parse(*from.next());
  };
  const auto first = dial(home.path / "quipu.sock");
  const auto second = dial(home.path / "quipu.sock");
  line_reader of_first{first.get(), 1U << 20U};
  line_reader of_second{second.get(), 1U << 20U};
  CHECK(answer(first, of_first).contains("ok"));
  CHECK(answer(second, of_second).contains("ok"));
  const auto third = dial(home.path / "quipu.sock");
  line_reader of_third{third.get(), 1U << 20U};
  const auto refused = json::parse(*of_third.next());
  CHECK(refused["fault"] == "overloaded");
  CHECK(refused["message"] == "2 connections are open; limits.control.connections is 2");
  CHECK(answer(first, of_first).contains("ok"));
}

TEST_CASE("a client that says nothing stops neither others nor the end of the node") {
  const folder home;
  scripted node;
  auto server = control_server::open(home.path / "quipu.sock", node);
  const auto silent = dial(home.path / "quipu.sock");
  auto remote = quipu::connect(home.path / "quipu.sock");
  CHECK((*remote)->job("o-1").ok());
  server->reset(); // and if it waited for who is silent, for ever
  line_reader answers{silent.get(), 1U << 20U};
  CHECK_FALSE(answers.next());
}
