#include "bench/viewers.h"

#include <fmt/format.h>

#include <thread>

#include "bench/camera.h"
#include "bench/measured_process.h"
#include "bench/nats_server.h"
#include "bench/rig.h"
#include "bench/statistics.h"
#include "bench/threads.h"
#include "core/json.h"

namespace fovea::bench {

namespace {

using namespace std::chrono_literals;
using Want = Metric::Want;

constexpr int viewers = 20;
constexpr auto patience = 60s;

struct Plan {
  int rounds;
  double seconds;  // of each of a round's three parts
};
constexpr Plan full_plan{7, 4};
constexpr Plan quick_plan{2, 3};

// One part of a round.
struct Watched {
  double cpu_per_s = 0;  // of this process
  double sent_per_s = 0;
  double fps_least = 0;  // of the viewer that got least
  double fps_median = 0;
  double masks_median = 0;  // per second
  std::vector<double> ages_ms;
};

struct Round {
  Watched nobody, alone, beside_slow;
  double cost_ms(const Watched& watched) const {
    return 1000 * (watched.cpu_per_s - nobody.cpu_per_s) / watched.sent_per_s;
  }
};

// What this process uses between two moments.
class Meter {
 public:
  explicit Meter(const core::Context& context)
      : context_(context),
        sent_(context.metrics.counter("fovea_viewer_frames_sent_total", "Frames sent to viewers",
                                      {{"device", "camera"}})) {}
  void begin() {
    began_ = context_.clock.steady();
    cpu_s_ = read_thread_times().process_cpu_s;
    sent_before_ = sent_.value();
  }
  Watched end() const {
    const std::chrono::duration<double> passed = context_.clock.steady() - began_;
    Watched watched;
    watched.cpu_per_s = (read_thread_times().process_cpu_s - cpu_s_) / passed.count();
    watched.sent_per_s = (sent_.value() - sent_before_) / passed.count();
    return watched;
  }

 private:
  const core::Context context_;
  const core::Counter& sent_;
  core::SteadyTime began_;
  double cpu_s_ = 0;
  double sent_before_ = 0;
};

Watched measure_nobody(const Plan& plan, Meter& meter) {
  meter.begin();
  std::this_thread::sleep_for(std::chrono::duration<double>(plan.seconds));
  return meter.end();
}

core::Result<Watched> measure_watched(const Plan& plan, bool slow_ones, int port, Meter& meter,
                                      const core::Context& context) {
  std::vector<std::string> arguments{"viewers", fmt::format("--watch=ws://127.0.0.1:{}", port),
                                     fmt::format("--watch-for={}", plan.seconds)};
  if (slow_ones) arguments.emplace_back("--watch-slowly");
  auto child = MeasuredProcess::start_bench(arguments, context.log);
  if (!child) return child.error();
  if (const auto watching = child->read_line(patience); !watching) return watching.error();
  meter.begin();
  if (const auto done = child->read_line(patience); !done) return done.error();
  Watched watched = meter.end();
  const auto line = child->read_line(patience);
  if (!line) return line.error();
  const auto parsed = core::parse_json_object(*line);
  const core::Json json = parsed ? *parsed : core::Json();
  if (!json.contains("age_ms") || watched.sent_per_s <= 0) {
    return core::Error{core::Code::timeout, "the viewers got no pictures"};
  }
  const auto seconds = json["seconds"].get<double>();
  const auto frames = json["frames"].get<std::vector<double>>();
  watched.fps_least = percentile(frames, 0) / seconds;
  watched.fps_median = median(frames) / seconds;
  watched.masks_median = median(json["masks"].get<std::vector<double>>()) / seconds;
  watched.ages_ms = json["age_ms"].get<std::vector<double>>();
  return watched;
}

// The median over the rounds of what `value` takes from one, with its spread.
template <typename Value>
Metric over(const std::vector<Round>& rounds, const std::string& name, const std::string& unit,
            Value value, const std::string& note) {
  std::vector<double> values;
  values.reserve(rounds.size());
  for (const auto& round : rounds) values.push_back(value(round));
  return {name, median(values), unit, {}, Want::at_most, spread(values), note};
}

void add_metrics(const std::vector<Round>& rounds, Report& report) {
  auto& metrics = report.metrics;
  metrics.push_back(over(
      rounds, "viewer_frame_cpu", "ms", [](const Round& r) { return r.cost_ms(r.alone); },
      "CPU of the site per frame and viewer, with its mask and result"));
  metrics.back().goal = 0.15;
  metrics.push_back(over(
      rounds, "slow_viewers_effect", "",
      [](const Round& r) { return r.beside_slow.fps_least / r.alone.fps_least; },
      "frames of the viewer that got least, beside two slow ones over without them"));
  metrics.back().goal = 0.95;
  metrics.back().want = Want::at_least;
  metrics.push_back(over(
      rounds, "viewer_fps", "frames/s", [](const Round& r) { return r.alone.fps_median; },
      "what a viewer got"));
  metrics.push_back(over(
      rounds, "viewer_fps_least", "frames/s", [](const Round& r) { return r.alone.fps_least; },
      "what the viewer got that got least"));
  metrics.push_back(over(
      rounds, "viewer_masks", "masks/s", [](const Round& r) { return r.alone.masks_median; },
      "what a viewer got"));
  metrics.push_back(over(
      rounds, "viewer_age_p50", "ms",
      [](const Round& r) { return percentile(r.alone.ages_ms, 0.5); },
      "captured to received by a viewer, drawing and encoding the picture included"));
  metrics.push_back(over(
      rounds, "viewer_age_p99", "ms",
      [](const Round& r) { return percentile(r.alone.ages_ms, 0.99); }, "the same"));
  metrics.push_back(over(
      rounds, "viewer_age_p99_beside_slow", "ms",
      [](const Round& r) { return percentile(r.beside_slow.ages_ms, 0.99); },
      "the same beside the two slow ones"));
  metrics.push_back(over(
      rounds, "viewer_frame_cpu_beside_slow", "ms",
      [](const Round& r) { return r.cost_ms(r.beside_slow); }, "CPU beside the two slow ones"));
  metrics.push_back(over(
      rounds, "cpu_without_viewers", "% of a core",
      [](const Round& r) { return 100 * r.nobody.cpu_per_s; }, "the site when nobody watches"));
  metrics.push_back(over(
      rounds, "cpu_with_viewers", "% of a core",
      [](const Round& r) { return 100 * r.alone.cpu_per_s; }, "the site with 20 viewers"));
}

void add_plots(const std::vector<Round>& rounds, Report& report) {
  Series alone{"20 viewers", {}};
  Series beside{"beside slow ones", {}};
  Series least_alone{"20 viewers", {}};
  Series least_beside{"beside slow ones", {}};
  for (size_t i = 0; i < rounds.size(); ++i) {
    const Round& round = rounds[i];
    const double x = double(i + 1);
    alone.points.emplace_back(x, round.cost_ms(round.alone));
    beside.points.emplace_back(x, round.cost_ms(round.beside_slow));
    least_alone.points.emplace_back(x, round.alone.fps_least);
    least_beside.points.emplace_back(x, round.beside_slow.fps_least);
  }
  report.plots.push_back({"CPU of a viewer-frame", "round", "ms", {alone, beside}, true});
  report.plots.push_back({"Frames of the viewer that got least",
                          "round",
                          "frames/s",
                          {least_alone, least_beside},
                          true});
}

}  // namespace

core::Result<Report> run_viewers(const ViewersOptions& options, const Progress& progress,
                                 const core::Context& context) {
  const Plan plan = options.quick ? quick_plan : full_plan;
  auto server = NatsServer::start(context.log);
  if (!server) return server.error();
  auto rig = Rig::open({(*server)->url(), nullptr, true}, context);
  if (!rig) return rig.error();
  const auto camera = MeasuredProcess::start_bench(
      {"camera", "--agent=synthetic:1", "--agent-truth", "--bus=" + (*server)->url()}, context.log);
  if (!camera) return camera.error();
  Meter meter(context);
  std::vector<Round> rounds;
  for (int i = 0; i < plan.rounds; ++i) {
    progress(fmt::format("round {} of {}", i + 1, plan.rounds));
    Round round;
    for (const bool slow_ones : {false, true}) {
      auto watched = measure_watched(plan, slow_ones, (*rig)->port(), meter, context);
      if (!watched) return watched.error();
      (slow_ones ? round.beside_slow : round.alone) = *std::move(watched);
    }
    round.nobody = measure_nobody(plan, meter);
    rounds.push_back(std::move(round));
  }
  Report report{"viewers",
                describe_machine() + "; 20 viewers of 640x360 at 15 fps, WebSocket on loopback",
                {},
                {}};
  add_metrics(rounds, report);
  add_plots(rounds, report);
  return report;
}

}  // namespace fovea::bench
