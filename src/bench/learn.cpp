#include "bench/learn.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>

#include "bench/learn_rows.h"
#include "core/file.h"
#include "core/limits.h"

namespace fovea::bench {

namespace fs = std::filesystem;

namespace {

struct Row {
  const char* name;
  core::Result<Report> (*measure)(const LearnPlan&);
  bool takes_minutes;
};

constexpr Row all_rows[] = {{"shipped", measure_shipped, false}, {"step", measure_step, false},
                            {"beside", measure_beside, false},   {"tuning", measure_tuning, true},
                            {"network", measure_network, true},  {"street", measure_street, true}};

core::Result<std::vector<Row>> chosen(const LearnOptions& options) {
  std::vector<Row> rows;
  for (const auto& name : options.rows) {
    const auto* found = std::find_if(std::begin(all_rows), std::end(all_rows),
                                     [&](const Row& row) { return row.name == name; });
    if (found == std::end(all_rows)) {
      return core::Error{core::Code::bad_input, fmt::format("there is no row '{}'; there are {}",
                                                            name, fmt::join(learn_rows(), ", "))};
    }
    if (options.quick && found->takes_minutes) {
      return core::Error{core::Code::bad_input,
                         fmt::format("'{}' trains for minutes: leave out --quick", name)};
    }
    rows.push_back(*found);
  }
  if (!options.rows.empty()) return rows;
  for (const auto& row : all_rows) {
    if (!options.quick || !row.takes_minutes) rows.push_back(row);
  }
  return rows;
}

std::string title_of(const Row& row, const LearnOptions& options) {
  std::string title = fmt::format("learn {}", row.name);
  if (row.takes_minutes && options.seeds > 1) title += fmt::format(", {} seeds", options.seeds);
  if (options.quick) title += ", quick";
  return title;
}

core::Result<Report> measure(const Row& row, const LearnOptions& options, const LearnPlan& plan) {
  const auto file = fs::path(options.work) / fmt::format("{}.json", row.name);
  const std::string title = title_of(row, options);
  if (!options.again && !options.quick && fs::exists(file)) {
    const auto text = core::read_file(file.string(), core::limits::json_bytes_max);
    if (!text) return text.error();
    auto kept = parse_report(text->text());
    if (!kept) return kept.error().context(file.string() + " (--again measures anew)");
    if (kept->benchmark == title) {
      plan.progress(fmt::format("{}: as measured before; --again measures anew", row.name));
      return kept;
    }
  }
  plan.progress(row.name);
  auto report = row.measure(plan);
  if (!report) return report.error().context(row.name);
  report->benchmark = title;
  report->machine = describe_machine();
  if (options.quick) return report;
  if (auto saved = core::replace_file(file.string(), to_json(*report)); !saved) {
    return saved.error();
  }
  return report;
}

}  // namespace

std::vector<std::string> learn_rows() {
  std::vector<std::string> names;
  for (const auto& row : all_rows) names.emplace_back(row.name);
  return names;
}

core::Result<Report> run_learn(const LearnOptions& options, const Progress& progress,
                               const core::Context& context) {
  const auto rows = chosen(options);
  if (!rows) return rows.error();
  std::error_code failed;
  fs::create_directories(options.work, failed);
  if (failed) {
    return core::Error{core::Code::io,
                       fmt::format("{} cannot be made: {}", options.work, failed.message())};
  }
  const char* data = std::getenv("FOVEA_DATA");
  const LearnPlan plan{options.quick,    options.seeds, fs::absolute(options.work).string(),
                       data ? data : "", progress,      context};
  // Plots of one row do not lie in the way of another's.
  const std::string title =
      rows->size() == 1 ? fmt::format("learn-{}", rows->front().name) : "learn";
  Report whole{title, describe_machine(), {}, {}};
  for (const auto& row : *rows) {
    auto report = measure(row, options, plan);
    if (!report) return report.error();
    std::move(report->metrics.begin(), report->metrics.end(), std::back_inserter(whole.metrics));
    std::move(report->plots.begin(), report->plots.end(), std::back_inserter(whole.plots));
  }
  return whole;
}

core::Result<std::shared_ptr<const infer::LoadedModel>> load(const std::string& model,
                                                             const LearnPlan& plan) {
  return infer::load_model(model, infer::LoadOptions{}, plan.context);
}

core::Result<std::string> data_of(const std::string& what, const LearnPlan& plan) {
  const auto path = fs::path(plan.data) / what;
  if (!plan.data.empty() && fs::exists(path)) return path.string();
  return core::Error{
      core::Code::not_found,
      fmt::format("'{}' is not here (FOVEA_DATA names the folder that holds it)", what)};
}

}  // namespace fovea::bench
