#include "actors/librarian.hpp"

#include "actors/definitions.hpp"

#include <caf/send.hpp>
#include <fmt/format.h>

#include <functional>
#include <utility>

namespace quipu {

caf::behavior make_librarian(librarian_actor* self, librarian_parts parts) {
  return self->state.make(self, std::move(parts));
}

caf::behavior librarian_state::make(caf::event_based_actor* self, librarian_parts parts) {
  self_ = self;
  parts_ = std::move(parts);
  self->delayed_send(self, parts_.look, tick{});
  return {
      [this](tick) { look(); },
      [this](const apps_listed& got) {
        list(got.all);
        self_->delayed_send(self_, parts_.look, tick{});
      },
      [this](const app_fetched& got) { keep(got.what); },
  };
}

void librarian_state::look() {
  parts_.store->apps([self = caf::actor{self_}](result<std::vector<app_version>> answer) {
    apps_listed told;
    if (answer) told.all = std::move(*answer);
    caf::anon_send(self, std::move(told));
  });
}

void librarian_state::list(const std::vector<app_version>& all) {
  for (const auto& each : all) {
    if (parts_.plans->find(each.app, each.version)) {
      if (each.active) parts_.plans->activate(each.app, each.version);
    } else if (known_.insert({each.app, each.version}).second) {
      parts_.store->fetch(each.app, each.version,
                          [self = caf::actor{self_}, each](result<app_version> answer) {
                            app_fetched told{each};
                            if (answer) told.what = std::move(*answer);
                            caf::anon_send(self, std::move(told));
                          });
    }
  }
}

void librarian_state::keep(const app_version& fetched) {
  // Without its source it was not fetched: with the next look.
  if (fetched.source.empty()) {
    known_.erase({fetched.app, fetched.version});
    return;
  }
  auto made = plan_of(fetched);
  if (!made) {
    if (parts_.log)
      parts_.log->say(component::node, log_level::error,
                      fmt::format("app \"{}\" version \"{}\" cannot be used here: {}", fetched.app,
                                  fetched.version, made.error().message));
    return;
  }
  parts_.plans->put(std::move(*made));
  if (fetched.active) parts_.plans->activate(fetched.app, fetched.version);
}

} // namespace quipu
