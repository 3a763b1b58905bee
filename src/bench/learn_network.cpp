#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "bench/frame_time.h"
#include "bench/learn_rows.h"
#include "bench/statistics.h"
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
  std::vector<double> miou;  // by seed
  std::shared_ptr<const infer::LoadedModel> model;
};

core::Status train(int seed, const std::string& camvid, const LearnPlan& plan, Trained& trained) {
  const auto folder = fmt::format("{}/network-{}-{}", plan.work, trained.width, seed);
  const auto validation = camvid + "/val";
  const auto package =
      run_training({folder,
                    {"--data", camvid + "/train", "--validation", validation, "--minutes",
                     fmt::format("{}", minutes), "--width", fmt::format("{}", trained.width),
                     "--seed", fmt::format("{}", seed)}},
                   plan);
  if (!package) return package.error();
  const auto parameters = parameters_of(folder);
  if (!parameters) return parameters.error();
  const auto model = load(*package, plan);
  if (!model) return model.error();
  const auto score = score_of(**model, validation, plan);
  if (!score) return score.error();
  trained.parameters = *parameters;
  trained.miou.push_back(score->miou);
  trained.model = *model;
  return {};
}

std::vector<Metric> metrics_of(const Trained& trained, double ms) {
  const auto metric = [&](const char* what, double value, const char* unit, double spread,
                          std::string words) {
    return Metric{fmt::format("network_{}_{}", what, trained.width),
                  value,
                  unit,
                  {},
                  Want::at_least,
                  spread,
                  std::move(words)};
  };
  const double miou = 100 * median(trained.miou);
  return {metric("miou", miou, "%", 100 * spread(trained.miou),
                 fmt::format("width {}: CamVid val after {} minutes, {:.2f} million parameters",
                             trained.width, minutes, trained.parameters / 1e6)),
          metric("ms", ms, "ms", 0, fmt::format("width {}: time of a frame", trained.width)),
          metric("worth", miou / ms, "points/ms", 0,
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
    Trained trained{width, 0, {}, nullptr};
    for (int seed = 1; seed <= plan.seeds; ++seed) {
      if (auto done = train(seed, camvid, plan, trained); !done) return done.error();
    }
    models.push_back(trained.model);
    all.push_back(std::move(trained));
  }
  const auto times = frame_times(models, camvid + "/val", timed);
  if (!times) return times.error();
  Report report;
  Series curve{fmt::format("--width {} to {}", all.front().width, all.back().width), {}};
  for (size_t i = 0; i < all.size(); ++i) {
    const double ms = (*times)[i];
    for (auto& metric : metrics_of(all[i], ms)) report.metrics.push_back(std::move(metric));
    curve.points.emplace_back(ms, 100 * median(all[i].miou));
  }
  report.plots.push_back({fmt::format("The network's width: CamVid, {} minutes each", minutes),
                          "milliseconds of a frame",
                          "mIoU of val, %",
                          {std::move(curve)},
                          true});
  return report;
}

}  // namespace fovea::bench
