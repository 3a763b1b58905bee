#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <vector>

#include "bus/bus.h"
#include "camera/agent.h"
#include "cli/camera_options.h"
#include "cli/commands.h"
#include "cli/end_guard.h"
#include "cli/exit_status.h"
#include "cli/log_options.h"
#include "cli/service_manager.h"
#include "cli/signals.h"
#include "core/metrics.h"

namespace fovea::cli {
namespace {

using Agents = std::vector<std::unique_ptr<camera::Agent>>;

constexpr auto end_limit = std::chrono::milliseconds(1800);    // of the 2 s that are promised
constexpr auto flush_limit = std::chrono::milliseconds(1000);  // for what was published last

int fail(const core::Error& error) {
  fmt::print(stderr, "fovea camera: {}\n", error.message);
  return exit_status(error);
}

bool all_finished(const Agents& agents) {
  return std::all_of(agents.begin(), agents.end(),
                     [](const auto& agent) { return agent->outcome().has_value(); });
}

// The worst of all outcomes.
int exit_status_of(const Agents& agents) {
  int status = exit_done;
  for (const auto& agent : agents) {
    const auto outcome = agent->outcome();
    if (outcome && !*outcome) status = std::max(status, fail(outcome->error()));
  }
  return status;
}

// A source that hangs harms its own camera only: that is for the watchdog where no other is left.
std::string hanging(const Agents& agents, const core::Context& context) {
  constexpr auto limit = std::chrono::seconds(10);
  const auto now = context.clock.steady();
  bool all = true;
  for (const auto& agent : agents) {
    const std::string device = agent->status().stream.device;
    if (now - agent->last_report() > limit) return "the status of camera " + device;
    all = all && agent->source_hangs();
  }
  return all ? "every source" : "";
}

std::string status(const Agents& agents) {
  std::string text;
  for (const auto& agent : agents) {
    const auto told = agent->status();
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", told.stream.device, told.state);
    if (told.state == "live") text += fmt::format(", {:.1f} pictures/s", told.fps);
    if (told.state != "live" && !told.detail.empty()) text += ", " + told.detail;
  }
  return text;
}

int run_agents(const CameraPlan& plan, Signals& signals, ServiceManager& service,
               const core::Context& context) {
  const bool once = plan.agents.front().once;
  // A camera waits for its broker as long as it takes; a single run does not.
  auto bus = bus::connect_bus(plan.bus, {.keep_trying = !once, .open = plan.bus_open},
                              context.named("bus"));
  if (!bus) return fail(bus.error());
  Agents agents;
  for (const auto& options : plan.agents) {
    agents.push_back(std::make_unique<camera::Agent>(options, **bus, context));
  }
  service.ready();  // it tries for as long as it takes
  signals.run([&] {
    service.turn([&] { return hanging(agents, context); }, [&] { return status(agents); });
    return all_finished(agents);
  });
  service.stopping();
  const EndGuard guard(end_limit);
  const int status = exit_status_of(agents);
  for (auto& agent : agents) agent->request_stop();
  agents.clear();
  // A broker that is away takes nothing, however long one waits.
  const bool connected = (*bus)->state().connection == bus::Connection::connected;
  const auto flushed = (*bus)->flush(connected ? flush_limit : std::chrono::milliseconds(0));
  if (!flushed) context.log.debug("the last events may be lost: {}", flushed.error().message);
  bus->reset();
  return status;
}

}  // namespace

std::function<int()> declare_camera(App app) {
  struct State {
    CameraOptions options;
    LogOptions log;
  };
  auto state = std::make_shared<State>();
  state->options.declare(app);
  state->log.declare(app);
  state->log.declare_file(app);
  App probe = app.add_subcommand("probe", "Try a source and say in words what it delivers");
  return [state, app, probe, run_probe = declare_camera_probe(probe)] {
    if (probe.parsed()) return run_probe();
    const auto plan = make_camera_plan(state->options, app);
    if (!plan) {
      const auto& error = plan.error();
      return fail({error.code, state->options.secrets->masked(error.message)});
    }
    Signals signals;
    core::SystemClock clock;
    const auto metrics = core::make_metrics();
    const core::Context context{state->log.make_log("camera", state->options.secrets), clock,
                                *metrics};
    ServiceManager service(context);
    for (const auto& words : plan->strangers) context.log.warning("{}", words);
    return run_agents(*plan, signals, service, context);
  };
}

}  // namespace fovea::cli
