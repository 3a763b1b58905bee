#include "bench/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "bench/nats_server.h"
#include "bench/rig.h"
#include "bench/saturation.h"
#include "bench/statistics.h"
#include "bench/threads.h"

namespace fovea::bench {

namespace {

using namespace std::chrono_literals;
using Want = Metric::Want;

constexpr int cameras = 2;
constexpr double latency_fps = 5;

// A row over NATS: a server and a rig of its own.
struct NatsRig {
  std::unique_ptr<NatsServer> server;
  std::unique_ptr<Rig> rig;  // goes before the server
};

core::Result<NatsRig> open_nats_rig(const PipelineOptions& options, const core::Context& context) {
  auto server = NatsServer::start(context.log);
  if (!server) return server.error();
  auto rig = Rig::open({(*server)->url(), options.model}, context);
  if (!rig) return rig.error();
  return NatsRig{*std::move(server), *std::move(rig)};
}

// Where the time of the latency row goes: medians, which need not add up.
void add_stages(const std::vector<Arrival>& arrivals, Report& report) {
  struct Stage {
    const char* name;
    double wire::Timings::*value;
    const char* note;
  };
  constexpr Stage stages[] = {
      {"latency_capture", &wire::Timings::capture, "captured to published by the camera"},
      {"latency_bus", &wire::Timings::bus, "published to received by the site"},
      {"latency_wait", &wire::Timings::wait, "received to taken by a session"},
      {"latency_decode", &wire::Timings::decode, "decoding the JPEG"},
      {"latency_infer", &wire::Timings::infer, "the engine, not part of the overhead"},
      {"latency_encode_mask", &wire::Timings::encode_mask, "encoding mask and result"},
  };
  std::vector<double> rest;
  rest.reserve(arrivals.size());
  for (const auto& stage : stages) {
    std::vector<double> values;
    values.reserve(arrivals.size());
    for (const auto& arrival : arrivals) values.push_back(arrival.timings.*stage.value);
    report.metrics.push_back({stage.name,
                              median(values),
                              "ms",
                              {},
                              Want::at_most,
                              percentile(values, 0.75) - percentile(values, 0.25),
                              stage.note});
  }
  for (const auto& arrival : arrivals) {
    double left = arrival.age_ms;
    for (const auto& stage : stages) left -= arrival.timings.*stage.value;
    rest.push_back(left);
  }
  report.metrics.push_back({"latency_rest",
                            median(rest),
                            "ms",
                            {},
                            Want::at_most,
                            percentile(rest, 0.75) - percentile(rest, 0.25),
                            "between the stages, and from the site to the subscriber"});
}

core::Status measure_latency(const PipelineOptions& options, const PictureFolder& folder,
                             const Progress& progress, const core::Context& context,
                             Report& report) {
  const auto duration = options.quick ? 8s : 60s;
  progress(fmt::format("latency: {} s", duration.count()));
  auto nats = open_nats_rig(options, context);
  if (!nats) return nats.error();
  auto begun = nats->rig->start_cameras(cameras, folder, latency_fps);
  if (!begun) return begun.error();
  std::this_thread::sleep_for(duration);
  std::vector<double> overhead;
  Series series{"capture to result minus inference", {}};
  const auto arrivals = nats->rig->take_arrivals();
  for (const auto& arrival : arrivals) {
    overhead.push_back(arrival.age_ms - arrival.timings.infer);
    series.points.emplace_back(arrival.at_s, overhead.back());
  }
  if (overhead.empty()) return core::Error{core::Code::timeout, "no result arrived over NATS"};
  const double quarter = percentile(overhead, 0.75) - percentile(overhead, 0.25);
  report.metrics.push_back({"latency_overhead_p50", percentile(overhead, 0.5), "ms", 6.0,
                            Want::at_most, quarter,
                            "capture to result at a subscriber over NATS, minus inference"});
  report.metrics.push_back({"latency_overhead_p99", percentile(overhead, 0.99), "ms", 20.0,
                            Want::at_most, quarter,
                            fmt::format("the same, of {} results", overhead.size())});
  add_stages(arrivals, report);
  report.plots.push_back({"Latency outside the engine", "s", "ms", {series}, false});
  return {};
}

struct Overload {
  std::vector<Arrival> arrivals;
  Series memory{"resident memory", {}};
};

Overload run_overload(Rig& rig, std::chrono::seconds duration) {
  Overload overload;
  const auto begin = std::chrono::steady_clock::now();
  for (auto passed = 0ns; passed < duration; passed = std::chrono::steady_clock::now() - begin) {
    overload.memory.points.emplace_back(std::chrono::duration<double>(passed).count(),
                                        resident_mib());
    std::this_thread::sleep_for(500ms);
  }
  overload.arrivals = rig.take_arrivals();
  return overload;
}

void add_overload(const Overload& overload, double fps_each, Report& report) {
  std::vector<double> ages, infer, thirds[3];
  Series series{"age of results", {}};
  const size_t count = overload.arrivals.size();
  for (size_t i = 0; i < count; ++i) {
    const auto& arrival = overload.arrivals[i];
    ages.push_back(arrival.age_ms);
    infer.push_back(arrival.timings.infer);
    thirds[i * 3 / count].push_back(arrival.age_ms);
    series.points.emplace_back(arrival.at_s, arrival.age_ms);
  }
  const double interval_ms = 1000 / fps_each;
  const double inference_ms = median(infer);
  const double limit = (cameras + 1) * inference_ms + interval_ms;
  const auto& memory = overload.memory.points;
  const double grown = memory.back().second - memory[memory.size() / 3].second;
  report.metrics.push_back(
      {"overload_age_p99", percentile(ages, 0.99), "ms", limit, Want::at_most,
       percentile(ages, 0.75) - percentile(ages, 0.25),
       fmt::format("goal: {} inferences of {:.1f} ms (median in this run) + one interval of {:.1f}",
                   cameras + 1, inference_ms, interval_ms)});
  report.metrics.push_back({"overload_age_p50",
                            percentile(ages, 0.5),
                            "ms",
                            {},
                            Want::at_most,
                            0,
                            fmt::format("of {} results", count)});
  report.metrics.push_back({"overload_age_drift", median(thirds[2]) / median(thirds[0]), "", 1.25,
                            Want::at_most, 0, "median age, last third of the time over the first"});
  report.metrics.push_back({"overload_memory_growth", grown, "MiB", 16.0, Want::at_most, 0,
                            "resident memory at the end minus after a third of the time"});
  report.plots.push_back({"Overload: age of results", "s", "ms", {series}, false});
  report.plots.push_back({"Overload: memory", "s", "MiB", {overload.memory}, true});
}

core::Status measure_overload(const PipelineOptions& options, const PictureFolder& folder,
                              const EngineSpeed& engine, const Progress& progress,
                              const core::Context& context, Report& report) {
  const double fps_each = 4 * engine.fps / cameras;
  progress(fmt::format("overload: {} cameras at {:.0f} fps each", cameras, fps_each));
  auto nats = open_nats_rig(options, context);
  if (!nats) return nats.error();
  auto begun = nats->rig->start_cameras(cameras, folder, fps_each);
  if (!begun) return begun.error();
  const Overload overload = run_overload(*nats->rig, options.quick ? 12s : 60s);
  if (overload.arrivals.size() < 6) {
    return core::Error{core::Code::timeout, "hardly any result arrived under overload"};
  }
  add_overload(overload, fps_each, report);
  return {};
}

}  // namespace

core::Result<Report> run_pipeline(const PipelineOptions& options, const Progress& progress,
                                  const core::Context& context) {
  const auto folder = PictureFolder::make(options.pictures, options.quick ? 8 : 24);
  if (!folder) return folder.error();
  Report report{"pipeline", describe_machine() + "; " + options.model->engine(), {}, {}};
  const auto begin = std::chrono::steady_clock::now();
  const double others_before = machine_cpu_s() - read_thread_times().process_cpu_s;
  const auto engine = measure_saturation(options, **folder, progress, context, report);
  if (!engine) return engine.error();
  if (auto done = measure_latency(options, **folder, progress, context, report); !done)
    return done.error();
  auto done = measure_overload(options, **folder, *engine, progress, context, report);
  if (!done) return done.error();
  const double others = machine_cpu_s() - read_thread_times().process_cpu_s - others_before;
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
  report.metrics.push_back({"cpu_of_others",
                            others / passed.count(),
                            "cores",
                            {},
                            Want::at_most,
                            0,
                            "what other processes used meanwhile, nats-server among them: times "
                            "mean little when this is not near zero"});
  return report;
}

}  // namespace fovea::bench
