#include <fmt/format.h>

#include "bench/learn_rows.h"
#include "bench/statistics.h"
#include "bench/training.h"

namespace fovea::bench {

namespace {

using Want = Metric::Want;

}  // namespace

core::Result<Report> measure_street(const LearnPlan& plan) {
  const auto data = data_of("camvid", plan);
  if (!data) return data.error();
  const std::string validation = fmt::format("camvid:{}/val", *data);
  Report report;
  std::vector<double> miou;
  Score last;
  double parameters = 0;
  Plot plot{"CamVid, 480x360", "minutes", "mIoU of val, %", {}, true};
  for (int seed = 1; seed <= plan.seeds; ++seed) {
    const auto folder = fmt::format("{}/fovea-street-{}", plan.work, seed);
    const auto model = run_training(
        {folder,
         {"--data", fmt::format("camvid:{}/train", *data), "--validation", validation, "--minutes",
          "60", "--seed", fmt::format("{}", seed), "--name", "fovea-street"}},
        plan);
    if (!model) return model.error();
    auto score = score_of(*model, validation, plan);
    if (!score) return score.error();
    miou.push_back(score->miou);
    last = *std::move(score);
    auto curve = curve_of(folder, fmt::format("seed {}", seed));
    if (!curve) return curve.error();
    plot.series.push_back(*std::move(curve));
    const auto count = parameters_of(folder);
    if (!count) return count.error();
    parameters = *count;
  }
  report.metrics.push_back({"street_miou", median(miou), "mIoU", 0.70, Want::at_least, spread(miou),
                            "CamVid val, 11 classes, after 60 minutes; as packaged"});
  report.metrics.push_back({"street_parameters", parameters / 1e6, "millions", 0.7, Want::at_most,
                            0, "learned numbers"});
  for (const auto& [name, iou] : last.iou) {
    report.metrics.push_back({"street_iou_" + name, iou, "IoU", {}, Want::at_least, 0, ""});
  }
  report.plots.push_back(std::move(plot));
  return report;
}

}  // namespace fovea::bench
