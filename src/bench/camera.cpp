#include "bench/camera.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "bench/measured_process.h"
#include "bench/nats_server.h"
#include "bench/statistics.h"
#include "bus/bus.h"
#include "codec/jpeg.h"
#include "core/temporary_directory.h"
#include "video/scene.h"

namespace fovea::bench {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Want = Metric::Want;

constexpr int pictures = 4;
constexpr int jpeg_quality = 85;
constexpr double fps = 15;

// Folders "raw" and "jpeg" with pictures of the hall. Deleted at the end.
class Pictures {
 public:
  static core::Result<std::unique_ptr<Pictures>> make() {
    auto folder = core::TemporaryDirectory::make("fovea-bench");
    if (!folder) return folder.error();
    std::unique_ptr<Pictures> made(new Pictures(*std::move(folder)));
    if (auto drawn = made->draw(); !drawn) return drawn.error();
    return made;
  }
  std::string folder(const std::string& kind) const { return (folder_.path() / kind).string(); }

 private:
  explicit Pictures(core::TemporaryDirectory folder) : folder_(std::move(folder)) {}

  core::Status draw() {
    auto scene = video::Scene::open({}, video::scene_default_size);
    if (!scene) return scene.error();
    std::error_code failed;
    for (const char* kind : {"raw", "jpeg"}) fs::create_directory(folder_.path() / kind, failed);
    codec::JpegEncoder encoder;
    for (int i = 0; i < pictures; ++i) {
      const core::Image picture = scene->render(10 + i / fps).picture;
      const auto jpeg = encoder.encode(picture, jpeg_quality);
      if (!jpeg) return jpeg.error();
      write(folder_.path() / "raw" / fmt::format("{}.rgb", i), picture.pixels);
      write(folder_.path() / "jpeg" / fmt::format("{}.jpg", i), *jpeg);
    }
    return {};
  }
  static void write(const fs::path& path, const core::Buffer& bytes) {
    const std::string_view text = bytes.text();
    std::ofstream(path, std::ios::binary).write(text.data(), std::streamsize(text.size()));
  }

  const core::TemporaryDirectory folder_;
};

struct Cost {
  std::vector<double> cpu_percent;  // of each second
  double memory_mib = 0;
  double fps = 0;
};

core::Result<Cost> measure(const std::string& folder, std::chrono::seconds duration,
                           const core::Context& context) {
  auto server = NatsServer::start(context.log);
  if (!server) return server.error();
  auto bus = bus::connect_bus((*server)->url(), {}, context);
  if (!bus) return bus.error();
  std::atomic<int> frames = 0;
  auto subscription = (*bus)->subscribe({"bench", "camera", wire::Kind::frame},
                                        bus::Delivery::newest, [&](const auto&) { ++frames; });
  if (!subscription) return subscription.error();
  const auto child = MeasuredProcess::start_bench(
      {"camera", "--agent=" + folder, "--bus=" + (*server)->url()}, context.log);
  if (!child) return child.error();
  for (int waited = 0; frames < 2 * fps; ++waited) {
    if (waited == 300) return core::Error{core::Code::timeout, "the camera sends nothing"};
    std::this_thread::sleep_for(100ms);
  }
  Cost cost;
  const auto begin = context.clock.steady();
  const int frames_before = frames;
  auto second_began = begin;
  double used = child->cpu_s();
  while (context.clock.steady() - begin < duration) {
    std::this_thread::sleep_for(1s);
    const auto now = context.clock.steady();
    const double cpu_s = child->cpu_s();
    const std::chrono::duration<double> passed = now - second_began;
    cost.cpu_percent.push_back(100 * (cpu_s - used) / passed.count());
    used = cpu_s;
    second_began = now;
  }
  const std::chrono::duration<double> passed = context.clock.steady() - begin;
  cost.fps = (frames - frames_before) / passed.count();
  cost.memory_mib = child->peak_mib();
  return cost;
}

void add(const std::string& kind, const Cost& cost, double cpu_goal, const std::string& what,
         Report& report) {
  report.metrics.push_back({kind + "_cpu", median(cost.cpu_percent), "% of a core", cpu_goal,
                            Want::at_most, spread(cost.cpu_percent), what});
  report.metrics.push_back({kind + "_memory", cost.memory_mib, "MiB", 30.0, Want::at_most, 0,
                            "the process's peak, its program and libraries included"});
  report.metrics.push_back(
      {kind + "_fps", cost.fps, "frames/s", {}, Want::at_least, 0, "that arrived"});
  Series series{kind, {}};
  for (const double value : cost.cpu_percent) {
    series.points.emplace_back(double(series.points.size()), value);
  }
  report.plots.push_back({"CPU of the camera, " + kind, "s", "% of a core", {series}, true});
}

}  // namespace

core::Result<Report> run_camera(const CameraOptions& options, const Progress& progress,
                                const core::Context& context) {
  const auto folder = Pictures::make();
  if (!folder) return folder.error();
  const auto duration = options.quick ? 10s : 60s;
  Report report{"camera", describe_machine() + "; 640x360, 15 fps, NATS", {}, {}};
  struct Row {
    const char* kind;
    double cpu_goal;
    const char* what;
  };
  constexpr Row rows[] = {
      {"raw", 5, "from raw pictures, encoding as JPEG included"},
      {"jpeg", 1, "JPEG of the source passed through"},
  };
  for (const Row& row : rows) {
    progress(fmt::format("{}: {} s", row.kind, duration.count()));
    const auto cost = measure((*folder)->folder(row.kind), duration, context);
    if (!cost) return cost.error();
    add(row.kind, *cost, row.cpu_goal, row.what, report);
  }
  return report;
}

}  // namespace fovea::bench
