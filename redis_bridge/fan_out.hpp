#pragma once

#include "redis_bridge/errand.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

/// One question to all partitions: at once, or one after the other.
namespace quipu::redis {

/// Asks every partition at once, and gives the answers in their order, or the first failure; one
/// that says that a lease has lapsed before the others.
template <class T, class Ask>
void everywhere(unsigned partitions, Ask ask, then<std::vector<T>> done) {
  struct waiting {
    std::vector<std::optional<result<T>>> answers;
    std::size_t left = 0;
    then<std::vector<T>> done;
  };
  const auto all = std::make_shared<waiting>();
  all->answers.resize(partitions);
  all->left = partitions;
  all->done = std::move(done);
  for (unsigned at = 0; at < partitions; ++at)
    ask(at, [all, at](result<T> got) {
      all->answers[at].emplace(std::move(got));
      if (--all->left > 0) return;
      std::vector<T> values;
      const failure* why = nullptr;
      for (auto& each : all->answers)
        if (*each)
          values.push_back(std::move(**each));
        else if (why == nullptr || each->error().code == fault::fenced)
          why = &each->error();
      all->done(why == nullptr ? result<std::vector<T>>{std::move(values)}
                               : result<std::vector<T>>{*why});
    });
}

/// Asks one partition after the other, from `first` on, until there are `most`. What has been got
/// is given, whatever comes behind it.
template <class T>
errand one_by_one(unsigned partitions, unsigned first, std::size_t most,
                  std::function<void(unsigned at, std::size_t most, then<std::vector<T>>)> ask,
                  then<std::vector<T>> done) {
  std::vector<T> all;
  for (unsigned i = 0; i < partitions && (i == 0 || all.size() < most); ++i) {
    auto got = co_await answer<std::vector<T>>{[&](then<std::vector<T>> told) {
      ask((first + i) % partitions, most - all.size(), std::move(told));
    }};
    if (!got && all.empty()) {
      if (done) done(got.error());
      co_return;
    }
    if (!got) break;
    std::move(got->begin(), got->end(), std::back_inserter(all));
  }
  if (done) done(std::move(all));
}

} // namespace quipu::redis
