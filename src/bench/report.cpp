#include "bench/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace fovea::bench {

using nlohmann::ordered_json;

bool Report::all_met() const {
  return std::all_of(metrics.begin(), metrics.end(),
                     [](const Metric& metric) { return metric.met().value_or(true); });
}

std::string to_json(const Report& report) {
  ordered_json metrics = ordered_json::array();
  for (const auto& metric : report.metrics) {
    const auto met = metric.met();
    metrics.push_back({{"name", metric.name},
                       {"value", metric.value},
                       {"unit", metric.unit},
                       {"goal", metric.goal ? ordered_json(*metric.goal) : ordered_json()},
                       {"met", met ? ordered_json(*met) : ordered_json()},
                       {"spread", metric.spread},
                       {"note", metric.note}});
  }
  const ordered_json document = {{"benchmark", report.benchmark},
                                 {"machine", report.machine},
                                 {"metrics", std::move(metrics)}};
  return document.dump(2);
}

std::string to_text(const Report& report) {
  std::string text = fmt::format("{} on {}\n", report.benchmark, report.machine);
  for (const auto& metric : report.metrics) {
    const auto met = metric.met();
    const std::string goal =
        metric.goal ? fmt::format("goal {} {:g}: {}",
                                  metric.want == Metric::Want::at_least ? ">=" : "<=", *metric.goal,
                                  *met ? "met" : "MISSED")
                    : "";
    text += fmt::format("  {:<34} {:>10.3f} {:<10} (spread {:.3f})  {}\n", metric.name,
                        metric.value, metric.unit, metric.spread, goal);
  }
  return text;
}

}  // namespace fovea::bench
