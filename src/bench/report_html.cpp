#include <fmt/format.h>

#include "bench/report.h"
#include "core/html.h"

namespace fovea::bench {

using core::html_escape;

namespace {

constexpr const char* style =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:960px;margin:2em auto;padding:0 1em;"
    "color:#222;background:#fff}table{border-collapse:collapse;width:100%}"
    "td,th{padding:.3em .6em;border-bottom:1px solid #ddd;text-align:left}"
    ".n{text-align:right;font-variant-numeric:tabular-nums}.met{color:#16794c}"
    ".missed{color:#b3261e;font-weight:600}svg text{font:12px system-ui,sans-serif;fill:#444}"
    ".note{color:#666;font-size:13px}";

std::string row(const Metric& metric) {
  const auto met = metric.met();
  const std::string goal =
      metric.goal
          ? fmt::format("{} {:g}", metric.want == Metric::Want::at_least ? "≥" : "≤", *metric.goal)
          : "";
  const char* verdict = !met ? "" : *met ? "met" : "missed";
  return fmt::format(
      "<tr><td>{}<div class='note'>{}</div></td><td class='n'>{:.3f}</td><td>{}</td>"
      "<td class='n'>{:.3f}</td><td class='n'>{}</td><td class='{}'>{}</td></tr>",
      html_escape(metric.name), html_escape(metric.note), metric.value, html_escape(metric.unit),
      metric.spread, goal, verdict, verdict);
}

}  // namespace

std::string to_html(const Report& report) {
  std::string html = fmt::format(
      "<!doctype html><html lang='en'><meta charset='utf-8'><title>Fovea: {0}</title>"
      "<meta name='viewport' content='width=device-width'><style>{1}</style><h1>fovea bench {0}"
      "</h1><p>{2}</p><table><tr><th>number</th><th class='n'>value</th><th>unit</th>"
      "<th class='n'>spread</th><th class='n'>goal</th><th></th></tr>",
      html_escape(report.benchmark), style, html_escape(report.machine));
  for (const auto& metric : report.metrics) html += row(metric);
  html += "</table>";
  for (const auto& plot : report.plots) {
    html += fmt::format("<h2>{}</h2>", html_escape(plot.title)) + core::to_svg(plot);
  }
  return html + "</html>\n";
}

}  // namespace fovea::bench
