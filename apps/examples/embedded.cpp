/// An engine inside a program of one's own: start it, run a job, read its end, stop it.
///
///     quipu_embedded configs/hello.yaml Ana

#include <quipu/node.hpp>

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 3) return std::cerr << "usage: quipu_embedded FLOW NAME\n", 2;
  quipu::node node{{.store = "memory:"}};
  node.serve("work.greet", [](const quipu::json& in) {
    return quipu::json{{"text", "hello " + in["name"].get<std::string>()}};
  });
  const auto ended = [&]() -> quipu::result<quipu::ending> {
    if (auto started = node.start(); !started) return started.error();
    auto& client = node.client();
    const auto app = client.deploy(argv[1]);
    if (!app) return app.error();
    if (auto active = client.activate(app->app, app->version); !active) return active.error();
    return client.run("greeting.wanted", {{"name", argv[2]}}, {.id = "g-1"});
  }();
  if (!ended) return std::cerr << ended.error().message << '\n', 1;
  std::cout << ended->data.dump() << '\n';
}
