#include "cli/site_setup.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <set>

#include "bus/adapters.h"
#include "bus/openness.h"
#include "camera/camera_config.h"
#include "cli/bus_options.h"
#include "core/ids.h"
#include "core/yaml_reader.h"
#include "infer/catalog.h"
#include "video/source.h"

namespace fovea::cli {
namespace {

// What a site runs where nothing else is said: the model that ships knows the synthetic hall only.
constexpr const char* default_model = "deeplab-dm05";

// The catalog's models whose files are on this machine: what can run without a network.
std::vector<site::OfferedModel> models_at_hand(const site::SiteConfig& config,
                                               const core::Context& context) {
  std::vector<site::OfferedModel> offered;
  const auto catalog = infer::Catalog::open(infer::default_places(config.engine.mirror), context);
  if (!catalog) return offered;
  for (const auto& entry : catalog->entries()) {
    if (entry.manifest.task == infer::Task::classification) continue;
    if (!catalog->at_hand(entry)) continue;
    offered.push_back({entry.manifest.name, entry.manifest});
  }
  return offered;
}

site::ServicePlan plan_of(const site::SiteConfig& config, const std::string& model_flag,
                          const core::Context& context) {
  auto offered = models_at_hand(config, context);
  site::ModelDefault fallback;
  fallback.flag = model_flag;
  fallback.why_none = fmt::format(
      "{0} is not on this machine ('fovea model get {0}' fetches it, --model names another)",
      default_model);
  for (const auto& model : offered) {
    if (model.reference == default_model) fallback.catalog = default_model;
  }
  return site::make_plan(config, fallback, std::move(offered));
}

core::Status apply_flags(const SiteFlags& flags, site::SiteConfig& config) {
  if (!flags.site.empty()) config.name = flags.site;
  if (!flags.listen.empty()) config.listen = flags.listen;
  if (!flags.state.empty()) config.state_dir = flags.state;
  site::TlsConfig& tls = config.tls;
  if (flags.tls_self_signed || !flags.tls_certificate.empty() || !flags.tls_key.empty()) {
    tls.self_signed = flags.tls_self_signed;
    tls.certificate = flags.tls_certificate;
    tls.key = flags.tls_key;
  }
  if (flags.plain_http) tls.plain_http = true;
  if (config.state_dir.empty()) config.state_dir = default_state_dir(config.name);
  return apply_bus_flags({flags.bus, flags.bus_open, flags.secrets.get()}, config.bus,
                         config.bus_open);
}

core::Status check(const site::SiteConfig& config) {
  if (auto good = core::check_name("site", config.name); !good) return good;
  if (auto good = site::check_listen(config); !good) return good;
  if (auto good = bus::check_url(config.bus); !good) return good;
  return bus::check_open(config.bus, config.bus_open);
}

core::Status read_config_file(const SiteFlags& flags, SiteSetup& setup) {
  if (flags.config.empty()) return {};
  auto reader = core::YamlReader::open(flags.config, flags.secrets);
  if (!reader) return reader.error();
  setup.config = site::read_config(reader->root());
  setup.cameras = camera::read_cameras(reader->root(), setup.config.name);
  return reader->finish();
}

core::Status add_cameras(const SiteFlags& flags, SiteSetup& setup) {
  std::set<std::string> names;
  for (auto& camera : setup.cameras) {
    camera.stream.site = setup.config.name;
    names.insert(camera.stream.device);
  }
  for (const auto& text : flags.cameras) {
    auto camera = parse_camera(text, setup.config.name, flags.secrets);
    if (!camera) return camera.error();
    if (!names.insert(camera->stream.device).second) {
      return core::Error{core::Code::bad_input,
                         fmt::format("there are two cameras with the name '{}'; names tell "
                                     "streams apart",
                                     camera->stream.device)};
    }
    setup.cameras.push_back(*std::move(camera));
  }
  return {};
}

// The cameras whose own results count, unless the device's lines say otherwise.
std::set<std::string> own_results(const SiteSetup& setup) {
  std::set<std::string> names;
  for (const auto& camera : setup.cameras) {
    const auto lines = setup.config.devices.find(camera.stream.device);
    const bool says = lines != setup.config.devices.end() && lines->second.results_from;
    if (camera.publish_truth && !says) names.insert(camera.stream.device);
  }
  return names;
}

void emit(YAML::Emitter& out, const camera::AgentOptions& camera, bool masked) {
  const auto& options = camera.source_options;
  const auto& transform = options.transform;
  const auto put = [&](const char* key, const auto& value) {
    out << YAML::Key << key << YAML::Value << value;
  };
  out << YAML::BeginMap;
  put("name", camera.stream.device);
  put("source", masked ? camera::shown_source(camera) : camera.source);
  if (!camera.main_source.empty()) {
    put("main", masked ? camera::shown_main_source(camera) : camera.main_source);
  }
  if (options.size.width > 0) {
    put("size", fmt::format("{}x{}", options.size.width, options.size.height));
  }
  if (options.fps > 0) put("fps", options.fps);
  put("codec", camera::to_string(camera.codec));
  put("quality", camera.quality);
  put("rotate", transform.rotate);
  put("flip", transform.flip_horizontal ? (transform.flip_vertical ? "both" : "horizontal")
                                        : (transform.flip_vertical ? "vertical" : "none"));
  if (const auto& crop = transform.crop) {
    put("crop", fmt::format("{}x{}+{}+{}", crop->width, crop->height, crop->x, crop->y));
  }
  put("loop", options.loop);
  put("publish_truth", camera.publish_truth);
  put("adapt", camera.adapt);
  put("gating", camera.gating);
  out << YAML::Key << "privacy" << YAML::Value << YAML::Flow << YAML::BeginSeq;
  for (const auto& area : camera.privacy) out << core::to_text(area);
  out << YAML::EndSeq;
  out << YAML::EndMap;
}

}  // namespace

std::string default_state_dir(const std::string& site) {
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state && *state) return fmt::format("{}/fovea/{}", state, site);
  const char* home = std::getenv("HOME");
  return home && *home ? fmt::format("{}/.local/state/fovea/{}", home, site) : std::string();
}

core::Result<camera::AgentOptions> parse_camera(const std::string& text, const std::string& site,
                                                const std::shared_ptr<core::Secrets>& secrets) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos) {
    return core::Error{core::Code::bad_input,
                       fmt::format("--camera takes NAME=SPEC, such as yard=rtsp://HOST/PATH, not "
                                   "'{}'",
                                   core::printable(text))};
  }
  auto source = core::expand_environment(text.substr(equals + 1), secrets.get());
  if (!source) return source.error();
  camera::AgentOptions options;
  options.stream = {site, text.substr(0, equals)};
  options.source = *std::move(source);
  options.source_written = text.substr(equals + 1);
  options.source_options.secrets = secrets;
  if (auto good = camera::check_options(options); !good) {
    return good.error().context("camera '" + core::printable(options.stream.device) + "'");
  }
  return options;
}

core::Result<FoundState> find_state(const SiteFlags& flags) {
  SiteSetup setup;
  if (auto read = read_config_file(flags, setup); !read) return read.error();
  if (auto applied = apply_flags(flags, setup.config); !applied) return applied.error();
  if (auto good = core::check_name("site", setup.config.name); !good) return good.error();
  if (setup.config.state_dir.empty()) {
    return core::Error{core::Code::bad_input, "there is no state folder; name one with --state"};
  }
  return FoundState{setup.config.name, setup.config.state_dir};
}

core::Result<SiteSetup> make_site_setup(const SiteFlags& flags, const core::Context& context) {
  SiteSetup setup;
  setup.web_dir = flags.web_dir;
  if (auto read = read_config_file(flags, setup); !read) return read.error();
  if (auto applied = apply_flags(flags, setup.config); !applied) return applied.error();
  if (auto good = check(setup.config); !good) return good.error();
  if (auto good = add_cameras(flags, setup); !good) return good.error();
  setup.plan = plan_of(setup.config, flags.model, context);
  setup.plan.own_results = own_results(setup);
  return setup;
}

std::string to_yaml(const camera::AgentOptions& camera, bool masked) {
  YAML::Emitter out;
  emit(out, camera, masked);
  return out.c_str();
}

std::string to_yaml(const SiteSetup& setup) {
  site::SiteConfig effective = setup.config;
  effective.model = setup.plan.defaults.model.value;
  YAML::Emitter out;
  out << YAML::BeginMap << YAML::Key << "cameras" << YAML::Value << YAML::BeginSeq;
  for (const auto& camera : setup.cameras) emit(out, camera, true);
  out << YAML::EndSeq << YAML::EndMap;
  return site::to_yaml(effective) + out.c_str() + "\n";
}

}  // namespace fovea::cli
