#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "cli/bus_options.h"
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

constexpr const char* hall_model = "fovea-factory";
constexpr auto end_limit = std::chrono::milliseconds(1800);  // of the 2 s that are promised

struct DemoOptions {
  SiteFlags flags;
  std::string scene = "hall";
  LogOptions log;
};

int fail(const core::Error& error) {
  fmt::print(stderr, "fovea demo: {}\n", error.message);
  return exit_status(error);
}

// The two real videos of the data folder. Errors: not_found.
core::Result<std::vector<std::string>> video_cameras() {
  const char* data = std::getenv("FOVEA_DATA");
  const std::filesystem::path videos = std::filesystem::path(data ? data : "") / "videos";
  std::vector<std::string> cameras;
  for (const auto& [name, file] :
       {std::pair{"bottles", "bottle-detection.mp4"}, std::pair{"cars", "car-detection.mp4"}}) {
    std::error_code ignored;
    if (!data || !std::filesystem::exists(videos / file, ignored)) {
      return core::Error{core::Code::not_found,
                         fmt::format("the videos are not here (FOVEA_DATA names the folder that "
                                     "holds 'videos/{}'); leave --scene out for the hall",
                                     file)};
    }
    cameras.push_back(fmt::format("{}=file:{}", name, (videos / file).string()));
  }
  return cameras;
}

// Real videos through the site's default model.
core::Result<SiteSetup> make_videos_setup(SiteFlags& flags, const core::Context& context) {
  auto cameras = video_cameras();
  if (!cameras) return cameras.error();
  flags.cameras = *std::move(cameras);
  auto setup = make_site_setup(flags, context);
  if (setup && setup->plan.defaults.model.value.empty()) {
    return core::Error{core::Code::not_found,
                       "there is no model for the videos: " + setup->plan.no_model};
  }
  return setup;
}

// In each hall somebody enters the danger zone now and then: an alert, on the page and the bus.
core::Result<SiteSetup> make_hall_setup(SiteFlags& flags, const core::Context& context) {
  if (flags.model.empty()) flags.model = hall_model;
  for (const auto& camera : hall_cameras) {
    flags.cameras.push_back(fmt::format("{}=synthetic:{}", camera.name, camera.seed));
  }
  auto setup = make_site_setup(flags, context);
  if (!setup) return setup;
  for (const auto& camera : hall_cameras) {
    auto rule = make_danger_rule(camera);
    if (!rule) return rule.error();
    setup->plan.rules.rules.push_back(*std::move(rule));
  }
  return setup;
}

// Cameras of the person's own, else those of the scene.
core::Result<SiteSetup> make_demo_setup(DemoOptions& options, const core::Context& context) {
  if (!options.flags.cameras.empty()) return make_site_setup(options.flags, context);
  return options.scene == "videos" ? make_videos_setup(options.flags, context)
                                   : make_hall_setup(options.flags, context);
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

void greet(const SiteSetup& setup, const std::string& url) {
  fmt::print("\n  Fovea's demo is running. Open this page:\n\n      {}\n\n", url);
  for (const auto& camera : setup.cameras) {
    fmt::print("  {:<10} {}\n", camera.stream.device, camera::shown_source(camera));
  }
  const std::string& model = setup.plan.defaults.model.value;
  if (!model.empty()) fmt::print("  model      {}\n", model);
  fmt::print("\n  Your own camera: fovea demo --camera yard=rtsp://HOST/PATH\n");
  fmt::print("  Ctrl+C ends it.\n");
  std::fflush(stdout);
}

int run_demo(DemoOptions options) {
  Signals signals;
  core::SystemClock clock;
  const auto metrics = core::make_metrics();
  const auto tail = std::make_shared<core::LogTail>(core::limits::log_tail_lines_max);
  const core::Context context{options.log.make_log("demo", options.flags.secrets, tail), clock,
                              *metrics};
  // What is changed in a demo is gone with it.
  const auto state = core::TemporaryDirectory::make("fovea-demo");
  if (!state) return fail(state.error());
  options.flags.state = state->path().string();
  const bool port_was_asked_for = !options.flags.listen.empty();
  const auto setup = make_demo_setup(options, context);
  if (!setup) return fail(setup.error());
  auto runner = start_demo(*setup, port_was_asked_for, tail, context);
  if (!runner) return fail(runner.error());
  greet(*setup, (*runner)->url());
  (*runner)->tell_access(false);
  signals.run([] { return false; });
  const EndGuard guard(end_limit, [&] { return (*runner)->unfinished(); });
  (*runner)->stop();
  return exit_done;
}

constexpr const char* footer =
    "\nWhat is changed on the page is forgotten when the demo ends.\n\n"
    "Examples:\n"
    "  fovea demo\n"
    "  fovea demo --listen 127.0.0.1:9000\n"
    "  fovea demo --scene videos\n"
    "  fovea demo --camera yard=rtsp://user:secret@10.0.0.7/main --model yolox-nano\n";

}  // namespace

std::function<int()> declare_demo(App app) {
  auto options = std::make_shared<DemoOptions>();
  SiteFlags& flags = options->flags;
  app.add_option(
         "--scene", options->scene,
         "hall: two synthetic cameras and the model that ships; videos: two real videos and "
         "another model, where they are at hand")
      .one_of({"hall", "videos"})
      .capture_default_str();
  app.add_option("--site", flags.site, "name of the site (default: site)");
  app.add_option("--bus", flags.bus, "nats://... in place of the memory bus");
  declare_bus_open(app, flags.bus_open);
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
