#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "cli/bus_options.h"
#include "cli/commands.h"
#include "cli/diagnosis.h"
#include "cli/end_guard.h"
#include "cli/exit_status.h"
#include "cli/listen_options.h"
#include "cli/log_options.h"
#include "cli/service_manager.h"
#include "cli/signals.h"
#include "cli/site_runner.h"
#include "core/limits.h"
#include "core/metrics.h"

namespace fovea::cli {
namespace {

constexpr auto end_limit = std::chrono::milliseconds(1800);  // of the 2 s that are promised

struct SiteOptions {
  SiteFlags flags;
  bool check = false;
  bool diagnose = false;
  std::string output;
  LogOptions log;
};

int fail(const core::Error& error) {
  fmt::print(stderr, "fovea site: {}\n", error.message);
  return exit_status(error);
}

core::Error masked(const SiteOptions& options, core::Error error) {
  error.message = options.flags.secrets->masked(std::move(error.message));
  return error;
}

// What somebody needs who has to find out from elsewhere why a site does not do what it should.
int run_diagnosis(const SiteOptions& options) {
  const std::string text = diagnose(options.flags, options.log.file());
  if (options.output.empty()) {
    fmt::print("{}\n", text);
    return exit_done;
  }
  const auto written = write_diagnosis(options.output, text);
  if (!written) return fail(written.error());
  fmt::print(stderr,
             "{} is written. It has no passwords and no pictures, but names of cameras, hosts and "
             "people's addresses: look through it before you send it.\n",
             options.output);
  return exit_done;
}

int run_site(const SiteOptions& options) {
  if (options.diagnose) return run_diagnosis(options);
  Signals signals;
  core::SystemClock clock;
  const auto metrics = core::make_metrics();
  const auto tail = std::make_shared<core::LogTail>(core::limits::log_tail_lines_max);
  const core::Context context{options.log.make_log("site", options.flags.secrets, tail), clock,
                              *metrics};
  ServiceManager service(context);
  auto setup = make_site_setup(options.flags, context);
  if (!setup) return fail(masked(options, setup.error()));
  if (options.check) {
    fmt::print("{}", to_yaml(*setup));
    return exit_done;
  }
  SiteRunner runner(*std::move(setup), tail, context);
  if (auto started = runner.start(); !started) return fail(masked(options, started.error()));
  fmt::print("site is ready: {}\n", runner.url());
  context.log.info("fovea {} is ready at {}", FOVEA_VERSION, runner.url());
  runner.tell_access(service.asked());
  std::fflush(stdout);
  service.ready();
  const auto turn = [&] {
    service.turn([&] { return runner.hanging(); }, [&] { return runner.status(); });
    return false;
  };
  signals.run(turn, [&] {
    auto wanted = make_site_setup(options.flags, context);
    if (wanted) {
      runner.reload(*std::move(wanted));
    } else {
      context.log.error("the configuration stays as it was: {}", wanted.error().message);
    }
  });
  service.stopping();
  const EndGuard guard(end_limit, [&] { return runner.unfinished(); });
  runner.stop();
  return exit_done;
}

constexpr const char* footer =
    "\nOpen the printed address in a browser. Without --bus the site hears only the cameras of "
    "its\n"
    "own process (--camera, or 'cameras:' in the config). SIGHUP reads the config again: devices,\n"
    "models, rates, rules and cameras, and the TLS certificate. config/example.yaml describes "
    "every "
    "key.\n\n"
    "Examples:\n"
    "  fovea site --camera yard=rtsp://10.0.0.7/main --camera hall=synthetic:1\n"
    "  fovea site --site plant --bus nats://127.0.0.1:4222 --model deeplab-dm05\n"
    "  fovea site --listen 0.0.0.0:8443 --tls-self-signed\n"
    "  fovea site --config site.yaml --check\n"
    "  fovea site --config site.yaml --diagnose --output diagnosis.json\n";

}  // namespace

std::function<int()> declare_site(App app) {
  auto options = std::make_shared<SiteOptions>();
  SiteFlags& flags = options->flags;
  app.add_option("--site", flags.site, "name of the site (default: site)");
  app.add_option("--config", flags.config, "configuration in YAML");
  declare_listen_options(app, flags);
  app.add_option("--bus", flags.bus,
                 "memory://, nats://[user:password@]host[:port], tls://..., such as 'fovea device "
                 "add' prints; ${NAME} is filled in from the environment (default: memory://)");
  declare_bus_open(app, flags.bus_open);
  app.add_option("--model", flags.model,
                 "model of devices that have no choice of their own: a name of 'fovea model list', "
                 "a file or a folder");
  app.add_option("--camera", flags.cameras,
                 "a camera that this process reads itself, as NAME=SPEC; may be given repeatedly");
  app.add_option("--state", flags.state,
                 "folder for what the page changes (default: the user's state folder)");
  app.add_option("--web-dir", flags.web_dir, "serve the page from this folder (development)");
  app.add_flag("--check", options->check,
               "only validate, and print the effective configuration without secrets");
  app.add_flag("--diagnose", options->diagnose,
               "only gather what a bug report needs (configuration, versions, counters, log), as "
               "JSON without secrets and pictures");
  app.add_option("--output", options->output, "file for --diagnose (default: stdout)");
  options->log.declare(app);
  options->log.declare_file(app);
  app.footer(footer);
  return [options] { return run_site(*options); };
}

}  // namespace fovea::cli
