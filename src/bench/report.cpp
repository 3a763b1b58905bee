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

namespace {

constexpr const char* at_least = "at least";
constexpr const char* at_most = "at most";

ordered_json to_json(const Metric& metric) {
  const auto met = metric.met();
  return {{"name", metric.name},
          {"value", metric.value},
          {"unit", metric.unit},
          {"goal", metric.goal ? ordered_json(*metric.goal) : ordered_json()},
          {"want", metric.want == Metric::Want::at_least ? at_least : at_most},
          {"met", met ? ordered_json(*met) : ordered_json()},
          {"spread", metric.spread},
          {"note", metric.note}};
}

ordered_json to_json(const Plot& plot) {
  ordered_json series = ordered_json::array();
  for (const auto& one : plot.series)
    series.push_back({{"name", one.name}, {"points", one.points}});
  return {{"title", plot.title},
          {"x_label", plot.x_label},
          {"y_label", plot.y_label},
          {"lines", plot.lines},
          {"series", std::move(series)}};
}

Metric parse_metric(const ordered_json& json) {
  Metric metric;
  json.at("name").get_to(metric.name);
  json.at("value").get_to(metric.value);
  json.at("unit").get_to(metric.unit);
  if (!json.at("goal").is_null()) metric.goal = json.at("goal").get<double>();
  metric.want = json.at("want") == at_least ? Metric::Want::at_least : Metric::Want::at_most;
  json.at("spread").get_to(metric.spread);
  json.at("note").get_to(metric.note);
  return metric;
}

Plot parse_plot(const ordered_json& json) {
  Plot plot;
  json.at("title").get_to(plot.title);
  json.at("x_label").get_to(plot.x_label);
  json.at("y_label").get_to(plot.y_label);
  json.at("lines").get_to(plot.lines);
  for (const auto& one : json.at("series")) {
    plot.series.push_back({one.at("name"), one.at("points")});
  }
  return plot;
}

}  // namespace

std::string to_json(const Report& report) {
  ordered_json metrics = ordered_json::array();
  for (const auto& metric : report.metrics) metrics.push_back(to_json(metric));
  ordered_json plots = ordered_json::array();
  for (const auto& plot : report.plots) plots.push_back(to_json(plot));
  const ordered_json document = {{"benchmark", report.benchmark},
                                 {"machine", report.machine},
                                 {"metrics", std::move(metrics)},
                                 {"plots", std::move(plots)}};
  return document.dump(2);
}

core::Result<Report> parse_report(std::string_view text) {
  try {
    const auto json = ordered_json::parse(text);
    Report report{json.at("benchmark"), json.at("machine"), {}, {}};
    for (const auto& metric : json.at("metrics")) report.metrics.push_back(parse_metric(metric));
    for (const auto& plot : json.at("plots")) report.plots.push_back(parse_plot(plot));
    return report;
  } catch (const nlohmann::json::exception&) {
    return core::Error{core::Code::bad_input, "no report of 'fovea bench'"};
  }
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
