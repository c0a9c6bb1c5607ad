/// The order example: an embedded node in a directory, one flow, one job for each order of a file.
/// Kill it and start it again: it finishes what it had begun and does nothing twice.

#include "apps/examples/order/order.hpp"
#include "apps/examples/order/report.hpp"
#include "apps/examples/order/runner.hpp"
#include "apps/examples/order/workers.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <sstream>

namespace {

using namespace shop;
using quipu::colour;

constexpr int exit_failed = 1;
constexpr int exit_unreachable = 3;
constexpr int exit_refused = 4;

struct settings {
  std::string data = QUIPU_ROOT "/data/order";
  std::string store; ///< instead of a directory
  std::string orders = QUIPU_ROOT "/configs/order/orders.jsonl";
  std::string flow = QUIPU_ROOT "/configs/order/order.yaml";
  std::string calls;
  std::size_t in_flight = 16;
  int payment_ms = 60;
  bool all = false;
};

void declare(CLI::App& app, settings& to) {
  app.add_option("--data", to.data, "the directory that keeps the jobs")->capture_default_str();
  app.add_option("--store", to.store, "the store instead of a directory: redis://HOST:PORT");
  app.add_option("--orders", to.orders, "the orders, one a line, as JSON")->capture_default_str();
  app.add_option("--flow", to.flow, "the flow")->capture_default_str();
  app.add_option("--calls", to.calls, "append a line for each call of a worker to this file");
  app.add_option("--in-flight", to.in_flight, "orders at a time")->check(CLI::Range(1, 256));
  app.add_option("--payment-ms", to.payment_ms, "how long a payment takes")
      ->check(CLI::Range(0, 60'000));
  app.add_flag("--all", to.all, "list the orders of earlier runs, too");
  app.footer("Example: quipu_order --data /tmp/orders --payment-ms 5");
}

std::string shown_path(const std::string& path) {
  std::error_code ignored;
  const auto near = std::filesystem::proximate(path, ignored).string();
  return quipu::escaped(!near.empty() && near.size() < path.size() ? near : path);
}

int complain(quipu::terminal& err, const quipu::failure& why, int code) {
  std::istringstream lines{why.message};
  for (std::string line; std::getline(lines, line);)
    err.line(err.paint(colour::red, "error: ") + quipu::escaped(line));
  return code;
}

/// What is said at the end: the rows of this run, sums, speed, where the data lies, what to try.
int conclude(quipu::terminal& out, const settings& with, const std::vector<outcome>& all,
             std::chrono::duration<double> took) {
  std::vector<outcome> rows;
  std::size_t before = 0, resumed = 0, unended = 0, jobs = 0;
  for (const auto& each : all) {
    before += each.before ? 1 : 0;
    jobs += each.before ? 0 : each.jobs;
    resumed += each.resumed ? 1 : 0;
    unended += each.state == "not run" ? 1 : 0;
    if (with.all || !each.before) rows.push_back(each);
  }
  const auto ran = all.size() - before - unended;
  if (!rows.empty()) print_table(out, rows);
  if (!rows.empty()) out.line("");
  if (before > 0)
    out.line(fmt::format("done already: {} of {} orders, by an earlier run{}", before, all.size(),
                         with.all ? "" : " (--all lists them)"));
  if (resumed > 0)
    out.line(fmt::format("resumed: {} orders that an earlier run had begun", resumed));
  print_sums(out, all);
  if (ran > 0)
    out.line(
        fmt::format("speed    {} orders, {} jobs with their payments, in {:.1f} s: {:.0f} jobs/s",
                    ran, jobs, took.count(), static_cast<double>(jobs) / took.count()));
  const auto where = with.store.empty() ? "--data " + shown_path(with.data)
                                        : fmt::format("--store '{}'", quipu::escaped(with.store));
  out.line(fmt::format("data     {}",
                       with.store.empty() ? shown_path(with.data) : quipu::escaped(with.store)));
  if (unended > 0)
    out.line(out.paint(
        colour::red, fmt::format("not run  {} orders: the table says why; run it again", unended)));
  out.line("");
  out.line("try      ./dev run                                    again: what is done stays done");
  out.line("         change an amount in configs/order/orders.jsonl, then ./dev run");
  out.line(fmt::format("         ./dev quipu jobs {}", where));
  if (!all.empty() && !all.front().job.empty())
    out.line(fmt::format("         ./dev quipu job {} {}", quipu::escaped(all.front().job), where));
  return unended == 0 ? 0 : exit_failed;
}

int run(const settings& with) {
  quipu::terminal out{stdout}, err{stderr};
  const auto listed = read_orders(with.orders);
  if (!listed) return complain(err, listed.error(), exit_refused);
  for (const auto& complaint : listed->complaints)
    err.line(err.paint(colour::yellow, "warning: ") + quipu::escaped(complaint));

  const call_log log{with.calls};
  quipu::node node{{.store = with.store.empty() ? "lmdb:" + with.data : with.store}};
  serve(node, log, std::chrono::milliseconds{with.payment_ms});
  if (const auto started = node.start(); !started)
    return complain(err, started.error(), exit_unreachable);
  auto& client = node.client();
  const auto deployed = client.deploy(with.flow);
  if (!deployed) return complain(err, deployed.error(), exit_refused);
  if (const auto active = client.activate(deployed->app, deployed->version); !active)
    return complain(err, active.error(), exit_refused);

  const auto begun = std::chrono::steady_clock::now();
  const auto outcomes =
      run_orders(client, listed->orders, with.in_flight, [&](const progress& now) {
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
        const auto text = fmt::format("{} of {} orders, {:.0f}/s", now.done, now.total,
                                      static_cast<double>(now.done) / took.count());
        out.status(text);
        const bool quarter = now.done * 4 / now.total != (now.done - 1) * 4 / now.total;
        if (!out.is_live() && quarter) out.line(text);
      });
  const auto took = std::chrono::steady_clock::now() - begun;
  node.stop();
  return conclude(out, with, outcomes, took);
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Runs the orders of a file through the order flow, in this process.", "quipu_order"};
  settings with;
  declare(app, with);
  CLI11_PARSE(app, argc, argv);
  try {
    return run(with);
  } catch (const std::exception& bug) {
    std::fprintf(stderr, "bug: %s\n", quipu::escaped(bug.what()).c_str());
    return exit_failed;
  }
}
