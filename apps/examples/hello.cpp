/// JSON in, JSON out: the smallest worker there is.
///
///     quipu_hello --store lmdb:/tmp/hello --deploy configs/hello.yaml
///     quipu run greeting.wanted '{"name": "Ana"}' --data /tmp/hello

#include <quipu/node.hpp>

int main(int argc, char** argv) {
  quipu::node node{argc, argv};
  node.serve("work.greet", [](quipu::call& call) -> quipu::reply {
    if (!call.data().contains("name")) return quipu::fail(422, "no name");
    return quipu::ok({{"text", "hello " + call.data()["name"].get<std::string>()}});
  });
  return node.run();
}
