/// The smallest program with a flow in it: one worker, one job, nothing kept.

#include <quipu/node.hpp>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s FLOW NAME   (FLOW: configs/hello.yaml)\n", argv[0]);
    return 2;
  }
  quipu::node node{{.store = "memory:"}};
  node.serve("work.greet", [](quipu::call& call) -> quipu::reply {
    if (!call.data().contains("name")) return quipu::fail(422, "no name");
    return quipu::ok({{"text", "hello " + call.data()["name"].get<std::string>()}});
  });
  const auto complain = [](const quipu::failure& why) {
    std::fprintf(stderr, "%s\n", why.message.c_str());
    return 1;
  };

  if (const auto started = node.start(); !started) return complain(started.error());
  auto& client = node.client();
  const auto deployed = client.deploy(argv[1]);
  if (!deployed) return complain(deployed.error());
  if (const auto active = client.activate(deployed->app, deployed->version); !active)
    return complain(active.error());

  const auto ended = client.run("greeting.wanted", {{"name", argv[2]}});
  if (!ended) return complain(ended.error());
  std::printf("%s\n", ended->data.dump().c_str());
  return ended->state == "completed" ? 0 : 1;
}
