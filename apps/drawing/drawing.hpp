#pragma once

#include "collation/digit.hpp"
#include "flows/definition.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// What is drawn, before it is known how: flows as trees of labelled nodes. Labels are as they were
/// written, by whomever; each format escapes them as it must.
namespace quipu {

struct drawing {
  /// An activity, in the preorder of its flow.
  struct node {
    std::string id;
    activity_kind kind = activity_kind::trigger;
    std::string title;
    std::string topic;              ///< whom it calls, starts or signals
    std::vector<std::string> notes; ///< what else it does: "waits for paid", "timeout 30s"
    std::vector<std::string> hears; ///< of a hook: the topics of its signals
    std::string when;               ///< what its edge asks for; empty: success
    bool is_interim = false;        ///< its edge may be taken again and again: it names 202
    std::size_t parent = 0;         ///< of the trigger: itself
    std::size_t depth = 0;
    std::optional<std::size_t> back_to; ///< of a cycle: what it enters again
    std::optional<std::size_t> starts;  ///< of an await: the flow, if it is drawn too

    // of a job
    std::optional<digit> state;
    std::vector<std::string> waits; ///< what it waits for, in words

    [[nodiscard]] bool is_trigger() const noexcept { return kind == activity_kind::trigger; }
  };

  struct flow {
    std::string topic;
    std::vector<std::string> notes; ///< what it publishes, what becomes of its jobs
    std::vector<node> nodes;
  };

  std::string heading; ///< "app orders, version 1", or which job
  std::vector<flow> flows;
};

/// Every flow of a definition.
[[nodiscard]] drawing draw(const definition& app);
/// The flow at a topic and those that it awaits; none: there is none at that topic.
[[nodiscard]] std::optional<drawing> draw(const definition& app, const std::string& topic);

/// The lines under a node's id: type and topic, title, notes.
[[nodiscard]] std::vector<std::string> lines_of(const drawing::node& what);

/// What a digit means: "completed".
[[nodiscard]] std::string_view word(digit state) noexcept;

} // namespace quipu
