#include "apps/examples/order/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace shop {

namespace {

using quipu::colour;
using quipu::escaped;
using quipu::padded;

std::string text_of(const quipu::json& data, const char* key) {
  const auto found = data.find(key);
  return found != data.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

colour colour_of(const std::string& result) {
  static const std::map<std::string, colour> colours{
      {"shipped", colour::green},   {"freighted", colour::green}, {"declined", colour::yellow},
      {"rejected", colour::yellow}, {"refused", colour::yellow},  {"failed", colour::red},
      {"not run", colour::red}};
  const auto found = colours.find(result);
  return found == colours.end() ? colour::none : found->second;
}

std::string amount(double value, const std::string& currency) {
  return fmt::format("{:.{}f} {}", value, currency == "JPY" ? 0 : 2, escaped(currency));
}

} // namespace

outcome outcome_of(std::string order, const quipu::job_info& job) {
  outcome made;
  made.order = std::move(order);
  made.job = job.id;
  made.state = job.state;
  made.result = text_of(job.data, "result");
  if (made.result.empty() || job.state != "completed") made.result = job.state;
  made.why = job.error ? job.error->message : text_of(job.data, "why");
  made.currency = text_of(job.data, "currency");
  if (const auto total = job.data.find("total"); total != job.data.end() && total->is_number()) {
    made.total = total->get<double>();
    made.priced = true;
  }
  made.composite = job.composite;
  made.jobs = 1 + job.children.size();
  if (job.ended)
    made.took = std::chrono::duration_cast<std::chrono::milliseconds>(*job.ended - job.created);
  return made;
}

void print_table(quipu::terminal& out, const std::vector<outcome>& rows) {
  std::size_t ids = 5, keys = 3;
  for (const auto& row : rows) {
    ids = std::max(ids, quipu::width(escaped(row.order)));
    keys = std::max(keys, row.composite.size());
  }
  constexpr std::size_t results = 9, totals = 15, times = 9;
  const auto line = [&](const auto& id, const auto& result, const auto& total, const auto& key,
                        const auto& time) {
    return fmt::format("{}  {}  {}  {}  {}", padded(id, ids), result, padded(total, totals, true),
                       padded(key, keys), padded(time, times, true));
  };
  out.line(
      out.paint(colour::bold, line("order", padded("result", results), "total", "key", "time")));
  for (const auto& row : rows) {
    const auto result = out.paint(colour_of(row.result), padded(escaped(row.result), results));
    const auto total = row.priced ? amount(row.total, row.currency) : std::string{"-"};
    out.line(line(escaped(row.order), result, total, row.composite,
                  fmt::format("{} ms", row.took.count())) +
             (row.why.empty() ? "" : "  " + out.paint(colour::dim, escaped(row.why))));
  }
}

void print_sums(quipu::terminal& out, const std::vector<outcome>& rows) {
  std::map<std::string, std::size_t> results;
  std::map<std::string, double> sold;
  for (const auto& row : rows) {
    ++results[row.result];
    if (row.result == "shipped" || row.result == "freighted") sold[row.currency] += row.total;
  }
  std::string counted, summed;
  for (const auto& [result, count] : results)
    counted += fmt::format("{}{} {}", counted.empty() ? "" : ", ", count,
                           out.paint(colour_of(result), escaped(result)));
  for (const auto& [currency, total] : sold)
    summed += fmt::format("{}{}", summed.empty() ? "" : ", ", amount(total, currency));
  out.line(fmt::format("results  {}", counted));
  if (!summed.empty()) out.line(fmt::format("sold     {}", summed));
}

} // namespace shop
