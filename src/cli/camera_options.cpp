#include "cli/camera_options.h"

#include "bus/openness.h"
#include "bus/url.h"
#include "camera/camera_config.h"
#include "cli/bus_options.h"
#include "core/ids.h"
#include "core/yaml_reader.h"

namespace fovea::cli {

namespace {

using core::Code;
using core::Error;

constexpr const char* examples = R"(
Examples:
  fovea camera --source synthetic:1 --bus nats://127.0.0.1:4222
  fovea camera --device yard --source 'rtsp://user:${PASSWORD}@10.0.0.7/main' --bus '${YARD_URL}'
  fovea camera --device pi --bus '${PI_URL}' \
      --source 'exec:rpicam-vid -t 0 -n --codec mjpeg --width 1280 --height 720 -o -'
  fovea camera --device desk --source v4l2:/dev/video0 --size 640x360 --rotate 180 --bus '${URL}'
  fovea camera --device test --source file:car.mp4 --once --bus nats://127.0.0.1:4222
  fovea camera --device door --source v4l2:/dev/video0 --privacy '0.6,0 1,0 1,0.4' --bus '${URL}'
  fovea camera --device gate --source rtsp://10.0.0.8/main --codec auto --bus '${URL}'
  fovea camera --config cameras.yaml
  fovea camera probe 'rtsp://user:${PASSWORD}@10.0.0.7/main'

'fovea device add' at the site prints what --bus takes, with a password and whom to trust.
Sources: synthetic:SEED, folder:PATH, exec:COMMAND, v4l2:DEVICE, file:PATH, rtsp://..., rtsps://...
docs/cameras.md tells how to connect a Raspberry Pi, a Jetson, a USB or an IP camera.
It ends with status 0 when it is told to (SIGINT, SIGTERM) or when --once is through, with 1 when
it fails, with 2 when the options or the source are wrong.)";

// Whose account the address is, when 'fovea device add' has made it: "plant.yard".
std::optional<core::StreamId> account_in(const std::string& bus) {
  const auto url = bus::parse_url(bus);
  const size_t dot = url ? url->user.find('.') : std::string::npos;
  if (dot == std::string::npos || url->password.empty()) return std::nullopt;
  core::StreamId owner{url->user.substr(0, dot), url->user.substr(dot + 1)};
  if (!core::is_name(owner.site) || !core::is_name(owner.device)) return std::nullopt;
  return owner;
}

core::Result<camera::AgentOptions> agent_from_flags(const CameraOptions& options,
                                                    const core::StreamId& stream) {
  camera::AgentOptions agent;
  agent.stream = stream;
  if (auto source = core::expand_environment(options.source, options.secrets.get())) {
    agent.source = *source;
  } else {
    return source.error().context("--source");
  }
  auto main = core::expand_environment(options.main, options.secrets.get());
  if (!main) return main.error().context("--main");
  agent.main_source = *std::move(main);
  agent.source_written = options.source;
  agent.main_written = options.main;
  auto& source_options = agent.source_options;
  source_options.secrets = options.secrets;
  if (!options.size.empty()) {
    auto size = video::parse_size(options.size);
    if (!size) return size.error().context("--size");
    source_options.size = *size;
  }
  if (!options.crop.empty()) {
    auto crop = video::parse_crop(options.crop);
    if (!crop) return crop.error().context("--crop");
    source_options.transform.crop = *crop;
  }
  if (auto good = video::parse_flip(options.flip, source_options.transform); !good) {
    return good.error().context("--flip");
  }
  const auto codec = camera::parse_codec(options.codec);
  if (!codec) return codec.error();
  agent.codec = *codec;
  source_options.transform.rotate = options.rotate;
  source_options.fps = options.fps;
  agent.quality = options.quality;
  agent.adapt = !options.no_adapt;
  agent.gating = options.gating;
  auto privacy = camera::parse_privacy(options.privacy);
  if (!privacy) return privacy.error().context("--privacy");
  agent.privacy = *std::move(privacy);
  agent.once = options.once;
  agent.publish_truth = options.publish_truth;
  agent.ends_on_bad_source = true;
  if (auto good = camera::check_options(agent); !good) return good.error();
  return agent;
}

constexpr std::array of_one_camera{"--source",  "--main",     "--device", "--size", "--fps",
                                   "--codec",   "--quality",  "--rotate", "--flip", "--crop",
                                   "--privacy", "--no-adapt", "--gating", "--truth"};

core::Result<CameraPlan> plan_from_config(const CameraOptions& options, const App& app) {
  auto reader = core::YamlReader::open(options.config, options.secrets);
  if (!reader) return reader.error();
  auto root = reader->root();
  const std::string site = root.text("site", options.site);
  CameraPlan plan;
  plan.bus = root.text_with_environment("bus");
  plan.bus_open = bus::read_bus_open(root);
  plan.agents = camera::read_cameras(root, app.given("--site") ? options.site : site);
  if (auto good = reader->finish(); !good) return good.error();
  if (plan.agents.empty()) {
    return Error{Code::bad_input, options.config + " lists no cameras; see docs/cameras.md"};
  }
  for (auto& agent : plan.agents) {
    agent.once = options.once;
    if (auto good = camera::check_options(agent); !good) {
      return good.error().context(options.config);
    }
  }
  return plan;
}

}  // namespace

void CameraOptions::declare(App app) {
  app.add_option("--config", config, "YAML file with a 'cameras:' list: several in one process");
  app.add_option("--site", site, "The site's name; that of the account where --bus has one")
      .capture_default_str();
  app.add_option("--device", device,
                 "This camera's name at the site; that of the account where --bus has one")
      .capture_default_str();
  app.add_option("--source", source,
                 "Where pictures come from, see below; ${NAME} is filled in "
                 "from the environment");
  app.add_option(
      "--main", main,
      "A larger stream of the same camera, sent only while somebody looks at the device's "
      "page; --source is then the small one, for inference and the wall");
  app.add_option("--bus", bus,
                 "The site's broker: the address that 'fovea device add' prints, or nats://HOST; "
                 "${NAME} is filled in from the environment, so that no password stands in a list "
                 "of processes");
  declare_bus_open(app, bus_open);
  app.add_option("--size", size, "WxH: scale to fit, aspect kept (default: the source's size)");
  app.add_option("--fps", fps, "Pictures a second (default: the source's rate; folders 15)");
  app.add_option("--codec", codec,
                 "jpeg (anybody can read it), h264 (a fraction of the bytes), or auto: what the "
                 "source delivers, else jpeg")
      .capture_default_str();
  app.add_option("--quality", quality, "Of JPEG, or about the same of H.264; 1 to 100")
      .capture_default_str();
  app.add_option("--rotate", rotate, "0, 90, 180 or 270 degrees clockwise").capture_default_str();
  app.add_option("--flip", flip, "none, horizontal, vertical or both").capture_default_str();
  app.add_option("--crop", crop, "WxH+LEFT+TOP, in the source's own pixels, before all else");
  app.add_option("--privacy", privacy,
                 "An area to black out before anything is sent, as corners from 0 to 1 such as "
                 "\"0.6,0 1,0 1,0.4\"; may be given several times");
  app.add_flag("--no-adapt", no_adapt,
               "Keep quality, size and rate over a slow link; pictures without room are dropped");
  app.add_flag("--gating", gating,
               "Leave out pictures that show nothing new; one in two seconds is sent anyway");
  app.add_flag("--once", once, "Show files and folders once, then end");
  app.add_flag(
      "--truth", publish_truth,
      "Synthetic sources: publish class map and boxes as results, which count at a site that "
      "has 'results_from: device' for this device");
  app.footer(examples);
}

core::Result<CameraPlan> make_camera_plan(const CameraOptions& options, const App& app) {
  CameraPlan plan;
  if (!options.config.empty()) {
    // An option that does nothing may be one that hides what nobody may see.
    for (const char* option : of_one_camera) {
      if (!app.given(option)) continue;
      return Error{Code::bad_input,
                   fmt::format("{} does nothing beside --config: write it into {}, at its camera "
                               "(docs/cameras.md)",
                               option, options.config)};
    }
    auto from_config = plan_from_config(options, app);
    if (!from_config) return from_config.error();
    plan = std::move(*from_config);
  } else {
    if (options.source.empty()) {
      return Error{Code::bad_input,
                   "--source is missing, such as --source synthetic:1 ('fovea camera --help' "
                   "lists the kinds)"};
    }
  }
  if (auto applied = apply_bus_flags({options.bus, options.bus_open, options.secrets.get()},
                                     plan.bus, plan.bus_open);
      !applied) {
    return applied.error();
  }
  const auto owner = account_in(plan.bus);
  if (options.config.empty()) {
    const bool named = app.given("--site") || app.given("--device");
    auto agent = agent_from_flags(
        options, owner && !named ? *owner : core::StreamId{options.site, options.device});
    if (!agent) return agent.error();
    plan.agents.push_back(std::move(*agent));
  }
  for (const auto& agent : plan.agents) {
    if (!owner || agent.stream == *owner) continue;
    plan.strangers.push_back(fmt::format(
        "the bus takes nothing of {} of the site {}: the address is that of {} of {}; 'fovea "
        "device add {}' makes its own",
        agent.stream.device, agent.stream.site, owner->device, owner->site, agent.stream.device));
  }
  if (plan.bus.empty()) {
    return Error{Code::bad_input, "--bus is missing, such as --bus nats://127.0.0.1:4222"};
  }
  if (plan.bus.starts_with("memory://")) {
    return Error{Code::bad_input,
                 "memory:// reaches nobody outside of this process; use a broker such as "
                 "nats://HOST, or run the camera inside of 'fovea site --camera NAME=SPEC'"};
  }
  if (auto good = bus::check_open(plan.bus, plan.bus_open); !good) return good.error();
  return plan;
}

}  // namespace fovea::cli
