#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "bench/attack.h"
#include "bench/camera.h"
#include "bench/comparison.h"
#include "bench/crowd.h"
#include "bench/gating.h"
#include "bench/hostile.h"
#include "bench/learn.h"
#include "bench/pipeline.h"
#include "bench/viewers.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/log_options.h"
#include "cli/model_options.h"
#include "core/file.h"
#include "core/metrics.h"

namespace fovea::cli {
namespace {

struct BenchOptions {
  std::string model = "deeplab-dm05";
  std::string pictures;
  std::string html;
  std::string plots;
  std::string against;
  bench::LearnOptions learn;
  bench::CameraChildOptions agent;   // with a source: this is the cameras' process
  bench::ViewerChildOptions viewer;  // with a URL: this is the viewers' process
  bench::AttackOptions attack;       // with a kind: this is the attacker's process
  double hostile_s = bench::HostileOptions().seconds;
  bool json = false;
  bool quick = false;
  bool check = false;
  ModelOptions model_options;
  LogOptions log;
};

int fail(const core::Error& error) {
  fmt::print(stderr, "fovea bench: {}\n", error.message);
  return exit_status(error);
}

// Where the shared test data lies, or nothing.
std::string data_folder(const std::string& name) {
  const char* data = std::getenv("FOVEA_DATA");
  return data ? (std::filesystem::path(data) / name).string() : "";
}

core::Status write_plots(const std::string& folder, const bench::Report& report) {
  std::error_code failed;  // shows when a file is written
  std::filesystem::create_directories(folder, failed);
  for (size_t i = 0; i < report.plots.size(); ++i) {
    const auto path = fmt::format("{}/{}-{}.svg", folder, report.benchmark, i + 1);
    if (auto written = core::replace_file(path, core::to_svg(report.plots[i])); !written)
      return written;
  }
  return {};
}

int finish(const BenchOptions& options, const bench::Report& report) {
  if (!options.html.empty()) {
    if (auto written = core::replace_file(options.html, bench::to_html(report)); !written) {
      return fail(written.error());
    }
  }
  if (!options.plots.empty()) {
    if (auto written = write_plots(options.plots, report); !written) return fail(written.error());
  }
  fmt::print("{}", options.json ? bench::to_json(report) + "\n" : bench::to_text(report));
  return options.check && !report.all_met() ? exit_failed : exit_done;
}

void show_progress(const std::string& step) { fmt::print(stderr, "bench: {}\n", step); }

// What a measurement is given, and what becomes of its report.
template <typename Run>
int run(const BenchOptions& options, Run measure) {
  core::SystemClock clock;
  const auto metrics = core::make_metrics();
  const auto report = measure(core::Context{options.log.make_log("bench"), clock, *metrics});
  return report ? finish(options, *report) : fail(report.error());
}

infer::LoadOptions load_options(const BenchOptions& options) {
  infer::LoadOptions load = options.model_options.load_options();
  if (load.mirror.empty()) load.mirror = data_folder("models");
  return load;
}

// For those that need a model and pictures. The model is made in `context`, which outlives it.
core::Result<bench::PipelineOptions> pipeline_options(const BenchOptions& options,
                                                      const core::Context& context) {
  bench::PipelineOptions pipeline;
  pipeline.quick = options.quick;
  pipeline.pictures = options.pictures.empty() ? data_folder("camvid/val") : options.pictures;
  if (pipeline.pictures.empty()) {
    return core::Error{core::Code::bad_input,
                       "no pictures: give a folder of JPEGs with --pictures, or set FOVEA_DATA"};
  }
  auto model = infer::load_model(options.model, load_options(options), context);
  if (!model) return model.error();
  pipeline.model = *std::move(model);
  return pipeline;
}

core::Result<bench::Report> compare(const BenchOptions& options,
                                    const bench::PipelineOptions& pipeline,
                                    const core::Context& context) {
  auto peer = bench::find_peer();
  if (!peer) return peer.error();
  const auto load = load_options(options);
  const auto found =
      infer::resolve_model(options.model, infer::default_places(load.mirror), context);
  if (!found) return found.error();
  peer->model_file = found->path;
  peer->threads = load.threads;
  peer->precision = load.precision;
  return bench::run_comparison(pipeline, *peer, show_progress, context);
}

int run_pipeline(const BenchOptions& options) {
  return run(options, [&](const core::Context& context) -> core::Result<bench::Report> {
    const auto pipeline = pipeline_options(options, context);
    if (!pipeline) return pipeline.error();
    return options.against.empty() ? bench::run_pipeline(*pipeline, show_progress, context)
                                   : compare(options, *pipeline, context);
  });
}

int run_crowd(const BenchOptions& options) {
  return run(options, [&](const core::Context& context) -> core::Result<bench::Report> {
    const auto pipeline = pipeline_options(options, context);
    if (!pipeline) return pipeline.error();
    return bench::run_crowd(*pipeline, show_progress, context);
  });
}

int run_hostile(const BenchOptions& options) {
  return run(options, [&](const core::Context& context) -> core::Result<bench::Report> {
    const auto pipeline = pipeline_options(options, context);
    if (!pipeline) return pipeline.error();
    return bench::run_hostile({*pipeline, options.hostile_s}, show_progress, context);
  });
}

int run_gating(const BenchOptions& options) {
  return run(options, [&](const core::Context& context) {
    return bench::run_gating({options.quick}, show_progress, context);
  });
}

int run_camera(const BenchOptions& options) {
  return run(options, [&](const core::Context& context) {
    return bench::run_camera({options.quick}, show_progress, context);
  });
}

int run_viewers(const BenchOptions& options) {
  return run(options, [&](const core::Context& context) {
    return bench::run_viewers({options.quick}, show_progress, context);
  });
}

int run_learn(BenchOptions& options) {
  options.learn.quick = options.quick;
  return run(options, [&](const core::Context& context) {
    return bench::run_learn(options.learn, show_progress, context);
  });
}

// The processes beside a measurement.
int run_child(const BenchOptions& options) {
  core::SystemClock clock;
  const auto metrics = core::make_metrics();
  const core::Context context{options.log.make_log("bench"), clock, *metrics};
  const auto ended = !options.attack.kind.empty() ? bench::run_attack_child(options.attack, context)
                     : !options.viewer.url.empty()
                         ? bench::run_viewer_child(options.viewer, context)
                         : bench::run_camera_child(options.agent, context);
  return ended ? exit_done : fail(ended.error());
}

// What those take that need a model and pictures.
void declare_model(App app, BenchOptions& options) {
  app.add_option("--model", options.model, "a segmentation model: name, file or folder")
      .capture_default_str();
  app.add_option("--pictures", options.pictures,
                 "folder of JPEG pictures (default: camvid/val in $FOVEA_DATA)");
  options.model_options.declare(app);
}

// What every measurement takes.
void declare_report(App app, BenchOptions& options) {
  app.add_flag("--json", options.json, "print one JSON document");
  app.add_option("--html", options.html, "write a report with plots to this file");
  app.add_option("--plots", options.plots, "write each plot as an SVG file into this folder");
  app.add_flag("--quick", options.quick, "within 45 s, noisier");
  app.add_flag("--check", options.check, "end with status 1 when a goal is missed");
  options.log.declare(app);
}

void declare_learn(App app, bench::LearnOptions& options) {
  app.add_option("--rows", options.rows, "what to measure, by commas; default: all (below)")
      .delimiter(',');
  app.add_option("--work", options.work, "folder where trainings and results are kept")
      .capture_default_str();
  app.add_flag("--again", options.again, "measure again what was kept; trainings stay");
  app.add_option("--seeds", options.seeds, "trainings of each kind, for the spread")
      .range(1, 20)
      .capture_default_str();
  app.footer(
      "\nRows:\n"
      "  shipped  the model that ships, on seeds and shifts it never saw; size and speed (1 "
      "minute)\n"
      "  step     a training step against Debian's python3-torch, in turns (3 minutes)\n"
      "  beside   a saturated site's frames per second beside a training (3 minutes)\n"
      "  tuning   the shipped model trained on with 20 pictures from elsewhere (40 minutes)\n"
      "  network  mIoU and time of a frame by the network's width (50 minutes)\n"
      "  street   CamVid in 60 minutes\n"
      "Each is kept in the work folder and taken from there the next time; a training that was\n"
      "broken off goes on. --quick leaves out the last three.\n"
      "\nExamples:\n"
      "  fovea bench learn --quick\n"
      "  fovea bench learn --rows shipped,step --check\n"
      "  fovea bench learn --html learn.html --work trainings --seeds 3");
}

App declare_hostile(App app, BenchOptions& options) {
  App hostile = app.add_subcommand(
      "hostile", "Three honest cameras beside one that attacks: whom it harms but itself");
  declare_model(hostile, options);
  hostile.add_option("--seconds", options.hostile_s, "of each attack, and of the calm before it")
      .range(1.0, 600.0)
      .capture_default_str();
  declare_report(hostile, options);
  // Of the attacker's process; no options for people.
  hostile.add_option("--attack", options.attack.kind).hidden();
  hostile.add_option("--bus", options.attack.bus_url).hidden();
  hostile.footer(
      "\nExamples:\n"
      "  fovea bench hostile --quick\n"
      "  fovea bench hostile --seconds 60 --html hostile.html --check");
  return hostile;
}

void declare_pipeline(App app, BenchOptions& options) {
  App pipeline = app.add_subcommand(
      "pipeline", "Throughput over the bare engine, latency over NATS, behaviour under overload");
  declare_model(pipeline, options);
  pipeline
      .add_option("--against", options.against,
                  "compare with the same job written in Python, in place of the other numbers")
      .one_of({"python"});
  declare_report(pipeline, options);
  pipeline.footer(
      "\nExamples:\n"
      "  fovea bench pipeline --quick\n"
      "  fovea bench pipeline --html report.html --check\n"
      "  fovea bench pipeline --against python\n"
      "  fovea bench pipeline --json --pictures shots/ --model my-model.onnx");
}

}  // namespace

std::function<int()> declare_bench(App app) {
  auto options = std::make_shared<BenchOptions>();
  options->log.set_default("error");
  app.require_subcommand();
  declare_pipeline(app, *options);
  App crowd = app.add_subcommand(
      "crowd", "20 cameras at 15 fps on one model: does it stay level, and what each costs");
  declare_model(crowd, *options);
  declare_report(crowd, *options);
  crowd.footer(
      "\nExamples:\n"
      "  fovea bench crowd --quick\n"
      "  fovea bench crowd --html crowd.html --check");
  App hostile = declare_hostile(app, *options);
  App gating = app.add_subcommand(
      "gating", "What change gating saves and what slips through, in simulated time");
  declare_report(gating, *options);
  gating.footer(
      "\nExamples:\n"
      "  fovea bench gating --quick\n"
      "  fovea bench gating --html gating.html --check");
  App camera = app.add_subcommand(
      "camera", "Memory and CPU of the camera agent, encoding and passing through");
  declare_report(camera, *options);
  // Of the cameras' process; no options for people.
  camera.add_option("--agent", options->agent.source).hidden();
  camera.add_option("--bus", options->agent.bus_url).hidden();
  camera.add_option("--agents", options->agent.count).hidden();
  camera.add_option("--agent-fps", options->agent.fps).hidden();
  camera.add_flag("--agent-truth", options->agent.truth).hidden();
  camera.footer(
      "\nExamples:\n"
      "  fovea bench camera --quick\n"
      "  fovea bench camera --json --check");
  App viewers = app.add_subcommand(
      "viewers", "What 20 viewers of one camera cost, and whether a slow one slows another");
  declare_report(viewers, *options);
  // Of the viewers' process; no options for people.
  viewers.add_option("--watch", options->viewer.url).hidden();
  viewers.add_option("--watch-for", options->viewer.seconds).hidden();
  viewers.add_flag("--watch-slowly", options->viewer.slow_ones).hidden();
  viewers.footer(
      "\nExamples:\n"
      "  fovea bench viewers --quick\n"
      "  fovea bench viewers --json --check");
  App learn = app.add_subcommand(
      "learn", "The model that ships, a training step, and what trainings of minutes reach");
  declare_learn(learn, options->learn);
  declare_report(learn, *options);
  app.footer("\n'fovea bench pipeline --help' tells all about one, with examples.");
  return [options, gating, camera, viewers, crowd, hostile, learn] {
    if (!options->agent.source.empty() || !options->viewer.url.empty() ||
        !options->attack.kind.empty()) {
      return run_child(*options);
    }
    if (hostile.parsed()) return run_hostile(*options);
    if (camera.parsed()) return run_camera(*options);
    if (gating.parsed()) return run_gating(*options);
    if (viewers.parsed()) return run_viewers(*options);
    if (crowd.parsed()) return run_crowd(*options);
    if (learn.parsed()) return run_learn(*options);
    return run_pipeline(*options);
  };
}

}  // namespace fovea::cli
