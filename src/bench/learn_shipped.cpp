#include <fmt/format.h>

#include <filesystem>

#include "bench/frame_time.h"
#include "bench/learn_rows.h"
#include "bench/training.h"

namespace fovea::bench {

namespace {

using Want = Metric::Want;

constexpr const char* yardstick = "deeplab-dm05";
constexpr int pictures_timed = 16;

struct Plan {
  int unseen, shifted;  // seeds
  int timed;            // runs of each model
};
constexpr Plan full_plan{200, 50, 320};
constexpr Plan quick_plan{30, 8, 48};

// What it was not trained on: other seeds (the training ends at 1000), and what no picture of the
// training shows.
constexpr int first_seed = 200000;
constexpr struct {
  const char *name, *knobs, *words;
} shifts[] = {{"night", "?shift=night", "the hall at night"},
              {"fog", "?shift=fog", "in fog"},
              {"parts", "?shift=parts", "with other parts on the belts"},
              {"view_1", "?view=1", "from another place"},
              {"view_2", "?view=2", "from another place"},
              {"view_3", "?view=3", "from another place"},
              {"view_4", "?view=4", "from another place"}};

std::string seeds(int count, const char* knobs = "") {
  return fmt::format("synthetic:{}-{}{}", first_seed, first_seed + count - 1, knobs);
}

core::Status add_unseen(const infer::LoadedModel& model, int count, const LearnPlan& plan,
                        Report& report) {
  const auto score = score_of(model, seeds(count), plan);
  if (!score) return score.error();
  report.metrics.push_back({"shipped_unseen", score->miou, "mIoU", 0.85, Want::at_least, 0,
                            fmt::format("{} frames of seeds that it never saw", count)});
  const auto worst = score->worst();
  report.metrics.push_back({"shipped_worst_class", worst.second, "IoU", 0.6, Want::at_least, 0,
                            fmt::format("on these frames: {}", worst.first)});
  for (const auto& [name, iou] : score->iou) {
    report.metrics.push_back({"shipped_iou_" + name, iou, "IoU", {}, Want::at_least, 0, ""});
  }
  return {};
}

core::Status add_shifted(const infer::LoadedModel& model, int count, const LearnPlan& plan,
                         Report& report) {
  double sum = 0;
  std::vector<Metric> each;
  for (const auto& [name, knobs, words] : shifts) {
    const auto score = score_of(model, seeds(count, knobs), plan);
    if (!score) return score.error();
    sum += score->miou;
    each.push_back(
        {fmt::format("shipped_{}", name), score->miou, "mIoU", {}, Want::at_least, 0, words});
  }
  report.metrics.push_back({"shipped_shifted", sum / double(each.size()), "mIoU", 0.65,
                            Want::at_least, 0,
                            fmt::format("mean of {} shifts that it never saw", each.size())});
  report.metrics.insert(report.metrics.end(), each.begin(), each.end());
  return {};
}

core::Status add_size(const LearnPlan& plan, Report& report) {
  const auto found = infer::resolve_model(shipped_model, infer::default_places(), plan.context);
  if (!found) return found.error();
  std::error_code failed;
  const auto bytes = std::filesystem::file_size(found->path, failed);
  if (failed) return core::Error{core::Code::io, found->path + ": " + failed.message()};
  report.metrics.push_back(
      {"shipped_size", double(bytes) / 1e6, "MB", 1.5, Want::at_most, 0, "the model's file"});
  return {};
}

core::Status add_speed(const std::shared_ptr<const infer::LoadedModel>& model, int runs,
                       const LearnPlan& plan, Report& report) {
  const auto other = load(yardstick, plan);
  if (!other) return other.error();
  const auto times = frame_times({model, *other}, seeds(pictures_timed), runs);
  if (!times) return times.error();
  const double own_ms = times->front();
  report.metrics.push_back({"shipped_frame_time", own_ms / times->back(), "", 0.25, Want::at_most,
                            0,
                            fmt::format("over {}'s, in turns, on {}", yardstick, model->engine())});
  report.metrics.push_back(
      {"shipped_frame_ms", own_ms, "ms", {}, Want::at_most, 0, "from picture to map"});
  return {};
}

}  // namespace

core::Result<Report> measure_shipped(const LearnPlan& plan) {
  const Plan& counts = plan.quick ? quick_plan : full_plan;
  const auto model = load(shipped_model, plan);
  if (!model) return model.error();
  Report report;
  if (auto added = add_unseen(**model, counts.unseen, plan, report); !added) return added.error();
  if (auto added = add_shifted(**model, counts.shifted, plan, report); !added) {
    return added.error();
  }
  if (auto added = add_size(plan, report); !added) return added.error();
  if (auto added = add_speed(*model, counts.timed, plan, report); !added) return added.error();
  return report;
}

}  // namespace fovea::bench
