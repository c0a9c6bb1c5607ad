#pragma once

#include "kinds.hpp"
#include "notes.hpp"

#include <quipu/client.hpp>

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

/// Whoever is outside: starts jobs, answers those that wait, and notes what it was told. What an
/// earlier life did is done again; its ids make that harmless.
class outside {
public:
  /// `life` and `slowly` say when things are done.
  outside(quipu::client& verbs, const notes& to, std::string life, int slowly)
      : verbs_(verbs), notes_(to), life_(std::move(life)), slowly_(slowly) {}

  /// False: it was refused.
  bool begin(const start& what);
  /// Does what is due for the jobs that run; to be called again and again.
  void attend(const std::vector<quipu::job_list::row>& running);

private:
  using clock = std::chrono::steady_clock;
  struct attended {
    clock::time_point seen;
    std::vector<deed> left;
  };

  /// False: it is to be done again.
  bool perform(const std::string& job, const deed& what);
  bool note(const std::string& job, const deed& what, const std::string& said,
            const quipu::failure* why);

  quipu::client& verbs_;
  const notes& notes_;
  std::string life_;
  int slowly_;
  std::map<std::string, attended> jobs_;
};
