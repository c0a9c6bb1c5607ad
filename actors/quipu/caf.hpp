#pragma once

#include <quipu/call.hpp>
#include <quipu/reply.hpp>
#include <quipu/worker.hpp>

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/behavior.hpp>
#include <caf/error.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/type_id.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

/// CAF actors as workers; the only header of quipu that shows CAF.
namespace quipu {

/// What a worker actor is asked: a CAF request with the call, whose response - a `reply`, now or by a
/// `caf::response_promise` later - is leg 2 of the activity.
using call_ptr = std::shared_ptr<call>;

/// The first id for message types of a program's own: CAF_BEGIN_TYPE_ID_BLOCK(shop, quipu::first_type_id)
inline constexpr caf::type_id_t first_type_id = caf::first_custom_type_id + 200;

struct worker::behaviour {
  std::function<caf::actor(caf::actor_system&)> spawn;
  std::function<void(caf::actor_system_config&)> prepare; ///< makes its message types known
};

namespace typed {

/// What a behaviour takes for itself: an event_based_actor*, a stateful_actor<State>*, or nothing.
template <class... Args>
struct self_of {
  using type = caf::event_based_actor;
};
template <class Self>
struct self_of<Self*> {
  using type = Self;
};

} // namespace typed

/// A CAF behaviour that serves a topic: `caf::behavior f(caf::event_based_actor* self)`, or with a
/// `caf::stateful_actor<State>*`, or without `self`; `TypeIds` are the id blocks of messages of its own. The node spawns
/// it at its start, and again when it has ended; calls that it had taken up then are an error 500 with why it ended.
/// Up to 256 calls are with it at once (`concurrency`), the others wait. It shares the node's threads: it must not block.
template <class... TypeIds, class F>
[[nodiscard]] worker actor(F make) {
  using self = typename typed::signature<F>::template arguments<typed::self_of>::type;
  auto made = std::make_shared<worker::behaviour>();
  made->spawn = [make](caf::actor_system& in) {
    return caf::actor_cast<caf::actor>(in.spawn([make](self* me) -> caf::behavior {
      // So that whoever asked learns what was thrown.
      me->set_exception_handler([](std::exception_ptr& thrown) -> caf::error {
        try {
          std::rethrow_exception(thrown);
        } catch (const std::exception& what) {
          return caf::make_error(caf::sec::runtime_error, what.what());
        } catch (...) {
          return caf::sec::runtime_error;
        }
      });
      if constexpr (std::is_invocable_v<const F&, self*>)
        return make(me);
      else
        return make();
    }));
  };
  made->prepare = []([[maybe_unused]] caf::actor_system_config& of) {
    (of.add_message_types<TypeIds>(), ...);
  };
  return worker{std::shared_ptr<const worker::behaviour>{std::move(made)}};
}

} // namespace quipu

CAF_BEGIN_TYPE_ID_BLOCK(quipu_worker, first_custom_type_id)
CAF_ADD_TYPE_ID(quipu_worker, (quipu::call_ptr))
CAF_ADD_TYPE_ID(quipu_worker, (quipu::reply))
CAF_END_TYPE_ID_BLOCK(quipu_worker)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::call_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::reply)
