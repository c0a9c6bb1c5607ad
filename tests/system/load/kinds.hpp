#pragma once

#include <quipu/json.hpp>

#include <chrono>
#include <string>
#include <vector>

/// A job as the load starts it.
struct start {
  std::string topic;
  std::string id;
  quipu::json data;
};

/// Something that is done to a job from outside, in the order of `after`.
struct deed {
  enum class verb { signal, complete, interrupt };

  verb does = verb::signal;
  std::string name; ///< of the topic or activity
  quipu::json data;
  int code = 200;
  std::string id; ///< the same in every life: done again, it changes nothing
  std::chrono::milliseconds after{0};
};

/// The jobs that number `n` begins: every kind of activity comes up in turn; or only those that
/// wait for somebody.
std::vector<start> starts_of(const std::string& prefix, int n, bool only_waiting);
/// What is said before the job is there.
std::vector<deed> early_deeds_of(const start& of);
/// What a running job waits for from outside: the same in every life, at other times.
std::vector<deed> deeds_of(const std::string& topic, const std::string& id, const std::string& life,
                           int slowly);
