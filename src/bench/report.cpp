#include "bench/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/json_reader.h"

namespace fovea::bench {

using core::Json;

bool Report::all_met() const {
  return std::all_of(metrics.begin(), metrics.end(),
                     [](const Metric& metric) { return metric.met().value_or(true); });
}

namespace {

constexpr const char* at_least = "at least";
constexpr const char* at_most = "at most";

Json to_json(const Metric& metric) {
  const auto met = metric.met();
  return {{"name", metric.name},
          {"value", metric.value},
          {"unit", metric.unit},
          {"goal", metric.goal ? Json(*metric.goal) : Json()},
          {"want", metric.want == Metric::Want::at_least ? at_least : at_most},
          {"met", met ? Json(*met) : Json()},
          {"spread", metric.spread},
          {"note", metric.note}};
}

Json to_json(const Plot& plot) {
  Json series = Json::array();
  for (const auto& one : plot.series)
    series.push_back({{"name", one.name}, {"points", one.points}});
  return {{"title", plot.title},
          {"x_label", plot.x_label},
          {"y_label", plot.y_label},
          {"lines", plot.lines},
          {"series", std::move(series)}};
}

constexpr size_t text_bytes_max = 4096;
constexpr double number_max = std::numeric_limits<double>::max();

core::Result<Metric> parse_metric(const Json& json) {
  core::JsonReader reader(json, "metrics.");
  Metric metric;
  metric.name = reader.text("name", text_bytes_max);
  metric.value = reader.number("value", -number_max, number_max);
  metric.unit = reader.text("unit", text_bytes_max);
  metric.goal = reader.optional_number("goal", -number_max, number_max);
  const bool least = reader.choice("want", {at_least, at_most}) == 0;
  metric.want = least ? Metric::Want::at_least : Metric::Want::at_most;
  metric.spread = reader.number("spread", -number_max, number_max);
  metric.note = reader.text("note", text_bytes_max);
  if (auto good = reader.status(); !good) return good.error();
  return metric;
}

core::Result<Plot> parse_plot(const Json& json) {
  core::JsonReader reader(json, "plots.");
  Plot plot;
  plot.title = reader.text("title", text_bytes_max);
  plot.x_label = reader.text("x_label", text_bytes_max);
  plot.y_label = reader.text("y_label", text_bytes_max);
  plot.lines = reader.flag("lines");
  for (const auto& one : reader.list("series")) {
    core::Series series{one["name"].get<std::string>(), {}};
    for (const auto& point : one["points"]) {
      series.points.emplace_back(point[0].get<double>(), point[1].get<double>());
    }
    plot.series.push_back(std::move(series));
  }
  if (auto good = reader.status(); !good) return good.error();
  return plot;
}

}  // namespace

std::string to_json(const Report& report) {
  Json metrics = Json::array();
  for (const auto& metric : report.metrics) metrics.push_back(to_json(metric));
  Json plots = Json::array();
  for (const auto& plot : report.plots) plots.push_back(to_json(plot));
  const Json document = {{"benchmark", report.benchmark},
                         {"machine", report.machine},
                         {"metrics", std::move(metrics)},
                         {"plots", std::move(plots)}};
  return document.dump(2);
}

core::Result<Report> parse_report(std::string_view text) {
  const auto json = core::parse_json_object(text);
  if (!json) return json.error().context("this is not a report of 'fovea bench'");
  core::JsonReader reader(*json);
  Report report{
      reader.text("benchmark", text_bytes_max), reader.text("machine", text_bytes_max), {}, {}};
  for (const auto& one : reader.list("metrics")) {
    auto metric = parse_metric(one);
    if (!metric) return metric.error();
    report.metrics.push_back(*std::move(metric));
  }
  for (const auto& one : reader.list("plots")) {
    auto plot = parse_plot(one);
    if (!plot) return plot.error();
    report.plots.push_back(*std::move(plot));
  }
  if (auto good = reader.status(); !good) return good.error();
  return report;
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
