#pragma once

#include "flows/plan.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace quipu {

/// The plans that a node knows, for ever: a version is immutable. Shared by its engines; any
/// thread.
class shelf {
public:
  using key = std::pair<std::string, std::string>; ///< app, version

  void put(std::shared_ptr<const plan> made);
  /// Which version new jobs of an app take.
  void activate(const std::string& app, const std::string& version);

  [[nodiscard]] std::shared_ptr<const plan> find(const std::string& app,
                                                 const std::string& version) const;
  /// The active plan whose flow is at `topic`, of one app or of any. `not_found` says what there
  /// is; `bad_request`: several apps have it.
  [[nodiscard]] result<std::shared_ptr<const plan>> active(const std::string& topic,
                                                           const std::string& app) const;
  [[nodiscard]] std::vector<std::shared_ptr<const plan>> all_active() const;
  /// The app that a verb is about when it does not say so. `not_found`: none is active;
  /// `bad_request`: several are.
  [[nodiscard]] result<std::string> only_active() const;
  /// Every version of an app that is known here.
  [[nodiscard]] std::vector<std::shared_ptr<const plan>> versions(const std::string& app) const;

private:
  mutable std::mutex guard_;
  std::map<key, std::shared_ptr<const plan>> plans_;
  std::map<std::string, std::string> active_;
};

} // namespace quipu
