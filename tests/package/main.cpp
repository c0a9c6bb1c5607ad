/// Every way to use the library at once: a function, a struct, an actor, and a job through all of them.

#include <quipu/caf.hpp>
#include <quipu/node.hpp>

#include <iostream>

struct sum {
  int n = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(sum, n)

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  quipu::node node{{.store = "memory:"}};
  node.serve("add.json", [](quipu::call& call) {
    return quipu::ok({{"n", call.data()["n"].get<int>() + 1}});
  });
  node.serve("add.typed", [](const sum& in) { return sum{in.n + 10}; });
  node.serve("add.actor", quipu::actor([]() -> caf::behavior {
               return {[](const quipu::call_ptr& call) {
                 return quipu::ok({{"n", call->data()["n"].get<int>() + 100}});
               }};
             }));
  if (auto started = node.start(); !started) return std::cerr << started.error().message << '\n', 1;
  auto& client = node.client();
  const auto app = client.deploy(argv[1]);
  if (!app) return std::cerr << app.error().message << '\n', 1;
  if (auto active = client.activate(app->app, app->version); !active) return 1;
  const auto ended = client.run("sum.wanted", {{"n", 1}});
  if (!ended) return std::cerr << ended.error().message << '\n', 1;
  std::cout << ended->data.dump() << '\n';
  return ended->data == quipu::json{{"n", 112}} ? 0 : 1;
}
