#include "bench/hostile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <thread>

#include "bench/attack.h"
#include "bench/measured_process.h"
#include "bench/nats_server.h"
#include "bench/pipeline_round.h"
#include "bench/rig.h"
#include "bench/statistics.h"
#include "bench/threads.h"

namespace fovea::bench {

namespace {

using namespace std::chrono_literals;
using Seconds = std::chrono::duration<double>;
using Want = Metric::Want;

constexpr int honest = 3;
constexpr double share_of_engine = 0.6;
constexpr auto patience = 60s;
constexpr Attack attacks[] = {Attack::jpeg, Attack::h264, Attack::status, Attack::large};

// What was seen of the site for some seconds.
struct Phase {
  double results = 0;         // a second, of the honest three
  std::vector<double> ages;   // of those, in ms
  double others_results = 0;  // a second, of the fourth
  double memory_mib = 0;      // the largest
  double site_cpu = 0;        // cores
  double fourth_cpu = 0;
};

class HostileRound {
 public:
  HostileRound(Rig& rig, std::string bus_url, std::string folder, double fps, Seconds length,
               const core::Context& context)
      : rig_(rig),
        bus_url_(std::move(bus_url)),
        folder_(std::move(folder)),
        fps_(fps),
        length_(length),
        settles_(std::min(Seconds(3), length / 3)),
        context_(context) {}

  core::Status start_honest() {
    auto cameras = start_cameras(honest);
    if (!cameras) return cameras.error();
    honest_.emplace(*std::move(cameras));
    return wait_for(honest);
  }

  core::Result<Phase> beside_honest() {
    auto fourth = start_cameras(1);
    if (!fourth) return fourth.error();
    if (auto there = wait_for(honest + 1); !there) return there.error();
    return watch(*fourth);
  }

  core::Result<Phase> beside(Attack attack) {
    auto fourth = MeasuredProcess::start_bench(
        {"hostile", fmt::format("--attack={}", to_string(attack)), "--bus=" + bus_url_},
        context_.log);
    if (!fourth) return fourth.error();
    const auto line = fourth->read_line(patience);
    if (!line) return line.error();
    return watch(*fourth);
  }

 private:
  core::Result<MeasuredProcess> start_cameras(int count) const {
    return MeasuredProcess::start_bench(
        {"camera", "--agent=folder:" + folder_, fmt::format("--agents={}", count),
         fmt::format("--agent-fps={}", fps_), "--bus=" + bus_url_},
        context_.log);
  }

  core::Status wait_for(size_t cameras) {
    std::map<std::string, int> seen;
    const auto end = context_.clock.steady() + patience;
    while (seen.size() < cameras) {
      if (context_.clock.steady() >= end) {
        return core::Error{core::Code::timeout,
                           fmt::format("only {} of {} cameras have results", seen.size(), cameras)};
      }
      for (const auto& arrival : rig_.take_arrivals()) ++seen[arrival.device];
      std::this_thread::sleep_for(20ms);  // polls
    }
    return {};
  }

  Phase watch(const MeasuredProcess& fourth) {
    std::this_thread::sleep_for(settles_);
    rig_.take_arrivals();
    Phase phase;
    const double fourth_before_s = fourth.cpu_s();
    const double site_before_s = read_thread_times().process_cpu_s;
    const auto begin = context_.clock.steady();
    while (context_.clock.steady() - begin < length_) {
      phase.memory_mib = std::max(phase.memory_mib, resident_mib());
      std::this_thread::sleep_for(100ms);  // samples
    }
    const double seconds = Seconds(context_.clock.steady() - begin).count();
    phase.fourth_cpu = (fourth.cpu_s() - fourth_before_s) / seconds;
    phase.site_cpu = (read_thread_times().process_cpu_s - site_before_s) / seconds;
    for (const auto& arrival : rig_.take_arrivals()) {
      // The three are camera1 to camera3; a fourth honest one is "camera".
      const bool is_honest = arrival.device.starts_with("camera") && arrival.device != "camera";
      (is_honest ? phase.results : phase.others_results) += 1 / seconds;
      if (is_honest) phase.ages.push_back(arrival.age_ms);
    }
    return phase;
  }

  Rig& rig_;
  const std::string bus_url_;
  const std::string folder_;
  const double fps_;
  const Seconds length_;
  const Seconds settles_;
  const core::Context& context_;
  std::optional<MeasuredProcess> honest_;
};

// How fast the engine is alone.
core::Result<double> engine_fps(const PipelineOptions& options, const std::string& folder) {
  const auto pictures = decode_pictures(folder, options.model->manifest());
  if (!pictures) return pictures.error();
  const auto predictor = options.model->open();
  if (!predictor) return predictor.error();
  std::vector<double> fps;
  for (int round = 0; round < 4; ++round) {  // the first one warms up
    const auto begin = std::chrono::steady_clock::now();
    int frames = 0;
    Seconds passed{};
    for (; passed < Seconds(0.7); ++frames) {
      const auto& picture = (*pictures)[size_t(frames) % pictures->size()];
      if (auto done = (*predictor)->predict(picture.image, picture.frame); !done) {
        return done.error();
      }
      passed = std::chrono::steady_clock::now() - begin;
    }
    if (round > 0) fps.push_back(frames / passed.count());
  }
  return median(fps);
}

void add_attack(Attack attack, const Phase& before, const Phase& attacked, const Phase& after,
                Report& report) {
  const std::string name = to_string(attack);
  const double results = (before.results + after.results) / 2;
  const double age = (percentile(before.ages, 0.99) + percentile(after.ages, 0.99)) / 2;
  const double memory = std::max(before.memory_mib, after.memory_mib);
  report.metrics.push_back(
      {name + "_results", attacked.results / results, "", 0.8, Want::at_least,
       std::abs(before.results - after.results) / results,
       fmt::format("of the honest three, over {:.1f} a second beside an honest fourth", results)});
  report.metrics.push_back(
      {name + "_age_p99", percentile(attacked.ages, 0.99) / age, "x", 2.0, Want::at_most, 0,
       fmt::format("of their results, over {:.0f} ms (p50: {:.0f} over {:.0f})", age,
                   median(attacked.ages), median(before.ages))});
  report.metrics.push_back({name + "_memory", attacked.memory_mib - memory, "MiB", 256.0,
                            Want::at_most, 0,
                            fmt::format("of the site beyond {:.0f} MiB", memory)});
  const auto add = [&](const char* what, double value, const char* unit, const char* note) {
    report.metrics.push_back({name + what, value, unit, {}, Want::at_most, 0, note});
  };
  add("_attacker_results", attacked.others_results, "results/s", "that the attacker got");
  add("_attacker_cpu", attacked.fourth_cpu, "cores", "of the attacker's process, which gives way");
  add("_site_cpu", attacked.site_cpu, "cores", "of the site");
}

void add_plot(const std::vector<std::pair<std::string, const Phase*>>& phases, Report& report) {
  Plot plot{"Age of the honest three's results, by percentile", "percentile", "ms", {}, true};
  for (const auto& [name, phase] : phases) {
    Series series{name, {}};
    for (const double at : {0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99}) {
      series.points.emplace_back(100 * at, percentile(phase->ages, at));
    }
    plot.series.push_back(std::move(series));
  }
  report.plots.push_back(std::move(plot));
}

core::Result<std::vector<Phase>> run_phases(HostileRound& round, const Progress& progress,
                                            const std::string& length) {
  std::vector<Phase> phases;
  for (size_t i = 0; i <= std::size(attacks); ++i) {
    progress(fmt::format("beside an honest camera: {}", length));
    auto calm = round.beside_honest();
    if (!calm) return calm.error();
    phases.push_back(*std::move(calm));
    if (i == std::size(attacks)) break;
    progress(fmt::format("beside an attacker ({}): {}", to_string(attacks[i]), length));
    auto attacked = round.beside(attacks[i]);
    if (!attacked) return attacked.error();
    phases.push_back(*std::move(attacked));
  }
  for (const auto& phase : phases) {
    if (phase.ages.empty()) return core::Error{core::Code::timeout, "the honest have no results"};
  }
  return phases;
}

}  // namespace

core::Result<Report> run_hostile(const HostileOptions& options, const Progress& progress,
                                 const core::Context& context) {
  const auto folder = PictureFolder::make(options.pipeline.pictures, 24);
  if (!folder) return folder.error();
  progress("the engine alone");
  const auto engine = engine_fps(options.pipeline, (*folder)->path());
  if (!engine) return engine.error();
  auto server = NatsServer::start(context.log);
  if (!server) return server.error();
  RigOptions rig_options{(*server)->url(), options.pipeline.model};
  rig_options.gating = true;
  auto rig = Rig::open(rig_options, context);
  if (!rig) return rig.error();
  const double fps = share_of_engine * *engine / honest;
  const double seconds = options.pipeline.quick ? 2.5 : options.seconds;
  HostileRound round(**rig, (*server)->url(), (*folder)->path(), fps, Seconds(seconds), context);
  progress(fmt::format("three cameras at {:.1f} fps each", fps));
  if (auto started = round.start_honest(); !started) return started.error();
  const auto phases = run_phases(round, progress, fmt::format("{:.1f} s", seconds));
  if (!phases) return phases.error();
  Report report{"hostile", describe_machine() + "; " + options.pipeline.model->engine(), {}, {}};
  std::vector<std::pair<std::string, const Phase*>> plotted{{"an honest fourth", &phases->front()}};
  for (size_t i = 0; i < std::size(attacks); ++i) {
    const Phase& attacked = (*phases)[2 * i + 1];
    add_attack(attacks[i], (*phases)[2 * i], attacked, (*phases)[2 * i + 2], report);
    plotted.emplace_back(to_string(attacks[i]), &attacked);
  }
  report.metrics.push_back({"honest_fps",
                            fps,
                            "frames/s",
                            {},
                            Want::at_least,
                            0,
                            fmt::format("of each honest camera; the engine does {:.1f}", *engine)});
  add_plot(plotted, report);
  return report;
}

}  // namespace fovea::bench
