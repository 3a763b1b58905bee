#include <fmt/format.h>

#include "bench/learn_rows.h"
#include "bench/statistics.h"
#include "bench/training.h"

namespace fovea::bench {

namespace {

using Want = Metric::Want;

// The place that it is to get to know: of all shifts the one that the shipped model knows least.
// No frame of it is among another's.
constexpr const char* scene = "?view=3";
constexpr const char* scene_name = "view-3";
constexpr int first_measured = 200000, measured = 100;
constexpr int first_checked = 400000, checked = 16;
constexpr int first_learned = 300000;
constexpr int few = 20, many = 600;

std::string frames(int first, int count, const char* knobs) {
  return fmt::format("synthetic:{}-{}{}", first, first + count - 1, knobs);
}

std::vector<std::string> arguments(int pictures, const char* minutes, int seed) {
  return {"--data",       frames(first_learned, pictures, scene),
          "--validation", frames(first_checked, checked, scene),
          "--start",      shipped_model,
          "--crop",       "384x224",
          "--minutes",    minutes,
          "--seed",       fmt::format("{}", seed)};
}

}  // namespace

core::Result<Report> measure_tuning(const LearnPlan& plan) {
  const std::string here = frames(first_measured, measured, scene);
  const std::string before_place = frames(first_measured, measured, "");
  const auto shipped = load(shipped_model, plan);
  if (!shipped) return shipped.error();
  const auto before = score_of(**shipped, here, plan);
  if (!before) return before.error();
  // What was trained for another scene, or from another model than ships now, is not gone on with.
  const auto place =
      fmt::format("{}/tuning-{}-{:.8}", plan.work, scene_name, (*shipped)->manifest().sha256);
  const auto trained = run_training({place + "-bound", arguments(many, "30", 1)}, plan);
  if (!trained) return trained.error();
  const auto bound = score_of(*trained, here, plan);
  if (!bound) return bound.error();
  std::vector<double> tuned, closed, elsewhere;
  Plot plot{"The shipped model, trained on with 20 pictures from another place",
            "minutes",
            "mIoU of the pictures to check with, %",
            {},
            true};
  for (int seed = 1; seed <= plan.seeds; ++seed) {
    const auto folder = fmt::format("{}-{}", place, seed);
    const auto model = run_training({folder, arguments(few, "10", seed)}, plan);
    if (!model) return model.error();
    const auto after = score_of(*model, here, plan);
    const auto there = score_of(*model, before_place, plan);
    if (!after) return after.error();
    if (!there) return there.error();
    tuned.push_back(after->miou);
    elsewhere.push_back(there->miou);
    closed.push_back((after->miou - before->miou) / (bound->miou - before->miou));
    auto curve = curve_of(folder, fmt::format("seed {}", seed));
    if (!curve) return curve.error();
    plot.series.push_back(*std::move(curve));
  }
  Report report;
  report.metrics = {
      {"tuning_gap_closed", median(closed), "", 0.5, Want::at_least, spread(closed),
       fmt::format("by {} labelled pictures in 10 minutes, of the gap to {} in 30", few, many)},
      {"tuning_before",
       before->miou,
       "mIoU",
       {},
       Want::at_least,
       0,
       "the shipped model on the shifted scene"},
      {"tuning_after", median(tuned), "mIoU", {}, Want::at_least, spread(tuned), "trained on"},
      {"tuning_bound", bound->miou, "mIoU", {}, Want::at_least, 0, "trained on that scene"},
      {"tuning_elsewhere",
       median(elsewhere),
       "mIoU",
       {},
       Want::at_least,
       spread(elsewhere),
       "what was trained on, where it was before: what it has forgotten"}};
  report.plots.push_back(std::move(plot));
  return report;
}

}  // namespace fovea::bench
