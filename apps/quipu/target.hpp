#pragma once

#include "collation/ledger.hpp"

#include <CLI/App.hpp>
#include <quipu/client.hpp>
#include <quipu/node.hpp>

#include <functional>
#include <memory>
#include <string>

namespace quipu {

/// A store or node, open for one command.
class session {
public:
  explicit session(std::unique_ptr<client> remote) : remote_(std::move(remote)) {}
  explicit session(std::unique_ptr<node> own) : own_(std::move(own)) {}

  [[nodiscard]] client& verbs() { return own_ ? own_->client() : *remote_; }
  /// It speaks to a node that runs in another process.
  [[nodiscard]] bool is_remote() const noexcept { return remote_ != nullptr; }

private:
  std::unique_ptr<client> remote_;
  std::unique_ptr<node> own_;
};

/// Which jobs a command is about: `--store URL`, or `--data DIR`, short for `--store lmdb:DIR`. What
/// opens a store itself has a node's settings: from QUIPU_... in the environment, and the file of
/// `--config`.
class target {
public:
  void declare(CLI::App& to);

  /// Whether the command line names a store.
  [[nodiscard]] bool is_given() const noexcept {
    return !store_.empty() || !data_.empty() || !config_.empty();
  }
  /// Whether what is there stays when the command has ended.
  [[nodiscard]] bool keeps() const;
  /// For looking: the node that runs in the directory, else the directory itself; runs and changes
  /// nothing.
  [[nodiscard]] result<session> look() const;
  /// For writing what no engine is needed for: the node that runs in the directory, else the
  /// directory itself; nothing runs.
  [[nodiscard]] result<session> keep() const;
  /// For running: the node that runs in the directory, else one of our own. `prepare`, if set,
  /// serves workers: then only a node of our own will do, and `conflict` says that one is there.
  [[nodiscard]] result<session> work(const std::function<void(node&)>& prepare) const;

  /// The store itself, with nobody else in it, to look at or (`writes`) to mend. `conflict`: a node
  /// runs there; `corrupt`: what can be told without opening it, a line a fault.
  [[nodiscard]] result<std::shared_ptr<ledger>> store(bool writes) const;

private:
  /// `bad_request`: no store is named; `invalid`: settings, a line a fault.
  [[nodiscard]] result<node_options> options() const;

  std::string store_;
  std::string data_;
  std::string config_;
  std::string url_;
};

} // namespace quipu
