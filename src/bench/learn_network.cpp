#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "bench/frame_time.h"
#include "bench/learn_rows.h"
#include "bench/training.h"

namespace fovea::bench {

namespace {

using Want = Metric::Want;

// The width is what sets the network's size; 1 is what `fovea train` takes.
constexpr double widths[] = {0.6, 0.8, 1.0, 1.2};
constexpr int minutes = 12;
constexpr int timed = 320;  // runs of each

struct Trained {
  double width = 0;
  double parameters = 0;
  double miou = 0;
  std::shared_ptr<const infer::LoadedModel> model;
};

core::Result<Trained> train(double width, const std::string& camvid, const LearnPlan& plan) {
  const auto folder = fmt::format("{}/network-{}", plan.work, width);
  const auto validation = camvid + "/val";
  const auto package =
      run_training({folder,
                    {"--data", camvid + "/train", "--validation", validation, "--minutes",
                     fmt::format("{}", minutes), "--width", fmt::format("{}", width)}},
                   plan);
  if (!package) return package.error();
  const auto parameters = parameters_of(folder);
  if (!parameters) return parameters.error();
  const auto model = load(*package, plan);
  if (!model) return model.error();
  const auto score = score_of(**model, validation, plan);
  if (!score) return score.error();
  return Trained{width, *parameters, score->miou, *model};
}

std::vector<Metric> metrics_of(const Trained& trained, double ms) {
  const auto metric = [&](const char* what, double value, const char* unit, std::string words) {
    return Metric{fmt::format("network_{}_{}", what, trained.width),
                  value,
                  unit,
                  {},
                  Want::at_least,
                  0,
                  std::move(words)};
  };
  const double miou = 100 * trained.miou;
  return {metric("miou", miou, "%",
                 fmt::format("width {}: CamVid val after {} minutes, {:.2f} million parameters",
                             trained.width, minutes, trained.parameters / 1e6)),
          metric("ms", ms, "ms", fmt::format("width {}: time of a frame", trained.width)),
          metric("worth", miou / ms, "points/ms",
                 fmt::format("width {}: mIoU over time", trained.width))};
}

}  // namespace

core::Result<Report> measure_network(const LearnPlan& plan) {
  const auto data = data_of("camvid", plan);
  if (!data) return data.error();
  const std::string camvid = "camvid:" + *data;
  std::vector<Trained> all;
  std::vector<std::shared_ptr<const infer::LoadedModel>> models;
  for (const double width : widths) {
    auto trained = train(width, camvid, plan);
    if (!trained) return trained.error();
    models.push_back(trained->model);
    all.push_back(std::move(*trained));
  }
  const auto times = frame_times(models, camvid + "/val", timed);
  if (!times) return times.error();
  Report report;
  Series curve{fmt::format("--width {} to {}", all.front().width, all.back().width), {}};
  for (size_t i = 0; i < all.size(); ++i) {
    const double ms = (*times)[i];
    for (auto& metric : metrics_of(all[i], ms)) report.metrics.push_back(std::move(metric));
    curve.points.emplace_back(ms, 100 * all[i].miou);
  }
  report.plots.push_back({fmt::format("The network's width: CamVid, {} minutes each", minutes),
                          "milliseconds of a frame",
                          "mIoU of val, %",
                          {std::move(curve)},
                          true});
  return report;
}

}  // namespace fovea::bench
