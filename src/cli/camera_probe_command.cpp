#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/log_options.h"
#include "cli/signals.h"
#include "core/environment.h"
#include "core/file.h"
#include "core/json.h"
#include "core/metrics.h"
#include "core/thread.h"
#include "video/probe.h"

namespace fovea::cli {
namespace {

using core::Json;

struct ProbeCommand {
  std::string source;
  std::string picture;
  double timeout_s = 15;
  bool json = false;
  LogOptions log;
};

int fail(const core::Error& error) {
  fmt::print(stderr, "fovea camera probe: {}\n", error.message);
  return exit_status(error);
}

Json number_or_null(double value) { return value > 0 ? Json(value) : nullptr; }

Json to_json(const video::SourceProbe& probe) {
  Json json = {{"source", probe.source}, {"works", !probe.failure}};
  if (const auto& failure = probe.failure) {
    json["trouble"] = video::to_string(failure->trouble);
    json["problem"] = failure->problem;
    json["advice"] = failure->advice;
    return json;
  }
  json["description"] = probe.description;
  json["codec"] = probe.codec;
  json["width"] = probe.size.width;
  json["height"] = probe.size.height;
  json["fps"] = number_or_null(probe.fps);
  json["fps_stated"] = number_or_null(probe.fps_stated);
  json["first_picture_ms"] = probe.first_picture_ms;
  json["has_sound"] = probe.has_sound;
  json["hints"] = probe.hints;
  return json;
}

void print_found(const video::SourceProbe& probe, const std::string& picture) {
  fmt::print("{} works\n", probe.source);
  fmt::print("  codec          {}\n", probe.codec);
  fmt::print("  size           {}x{}\n", probe.size.width, probe.size.height);
  const std::string stated =
      probe.fps_stated > 0 ? fmt::format(" (it says {:.3g})", probe.fps_stated) : std::string();
  if (probe.fps > 0) {
    fmt::print("  rate           {:.3g} pictures a second{}\n", probe.fps, stated);
  } else {
    fmt::print("  rate           only one picture came{}\n", stated);
  }
  fmt::print("  first picture  after {:.1f} s\n", probe.first_picture_ms / 1000);
  if (probe.has_sound) fmt::print("  sound          there is some; it is left out\n");
  if (!picture.empty()) fmt::print("  picture        {}\n", picture);
  for (const auto& hint : probe.hints) fmt::print("  hint           {}\n", hint);
}

video::SourceProbe probe(const std::string& spec, const video::ProbeOptions& options,
                         const core::Context& context) {
  Signals signals;
  std::optional<video::SourceProbe> outcome;
  std::atomic<bool> done = false;
  auto worker = core::start_thread("probe", [&](std::stop_token stop) {
    outcome = video::probe_source(spec, options, context, stop);
    done = true;
  });
  signals.run([&] { return done.load(); });
  worker.request_stop();
  worker.join();
  return *std::move(outcome);
}

int run(const ProbeCommand& command) {
  const auto secrets = std::make_shared<core::Secrets>();
  const auto spec = core::expand_environment(command.source, secrets.get());
  if (!spec) return fail(spec.error());
  core::SystemClock clock;
  const auto metrics = core::make_metrics();
  video::ProbeOptions how;
  how.limit = std::chrono::milliseconds(int64_t(command.timeout_s * 1000));
  how.written = command.source;
  how.secrets = secrets;
  const auto found = probe(*spec, how, {command.log.make_log("probe", secrets), clock, *metrics});
  if (command.json) std::cout << to_json(found).dump(2) << "\n";
  if (const auto& failure = found.failure) {
    return fail({failure->code, fmt::format("{}. {}.", failure->problem, failure->advice)});
  }
  if (!command.picture.empty()) {
    if (auto saved = core::replace_file(command.picture, found.picture.span()); !saved) {
      return fail(saved.error());
    }
  }
  if (!command.json) print_found(found, command.picture);
  return exit_done;
}

constexpr const char* footer =
    "\nTells what the source delivers, or what is wrong with it and what to do. Status 0: pictures "
    "come;\n"
    "1: they do not come now (no answer, a refused password, silence); 2: the source cannot be "
    "right\n"
    "(no such host, path, file or command, no video in it).\n\n"
    "Examples:\n"
    "  fovea camera probe 'rtsp://viewer:${PASSWORD}@10.0.0.7/stream1' --picture yard.jpg\n"
    "  fovea camera probe v4l2:/dev/video0 --json\n"
    "  fovea camera probe 'exec:rpicam-vid -t 0 -n --codec mjpeg -o -'\n";

}  // namespace

std::function<int()> declare_camera_probe(App app) {
  auto command = std::make_shared<ProbeCommand>();
  app.add_option("SPEC", command->source,
                 "Where pictures come from, as --source takes it; ${NAME} is filled in from the "
                 "environment")
      .required();
  app.add_option("--picture", command->picture, "Save the newest picture to this file, as JPEG");
  app.add_option("--timeout", command->timeout_s, "Seconds to wait for pictures, at most")
      .range(0.1, 600.0)
      .capture_default_str();
  app.add_flag("--json", command->json, "Print one JSON document");
  command->log.set_default("warning");  // the hints say what the source has to say
  command->log.declare(app);
  app.footer(footer);
  return [command] { return run(*command); };
}

}  // namespace fovea::cli
