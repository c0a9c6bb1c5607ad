#include "lmdb_bridge/copy.hpp"
#include "apps/quipu/exit.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>

namespace quipu {

namespace {

struct copy_arguments {
  std::string from;
  std::string to;
};

int copy(const copy_arguments& with) {
  if (const auto done = lmdb::copy_directory(with.from, with.to); !done)
    return complain(done.error());
  terminal{stdout}.line(escaped(with.from + " copied to " + with.to));
  return exit_code::done;
}

} // namespace

action declare_copy(CLI::App& to) {
  const auto with = std::make_shared<copy_arguments>();
  to.add_option("TO", with->to, "the directory that is made")->required()->type_name("DIR");
  to.add_option("--data", with->from, "the directory that keeps the jobs; a node may run in it")
      ->required()
      ->type_name("DIR");
  return [with] { return copy(*with); };
}

} // namespace quipu
