#include "bench/crowd.h"

#include <fmt/format.h>

#include <iterator>
#include <map>
#include <thread>

#include "bench/measured_process.h"
#include "bench/nats_server.h"
#include "bench/pipeline_round.h"
#include "bench/statistics.h"

namespace fovea::bench {

namespace {

using namespace std::chrono_literals;
using Want = Metric::Want;

constexpr int cameras = 20;
constexpr double fps = 15;
constexpr auto patience = 60s;

struct Crowd {
  std::vector<Arrival> arrivals;
  std::map<std::string, int> results;  // by camera
  Series memory{"resident memory", {}};
  double seconds = 0;
  double received = 0;   // frames
  double outside_s = 0;  // CPU of the site outside the engine's calls
  double cameras_cpu_s = 0;
};

double frames_received(const core::Context& context) {
  double sum = 0;
  for (int i = 1; i <= cameras; ++i) {
    sum += context.metrics
               .counter("fovea_frames_received_total", "Frames that arrived at the site",
                        {{"device", fmt::format("camera{}", i)}})
               .value();
  }
  return sum;
}

// Until each camera has shown the folder's pictures (it checks new ones) and has had a result.
core::Status wait_for_all(Rig& rig, size_t pictures, const core::Context& context) {
  std::map<std::string, int> seen;
  const auto end = context.clock.steady() + patience;
  while (seen.size() < cameras || frames_received(context) < double(cameras * pictures)) {
    if (context.clock.steady() >= end) {
      return core::Error{core::Code::timeout,
                         fmt::format("only {} of {} cameras have results", seen.size(), cameras)};
    }
    for (const auto& arrival : rig.take_arrivals()) ++seen[arrival.device];
    std::this_thread::sleep_for(50ms);  // polls
  }
  rig.take_arrivals();
  return {};
}

Crowd watch(Rig& rig, const MeasuredProcess& child, OutsideMeter& meter,
            std::chrono::seconds duration, const core::Context& context) {
  Crowd crowd;
  const double received = frames_received(context);
  const double child_cpu_s = child.cpu_s();
  meter.begin();
  const auto begin = std::chrono::steady_clock::now();
  for (auto passed = 0ns; passed < duration; passed = std::chrono::steady_clock::now() - begin) {
    crowd.memory.points.emplace_back(std::chrono::duration<double>(passed).count(), resident_mib());
    std::this_thread::sleep_for(500ms);
  }
  for (const auto& [part, seconds] : meter.end()) crowd.outside_s += seconds;
  crowd.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  crowd.arrivals = rig.take_arrivals();
  crowd.received = frames_received(context) - received;
  crowd.cameras_cpu_s = child.cpu_s() - child_cpu_s;
  for (const auto& arrival : crowd.arrivals) ++crowd.results[arrival.device];
  return crowd;
}

void add_turns(const Crowd& crowd, Report& report) {
  std::vector<double> rates;
  for (const auto& [device, results] : crowd.results) rates.push_back(results / crowd.seconds);
  const double count = double(crowd.results.size());
  report.metrics.push_back({"crowd_cameras", count, "", double(cameras), Want::at_least, 0,
                            "cameras that had results throughout"});
  report.metrics.push_back({"crowd_turns", percentile(rates, 0) / median(rates), "", 0.8,
                            Want::at_least, 0,
                            "results of the camera that got least over those of the middle one"});
  report.metrics.push_back({"crowd_results",
                            double(crowd.arrivals.size()) / crowd.seconds,
                            "results/s",
                            {},
                            Want::at_least,
                            0,
                            "of all cameras"});
  report.metrics.push_back({"crowd_frames",
                            crowd.received / crowd.seconds,
                            "frames/s",
                            {},
                            Want::at_least,
                            0,
                            fmt::format("received from all cameras; they make {}", cameras * fps)});
}

void add_ages(const Crowd& crowd, Report& report) {
  std::vector<double> ages, thirds[3];
  Series series{"age of results", {}};
  const size_t count = crowd.arrivals.size();
  const double begin_s = crowd.arrivals.front().at_s;
  for (size_t i = 0; i < count; ++i) {
    const auto& arrival = crowd.arrivals[i];
    ages.push_back(arrival.age_ms);
    thirds[i * 3 / count].push_back(arrival.age_ms);
    series.points.emplace_back(arrival.at_s - begin_s, arrival.age_ms);
  }
  const double quarters = percentile(ages, 0.75) - percentile(ages, 0.25);
  report.metrics.push_back({"crowd_age_drift", median(thirds[2]) / median(thirds[0]), "", 1.25,
                            Want::at_most, 0, "median age, last third of the time over the first"});
  report.metrics.push_back({"crowd_age_p50",
                            percentile(ages, 0.5),
                            "ms",
                            {},
                            Want::at_most,
                            quarters,
                            fmt::format("capture to result, of {} results", count)});
  report.metrics.push_back(
      {"crowd_age_p99", percentile(ages, 0.99), "ms", {}, Want::at_most, quarters, "the same"});
  report.plots.push_back({"20 cameras: age of results", "s", "ms", {series}, false});
}

void add_costs(const Crowd& crowd, Report& report) {
  const auto& memory = crowd.memory.points;
  const auto add = [&](const char* name, double value, const char* unit, const char* note) {
    report.metrics.push_back({name, value, unit, {}, Want::at_most, 0, note});
  };
  add("crowd_memory_growth", memory.back().second - memory[memory.size() / 3].second, "MiB",
      "resident memory at the end minus after a third of the time");
  report.metrics.back().goal = 16;
  add("crowd_cpu_per_camera", 100 * crowd.outside_s / crowd.seconds / cameras, "% of a core",
      "of the site outside inference, for each camera");
  add("crowd_cpu_per_frame", 1000 * crowd.outside_s / crowd.received, "ms",
      "the same for each frame received, most of which are never decoded");
  add("crowd_agent_cpu_per_camera", 100 * crowd.cameras_cpu_s / crowd.seconds / cameras,
      "% of a core", "of a camera's agent, passing JPEG through");
  report.plots.push_back({"20 cameras: memory of the site", "s", "MiB", {crowd.memory}, true});
}

}  // namespace

core::Result<Report> run_crowd(const PipelineOptions& options, const Progress& progress,
                               const core::Context& context) {
  const auto folder = PictureFolder::make(options.pictures, options.quick ? 8 : 24);
  if (!folder) return folder.error();
  progress("warming the engine up");
  auto pictures = decode_pictures((*folder)->path(), options.model->manifest());
  if (!pictures) return pictures.error();
  auto predictor = options.model->open();
  if (!predictor) return predictor.error();
  auto warm = (*predictor)->predict(pictures->front().image, pictures->front().frame);
  if (!warm) return warm.error();
  auto left_out = find_engine_threads();
  auto server = NatsServer::start(context.log);
  if (!server) return server.error();
  ModelMeter meter;
  auto rig = Rig::open({(*server)->url(), make_metered(options.model, meter)}, context);
  if (!rig) return rig.error();
  left_out.merge(std::set<pid_t>((*rig)->listener_threads()));
  const auto child = MeasuredProcess::start_bench(
      {"camera", "--agent=folder:" + (*folder)->path(), fmt::format("--agents={}", cameras),
       fmt::format("--agent-fps={}", fps), "--bus=" + (*server)->url()},
      context.log);
  if (!child) return child.error();
  progress(fmt::format("waiting for {} cameras", cameras));
  if (auto all = wait_for_all(**rig, (*folder)->size(), context); !all) return all.error();
  const auto duration = options.quick ? 15s : 60s;
  progress(fmt::format("{} cameras at {} fps: {} s", cameras, fps, duration.count()));
  OutsideMeter outside(meter, std::move(left_out));
  const Crowd crowd = watch(**rig, *child, outside, duration, context);
  if (crowd.arrivals.size() < 6) {
    return core::Error{core::Code::timeout, "hardly any result arrived"};
  }
  Report report{"crowd", describe_machine() + "; " + options.model->engine(), {}, {}};
  add_turns(crowd, report);
  add_ages(crowd, report);
  add_costs(crowd, report);
  return report;
}

}  // namespace fovea::bench
