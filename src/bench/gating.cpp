#include "bench/gating.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "bench/gated_hall.h"
#include "bench/statistics.h"

namespace fovea::bench {

namespace {

using Want = Metric::Want;

constexpr int entry_frames_max = 2;

// Two halls of each kind, side by side.
struct Plan {
  double resting_minutes;  // of each hall: one entry a minute
  double busy_minutes;
};
constexpr Plan full_plan{25, 2};
constexpr Plan quick_plan{4, 0.5};

core::Result<std::vector<HallOutcome>> run_halls(const std::vector<HallPlan>& plans,
                                                 const core::Context& context) {
  std::vector<std::future<core::Result<HallOutcome>>> running;
  running.reserve(plans.size());
  for (const auto& plan : plans) {
    running.push_back(
        std::async(std::launch::async, [&plan, &context] { return run_hall(plan, context); }));
  }
  std::vector<HallOutcome> outcomes;
  std::optional<core::Error> failure;
  for (auto& hall : running) {
    auto outcome = hall.get();
    if (outcome) {
      outcomes.push_back(*std::move(outcome));
    } else {
      failure = outcome.error();
    }
  }
  if (failure) return *failure;
  return outcomes;
}

HallOutcome sum_of(const std::vector<HallOutcome>& halls) {
  HallOutcome sum;
  for (const auto& hall : halls) {
    sum.frames += hall.frames;
    sum.inferred += hall.inferred;
    sum.entry_delays.insert(sum.entry_delays.end(), hall.entry_delays.begin(),
                            hall.entry_delays.end());
    sum.steady.add(hall.steady);
    sum.moved.add(hall.moved);
    sum.gate_cpu_s += hall.gate_cpu_s;
  }
  return sum;
}

double saved(const HallOutcome& hall) {
  return static_cast<double>(hall.frames) /
         static_cast<double>(std::max<uint64_t>(1, hall.inferred));
}

double points_lost(const Confusion& confusion) { return 100 * (1 - confusion.miou()); }

void add_resting(const std::vector<HallOutcome>& halls, Report& report) {
  const HallOutcome all = sum_of(halls);
  std::vector<double> each;
  each.reserve(halls.size());
  for (const auto& hall : halls) each.push_back(saved(hall));
  const auto& delays = all.entry_delays;
  const auto late = std::count_if(delays.begin(), delays.end(),
                                  [](int delay) { return delay > entry_frames_max; });
  const int slowest = delays.empty() ? 0 : *std::max_element(delays.begin(), delays.end());
  report.metrics.push_back({"inferences_saved", saved(all), "x", 4.0, Want::at_least, spread(each),
                            fmt::format("{} of {} frames inferred; active 10 % of the time, shake "
                                        "and noise on",
                                        all.inferred, all.frames)});
  report.metrics.push_back({"entries_late", double(late), "", 0.0, Want::at_most, 0,
                            fmt::format("of {} entries, those not inferred within {} frames",
                                        delays.size(), entry_frames_max)});
  report.metrics.push_back(
      {"entries", double(delays.size()), "", {}, Want::at_least, 0, "somebody came in"});
  report.metrics.push_back({"entry_delay_max",
                            double(slowest),
                            "frames",
                            {},
                            Want::at_most,
                            0,
                            "1: the first frame that shows the visitor was inferred"});
  report.metrics.push_back({"miou_lost", points_lost(all.steady), "points", 1.0, Want::at_most, 0,
                            "the shown map against the frame's own, as without shake"});
  report.metrics.push_back({"miou_lost_in_shake",
                            points_lost(all.moved),
                            "points",
                            {},
                            Want::at_most,
                            0,
                            "each pixel of the shaking picture, the mask moved as the result says: "
                            "half a pixel remains, and painted lines are two wide"});
  report.metrics.push_back({"gate_cpu",
                            1000 * all.gate_cpu_s / static_cast<double>(all.frames),
                            "ms/frame",
                            {},
                            Want::at_most,
                            0,
                            "thumbnail and comparison"});
}

void add_busy(const std::vector<HallOutcome>& halls, Report& report) {
  const HallOutcome all = sum_of(halls);
  report.metrics.push_back({"busy_inferences_saved",
                            saved(all),
                            "x",
                            {},
                            Want::at_most,
                            0,
                            "the ordinary hall, where something moves all the time"});
  report.metrics.push_back({"busy_miou_lost", points_lost(all.steady), "points", 1.0, Want::at_most,
                            0, "what slips through there"});
}

void add_plot(const std::vector<HallOutcome>& halls, Report& report) {
  Series series{"entry", {}};
  for (const auto& hall : halls) {
    for (const int delay : hall.entry_delays) {
      series.points.emplace_back(double(series.points.size() + 1), double(delay));
    }
  }
  report.plots.push_back({"Frames until an entry is inferred", "entry", "frames", {series}, false});
}

}  // namespace

core::Result<Report> run_gating(const GatingOptions& options, const Progress& progress,
                                const core::Context& context) {
  const Plan plan = options.quick ? quick_plan : full_plan;
  Report report{"gating", describe_machine() + "; 640x360, 15 fps, simulated time", {}, {}};
  progress(fmt::format("two resting halls, {} minutes each", plan.resting_minutes));
  // The first seconds are for learning, and an entry may lie in them.
  const auto resting = run_halls({{"1?activity=0.1", plan.resting_minutes + 0.2},
                                  {"5?activity=0.1", plan.resting_minutes + 0.2}},
                                 context);
  if (!resting) return resting.error();
  progress(fmt::format("two busy halls, {} minutes each", plan.busy_minutes));
  const auto busy = run_halls({{"2", plan.busy_minutes}, {"9", plan.busy_minutes}}, context);
  if (!busy) return busy.error();
  add_resting(*resting, report);
  add_busy(*busy, report);
  add_plot(*resting, report);
  return report;
}

}  // namespace fovea::bench
