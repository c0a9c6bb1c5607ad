#include "tests/bench/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

/// The report as a picture: for each workload a group of bars, one a store, each as long as its
/// flows a second are many, on a scale of its own group.
namespace quipu::bench {

namespace {

constexpr int width = 760;
constexpr int label_width = 130;
constexpr int bar_height = 18;
constexpr int group_gap = 34;
constexpr int figures_width = 230;
constexpr std::array colours{"#3b6ea5", "#7a9e3f", "#b5713a", "#8a5a9e", "#5f6b73"};

std::string text_at(int x, int y, std::string_view text, std::string_view more = {}) {
  return fmt::format("<text x=\"{}\" y=\"{}\" {}>{}</text>\n", x, y, more, text);
}

} // namespace

std::string svg(const circumstances& where, const std::vector<row>& rows) {
  std::vector<std::string> flows;
  std::map<std::string, std::size_t> stores;
  for (const auto& each : rows) {
    if (std::find(flows.begin(), flows.end(), each.workload) == flows.end())
      flows.push_back(each.workload);
    stores.emplace(each.store, stores.size());
  }
  std::string body = text_at(10, 24, "flows a second", "font-size=\"16\" font-weight=\"bold\"");
  body += text_at(10, 44, where.machine, "fill=\"#555\"");
  int y = 64;
  for (const auto& flow : flows) {
    body += text_at(10, y + 14, flow, "font-weight=\"bold\"");
    y += 22;
    double longest = 1;
    for (const auto& each : rows)
      if (each.workload == flow) longest = std::max(longest, each.flows.most);
    for (const auto& each : rows) {
      if (each.workload != flow) continue;
      const auto full = static_cast<double>(width - label_width - figures_width);
      const auto length = [&](double value) { return static_cast<int>(value / longest * full); };
      body += text_at(10, y + 13, each.store);
      body += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>\n",
                          label_width, y, length(each.flows.median), bar_height - 4,
                          colours[stores[each.store] % colours.size()]);
      // From the least to the most that a repetition gave.
      body += fmt::format("<line x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\" stroke=\"#222\"/>\n",
                          label_width + length(each.flows.least),
                          label_width + length(each.flows.most), y + 7, y + 7);
      auto figures = fmt::format("{:.0f}, p50 {:.2f} ms", each.flows.median, each.quantile_ms(0.5));
      if (const auto ratio = each.ratio()) figures += fmt::format(", {:.2f} of raw", *ratio);
      body += text_at(label_width + length(each.flows.most) + 8, y + 13, figures);
      y += bar_height;
    }
    y += group_gap - bar_height;
  }
  return fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
                     "viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\" font-size=\"12\">\n"
                     "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{2}</svg>\n",
                     width, y + 10, body);
}

} // namespace quipu::bench
