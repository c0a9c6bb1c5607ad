/// Long work: says how far it is, and stops when nobody wants the answer any more. Two at a time.
///
///     quipu_progress --store lmdb:/tmp/progress --deploy configs/examples/progress.yaml
///     quipu publish copy.wanted '{"pages": 500}' --id c-1 --data /tmp/progress; quipu job c-1 --data /tmp/progress

#include <quipu/node.hpp>

#include <thread>

int main(int argc, char** argv) {
  quipu::node node{argc, argv};
  node.serve("work.copy",
             [](quipu::call& call) -> quipu::reply {
               const auto pages = call.data().value("pages", 0);
               for (int done = 0; done < pages; ++done) {
                 if (!call.heartbeat({{"page", done}, {"of", pages}}))
                   return quipu::fail(499, "not wanted any more");
                 std::this_thread::sleep_for(std::chrono::milliseconds{20});
               }
               return quipu::ok({{"copied", pages}});
             })
      .concurrency(2);
  return node.run();
}
