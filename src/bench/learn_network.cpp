#include <fmt/format.h>

#include "bench/frame_time.h"
#include "bench/learn_rows.h"
#include "bench/training.h"

namespace fovea::bench {

namespace {

using Want = Metric::Want;

// The width is what sets the network's size; 1 is what `fovea train` takes.
constexpr double widths[] = {0.6, 0.8, 1.0, 1.2};
constexpr const char* minutes = "12";
constexpr int timed = 320;  // runs of each

}  // namespace

core::Result<Report> measure_network(const LearnPlan& plan) {
  const auto data = data_of("camvid", plan);
  if (!data) return data.error();
  const std::string validation = fmt::format("camvid:{}/val", *data);
  std::vector<std::shared_ptr<const infer::LoadedModel>> models;
  std::vector<double> miou, parameters;
  for (const double width : widths) {
    const auto folder = fmt::format("{}/network-{}", plan.work, width);
    const auto package =
        run_training({folder,
                      {"--data", fmt::format("camvid:{}/train", *data), "--validation", validation,
                       "--minutes", minutes, "--width", fmt::format("{}", width)}},
                     plan);
    if (!package) return package.error();
    const auto model = load(*package, plan);
    if (!model) return model.error();
    const auto score = score_of(**model, validation, plan);
    if (!score) return score.error();
    const auto count = parameters_of(folder);
    if (!count) return count.error();
    models.push_back(*model);
    miou.push_back(score->miou);
    parameters.push_back(*count);
  }
  const auto times = frame_times(models, validation, timed);
  if (!times) return times.error();
  Report report;
  Series curve{"widths 0.6 to 1.2", {}};
  for (size_t i = 0; i < models.size(); ++i) {
    const double ms = (*times)[i];
    const auto add = [&](const char* what, double value, const char* unit, std::string words) {
      report.metrics.push_back({fmt::format("network_{}_{}", what, widths[i]),
                                value,
                                unit,
                                {},
                                Want::at_least,
                                0,
                                std::move(words)});
    };
    add("miou", 100 * miou[i], "%",
        fmt::format("CamVid val after {} minutes, {:.2f} million parameters", minutes,
                    parameters[i] / 1e6));
    add("ms", ms, "ms", fmt::format("of a frame, in turns, on {}", models[i]->engine()));
    add("worth", 100 * miou[i] / ms, "points/ms", "mIoU over time");
    curve.points.emplace_back(ms, 100 * miou[i]);
  }
  report.plots.push_back({"The network's width: CamVid, 12 minutes each",
                          "milliseconds of a frame",
                          "mIoU of val, %",
                          {std::move(curve)},
                          true});
  return report;
}

}  // namespace fovea::bench
