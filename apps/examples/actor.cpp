/// A CAF actor as worker: one at a time, with a state of its own, spawned again if it ends.
///
///     quipu_actor --store lmdb:/tmp/actor --deploy configs/examples/actor.yaml
///     quipu run ticket.wanted '{"name": "Ana"}' --data /tmp/actor

#include <quipu/caf.hpp>
#include <quipu/node.hpp>

struct counter {
  int last = 0;
};

caf::behavior tickets(caf::stateful_actor<counter>* self) {
  return {[self](const quipu::call_ptr& call) -> quipu::reply {
    if (!call->data().contains("name")) return quipu::fail(422, "a ticket for whom?");
    return quipu::ok({{"number", ++self->state.last}, {"for", call->data()["name"]}});
  }};
}

int main(int argc, char** argv) {
  quipu::node node{argc, argv};
  node.serve("work.ticket", quipu::actor(tickets));
  return node.run();
}
