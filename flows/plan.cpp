#include "flows/plan.hpp"

#include "collation/codes.hpp"
#include "flows/flow_compiler.hpp"

namespace quipu {

bool edge::admits(int code) const noexcept {
  return when && !when->codes.empty() ? when->admits(code) : codes::is_success(code);
}

const flow* plan::find(std::string_view topic) const {
  const auto found = index.find(std::string{topic});
  return found == index.end() ? nullptr : &flows[found->second];
}

std::vector<std::string> plan::public_topics() const {
  std::vector<std::string> topics;
  for (const auto& each : flows)
    if (!each.topic.starts_with('.')) topics.push_back(each.topic);
  return topics;
}

std::shared_ptr<const plan> compile(const definition& app, findings& faults) {
  auto made = std::make_shared<plan>();
  made->app = app.id;
  made->version = app.version;
  made->schemas = app.schemas;
  for (const auto& graph : app.graphs) {
    made->index.emplace(graph.subscribes, static_cast<std::uint32_t>(made->flows.size()));
    made->flows.push_back(compile(graph, faults));
  }
  return faults.failed() ? nullptr : made;
}

} // namespace quipu
