#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/demo_rules.h"
#include "cli/end_guard.h"
#include "cli/exit_status.h"
#include "cli/listen_options.h"
#include "cli/log_options.h"
#include "cli/signals.h"
#include "cli/site_runner.h"
#include "core/limits.h"
#include "core/metrics.h"
#include "core/temporary_directory.h"

namespace fovea::cli {
namespace {

constexpr std::string_view hall_prefix = "synthetic:";
constexpr auto end_limit = std::chrono::milliseconds(1800);  // of the 2 s that are promised

struct DemoOptions {
  SiteFlags flags;
  std::string scene = "videos";
  LogOptions log;
};

int fail(const core::Error& error) {
  fmt::print(stderr, "fovea demo: {}\n", error.message);
  return exit_status(error);
}

// The two real videos of the data folder; empty where they are not to be had.
std::vector<std::string> video_cameras() {
  const char* data = std::getenv("FOVEA_DATA");
  if (!data) return {};
  const std::filesystem::path videos = std::filesystem::path(data) / "videos";
  std::vector<std::string> cameras;
  for (const auto& [name, file] :
       {std::pair{"bottles", "bottle-detection.mp4"}, std::pair{"cars", "car-detection.mp4"}}) {
    std::error_code ignored;
    if (!std::filesystem::exists(videos / file, ignored)) return {};
    cameras.push_back(fmt::format("{}=file:{}", name, (videos / file).string()));
  }
  return cameras;
}

// What is missing for the scene of videos; empty: nothing.
std::string missing_for_videos(const DemoOptions& options, const core::Context& context) {
  if (video_cameras().empty()) {
    return "the videos are not here (FOVEA_DATA names the folder that holds 'videos/')";
  }
  const auto setup = make_site_setup(options.flags, context);
  if (setup && setup->plan.defaults.model.value.empty()) {
    return "there is no model for them: " + setup->plan.no_model;
  }
  return {};
}

// In each hall somebody enters the danger zone now and then: an alert, on the page and the bus.
core::Status add_danger_rules(SiteSetup& setup) {
  for (const auto& camera : setup.cameras) {
    const auto scene = video::parse_scene_options(camera.source.substr(hall_prefix.size()));
    if (!scene) return scene.error();
    auto rule = make_danger_rule(camera.stream.device, *scene);
    if (!rule) return rule.error();
    setup.plan.rules.rules.push_back(*std::move(rule));
  }
  return {};
}

// Cameras of the person's own, else those of the scene. In the hall the truth takes the model's
// place until one that knows the hall is given.
core::Result<SiteSetup> make_demo_setup(DemoOptions& options, const core::Context& context) {
  const bool own_cameras = !options.flags.cameras.empty();
  if (!own_cameras && options.scene == "videos") {
    const std::string missing = missing_for_videos(options, context);
    if (missing.empty()) {
      options.flags.cameras = video_cameras();
    } else {
      fmt::print("Showing the synthetic hall: {}.\n", missing);
      options.scene = "hall";
    }
  }
  const bool hall = !own_cameras && options.scene == "hall";
  if (hall) options.flags.cameras = {"hall-1=synthetic:1", "hall-2=synthetic:2"};
  auto setup = make_site_setup(options.flags, context);
  if (!setup || !hall) return setup;
  if (auto added = add_danger_rules(*setup); !added) return added.error();
  if (!options.flags.model.empty()) return setup;
  for (auto& camera : setup->cameras) camera.publish_truth = true;
  setup->plan.defaults.model = {};
  setup->plan.no_model = "the hall shows its own ground truth; --model gives it a model";
  return setup;
}

// The port that people know, or any free one where that is taken and nobody asked for it.
core::Result<std::unique_ptr<SiteRunner>> start_demo(SiteSetup setup, bool port_was_asked_for,
                                                     const std::shared_ptr<core::LogTail>& tail,
                                                     const core::Context& context) {
  auto runner = std::make_unique<SiteRunner>(setup, tail, context);
  auto started = runner->start();
  const bool retry =
      !started && !port_was_asked_for &&
      (started.error().code == core::Code::io || started.error().code == core::Code::busy);
  if (retry) {
    fmt::print("{}; taking a free port instead.\n", started.error().message);
    runner.reset();
    setup.config.listen = "127.0.0.1:0";
    runner = std::make_unique<SiteRunner>(std::move(setup), tail, context);
    started = runner->start();
  }
  if (!started) return started.error();
  return runner;
}

void greet(const SiteSetup& setup, const DemoOptions& options, const std::string& url) {
  fmt::print("\n  Fovea's demo is running. Open this page:\n\n      {}\n\n", url);
  for (const auto& camera : setup.cameras) {
    fmt::print("  {:<10} {}{}\n", camera.stream.device, video::masked_spec(camera.source),
               camera.publish_truth ? " with its ground truth in place of a model" : "");
  }
  const std::string& model = setup.plan.defaults.model.value;
  if (!model.empty()) fmt::print("  model      {}\n", model);
  fmt::print("\n  Your own camera: fovea demo --camera yard=rtsp://HOST/PATH{}\n",
             options.scene == "hall" ? "" : ". The synthetic hall: --scene hall");
  fmt::print("  Ctrl+C ends it.\n");
  std::fflush(stdout);
}

int run_demo(DemoOptions options) {
  Signals signals;
  core::SystemClock clock;
  const auto metrics = core::make_metrics();
  const auto tail = std::make_shared<core::LogTail>(core::limits::log_tail_lines_max);
  const core::Context context{options.log.make_log("demo", tail), clock, *metrics};
  // What is changed in a demo is gone with it.
  const auto state = core::TemporaryDirectory::make("fovea-demo");
  if (!state) return fail(state.error());
  options.flags.state = state->path().string();
  const bool port_was_asked_for = !options.flags.listen.empty();
  const auto setup = make_demo_setup(options, context);
  if (!setup) return fail(setup.error());
  auto runner = start_demo(*setup, port_was_asked_for, tail, context);
  if (!runner) return fail(runner.error());
  greet(*setup, options, (*runner)->url());
  (*runner)->tell_access();
  signals.run([] { return false; });
  const EndGuard guard(end_limit, exit_done);
  (*runner)->stop();
  return exit_done;
}

constexpr const char* footer =
    "\nWhat is changed on the page is forgotten when the demo ends.\n\n"
    "Examples:\n"
    "  fovea demo\n"
    "  fovea demo --scene hall --listen 127.0.0.1:9000\n"
    "  fovea demo --camera yard=rtsp://user:secret@10.0.0.7/main --model yolox-nano\n";

}  // namespace

std::function<int()> declare_demo(CLI::App& app) {
  auto options = std::make_shared<DemoOptions>();
  SiteFlags& flags = options->flags;
  app.add_option("--scene", options->scene,
                 "videos: two real videos through a model, where they are at hand; hall: two "
                 "synthetic cameras")
      ->check(CLI::IsMember({"videos", "hall"}))
      ->capture_default_str();
  app.add_option("--site", flags.site, "name of the site (default: site)");
  app.add_option("--bus", flags.bus, "nats://... in place of the memory bus");
  declare_listen_options(app, flags);
  app.add_option("--model", flags.model, "a name of 'fovea model list', a file or a folder");
  app.add_option("--camera", flags.cameras,
                 "a camera of your own in place of the scene's, as NAME=SPEC; may be given "
                 "repeatedly");
  app.add_option("--web-dir", flags.web_dir, "serve the page from this folder (development)");
  options->log.set_default("warning");
  options->log.declare(app);
  options->log.declare_file(app);
  app.footer(footer);
  return [options] { return run_demo(*options); };
}

}  // namespace fovea::cli
