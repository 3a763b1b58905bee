#include "bench/saturation.h"

#include <fmt/format.h>

#include "bench/pipeline_round.h"
#include "bench/statistics.h"

namespace fovea::bench {

namespace {

using Seconds = std::chrono::duration<double>;

constexpr int cameras = 2;

struct Plan {
  int rounds;
  Seconds engine;    // per round
  Seconds pipeline;  // per round
};
constexpr Plan full_plan{7, Seconds(5), Seconds(6)};
constexpr Plan quick_plan{3, Seconds(1.5), Seconds(2)};

// The compiled graph alone, fed from memory.
class BareEngine {
 public:
  BareEngine(std::unique_ptr<infer::Predictor> predictor, std::vector<DecodedPicture> pictures)
      : predictor_(std::move(predictor)), pictures_(std::move(pictures)) {}

  // Frames per second over `duration`.
  core::Result<double> run(Seconds duration) {
    const auto begin = std::chrono::steady_clock::now();
    Seconds passed{};
    int frames = 0;
    for (; passed < duration; ++frames) {
      const auto& picture = pictures_[size_t(frames) % pictures_.size()];
      auto prediction = predictor_->predict(picture.image, picture.frame);
      if (!prediction) return prediction.error();
      infer_ms_.push_back(prediction->infer_ms);
      passed = std::chrono::steady_clock::now() - begin;
    }
    return frames / passed.count();
  }
  double infer_ms() const { return median(infer_ms_); }

 private:
  const std::unique_ptr<infer::Predictor> predictor_;
  const std::vector<DecodedPicture> pictures_;
  std::vector<double> infer_ms_;
};

void add_metrics(const std::vector<double>& engine_fps, const std::vector<PipelineRound>& rounds,
                 Report& report) {
  std::vector<double> ratios, fps, outside;
  std::map<std::string, std::vector<double>> parts;
  Series engine_series{"bare engine", {}};
  Series pipeline_series{"end to end", {}};
  for (size_t i = 0; i < rounds.size(); ++i) {
    // Against the mean of the runs before and after it: the machine's speed drifts.
    ratios.push_back(rounds[i].fps / ((engine_fps[i] + engine_fps[i + 1]) / 2));
    fps.push_back(rounds[i].fps);
    outside.push_back(rounds[i].outside_ms);
    for (const auto& [part, value] : rounds[i].parts_ms) parts[part].push_back(value);
    pipeline_series.points.emplace_back(double(i) + 0.5, rounds[i].fps);
  }
  for (size_t i = 0; i < engine_fps.size(); ++i) {
    engine_series.points.emplace_back(double(i), engine_fps[i]);
  }
  using Want = Metric::Want;
  report.metrics.push_back({"throughput_ratio", median(ratios), "", 0.90, Want::at_least,
                            spread(ratios), "end to end at saturation over the bare engine"});
  report.metrics.push_back({"engine_fps",
                            median(engine_fps),
                            "frames/s",
                            {},
                            Want::at_least,
                            spread(engine_fps),
                            "the compiled graph alone, fed from memory"});
  report.metrics.push_back({"pipeline_fps",
                            median(fps),
                            "frames/s",
                            {},
                            Want::at_least,
                            spread(fps),
                            "results at a subscriber, two cameras at saturation"});
  report.metrics.push_back({"cpu_outside_engine", median(outside), "ms/frame", 3.0, Want::at_most,
                            spread(outside), "CPU of everything but the engine's calls"});
  for (const auto& [part, values] : parts) {
    report.metrics.push_back({"cpu_" + part,
                              median(values),
                              "ms/frame",
                              {},
                              Want::at_most,
                              spread(values),
                              "of which " + part});
  }
  report.plots.push_back(
      {"Throughput, in turns", "round", "frames/s", {engine_series, pipeline_series}, true});
}

}  // namespace

core::Result<EngineSpeed> measure_saturation(const PipelineOptions& options,
                                             const PictureFolder& folder, const Progress& progress,
                                             const core::Context& context, Report& report) {
  const Plan plan = options.quick ? quick_plan : full_plan;
  auto pictures = decode_pictures(folder.path(), options.model->manifest());
  if (!pictures) return pictures.error();
  auto predictor = options.model->open();
  if (!predictor) return predictor.error();
  BareEngine engine(*std::move(predictor), *std::move(pictures));
  progress("warming the engine up");
  const auto warm = engine.run(Seconds(1));
  if (!warm) return warm.error();
  auto engine_threads = find_engine_threads();

  ModelMeter meter;
  auto rig = Rig::open({"memory://bench", make_metered(options.model, meter)}, context);
  if (!rig) return rig.error();
  OutsideMeter outside(meter, std::move(engine_threads));
  std::vector<double> engine_fps;
  std::vector<PipelineRound> rounds;
  for (int round = 0; round <= plan.rounds; ++round) {
    progress(fmt::format("saturation: round {} of {}", round + 1, plan.rounds + 1));
    const auto fps = engine.run(plan.engine);
    if (!fps) return fps.error();
    engine_fps.push_back(*fps);
    if (round == plan.rounds) break;
    auto measured = run_pipeline_round(**rig, folder, cameras, *fps, plan.pipeline, outside);
    if (!measured) return measured.error();
    rounds.push_back(*std::move(measured));
  }
  add_metrics(engine_fps, rounds, report);
  return EngineSpeed{median(engine_fps), engine.infer_ms()};
}

}  // namespace fovea::bench
