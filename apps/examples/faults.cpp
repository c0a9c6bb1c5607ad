/// Workers that throw, hang, or take their process with them. The flow says what becomes of each.
///
///     quipu_faults --store lmdb:/tmp/faults --deploy configs/examples/faults.yaml
///     quipu run throw.wanted --data /tmp/faults

#include <quipu/node.hpp>

#include <thread>

int main(int argc, char** argv) {
  quipu::node node{argc, argv};
  // An error 500 with this message; the flow tries three times.
  node.serve("work.throw",
             [](quipu::call&) -> quipu::reply { throw std::runtime_error{"no paper"}; });
  // The flow's `timeout` ends the wait with 504; a worker that looks at `cancelled` ends too.
  node.serve("work.hang", [](quipu::call& call) {
    while (!call.cancelled()) std::this_thread::sleep_for(std::chrono::milliseconds{10});
  });
  // The next start calls it again, as its next attempt; the fifth time is the last.
  node.serve("work.exit", [](quipu::call&) { std::_Exit(9); });
  return node.run();
}
