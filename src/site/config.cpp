#include "site/config.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <tuple>

#include "bus/openness.h"
#include "core/ids.h"
#include "core/limits.h"
#include "net/forwarded.h"
#include "net/http_server.h"
#include "wire/device_name.h"

namespace fovea::site {
namespace {

constexpr int engine_threads_max = 1024;
constexpr int port_max = 65535;

Override read_service(core::YamlMap& map) {
  Override service;
  service.model = map.optional_text("model");
  service.fps_max = map.optional_number("fps_max", 0, fps_max_limit);
  service.weight = map.optional_number("weight", weight_min, weight_max);
  if (map.has("gating")) service.gating = map.flag("gating", true);
  if (map.has("results_from")) {
    const bool device = map.choice("results_from", {"site", "device"}, "site") == "device";
    service.results_from = device ? ResultsFrom::device : ResultsFrom::site;
  }
  return service;
}

std::optional<UnknownDevices> read_unknown_devices(core::YamlMap& root) {
  if (!root.has("unknown_devices")) return std::nullopt;
  const bool ask = root.choice("unknown_devices", {"take", "ask"}, "take") == "ask";
  return ask ? UnknownDevices::ask : UnknownDevices::take;
}

void read_engine(core::YamlMap map, SiteConfig& config) {
  infer::LoadOptions& engine = config.engine;
  config.sessions =
      static_cast<int>(map.integer("sessions", config.sessions, 1, core::limits::sessions_max));
  engine.device = map.text("device", engine.device);
  engine.threads = static_cast<int>(map.integer("threads", engine.threads, 0, engine_threads_max));
  engine.precision = map.text("precision", engine.precision);
  if (!engine.precision.empty()) {
    engine.precision = map.choice("precision", {"f32", "bf16", "f16"}, "");
  }
  engine.cache_dir = map.text("cache_dir", engine.cache_dir);
  engine.mirror = map.text("mirror", engine.mirror);
  engine.score_min = map.number("score_min", engine.score_min, 0, 1);
}

void read_tls(core::YamlMap map, TlsConfig& tls) {
  tls.self_signed = map.flag("self_signed", tls.self_signed);
  tls.certificate = map.text("certificate", tls.certificate);
  tls.key = map.text("key", tls.key);
  tls.plain_http = map.flag("plain_http", tls.plain_http);
}

void emit_tls(YAML::Emitter& out, const TlsConfig& tls) {
  out << YAML::Key << "tls" << YAML::Value << YAML::BeginMap;
  out << YAML::Key << "self_signed" << YAML::Value << tls.self_signed;
  out << YAML::Key << "certificate" << YAML::Value << tls.certificate;
  out << YAML::Key << "key" << YAML::Value << tls.key;
  out << YAML::Key << "plain_http" << YAML::Value << tls.plain_http;
  out << YAML::EndMap;
}

void check_names(core::YamlMap& root, const SiteConfig& config) {
  if (auto good = core::check_name("site", config.name); !good) {
    root.problem("site", "is wrong: " + good.error().message);
  }
  if (auto good = parse_listen(config.listen); !good) {
    root.problem("listen", "is wrong: " + good.error().message);
  }
  if (auto good = net::TrustedProxies::parse(config.trusted_proxies); !good) {
    root.problem("trusted_proxies", "is wrong: " + good.error().message);
  }
}

void emit_service(YAML::Emitter& out, const Override& service) {
  if (service.model) out << YAML::Key << "model" << YAML::Value << *service.model;
  if (service.fps_max) out << YAML::Key << "fps_max" << YAML::Value << *service.fps_max;
  if (service.weight) out << YAML::Key << "weight" << YAML::Value << *service.weight;
  if (service.gating) out << YAML::Key << "gating" << YAML::Value << *service.gating;
  if (const auto& from = service.results_from) {
    out << YAML::Key << "results_from" << YAML::Value << to_string(*from);
  }
}

void emit_engine(YAML::Emitter& out, const SiteConfig& config) {
  const infer::LoadOptions& engine = config.engine;
  out << YAML::Key << "engine" << YAML::Value << YAML::BeginMap;
  out << YAML::Key << "sessions" << YAML::Value << config.sessions;
  out << YAML::Key << "device" << YAML::Value << engine.device;
  out << YAML::Key << "threads" << YAML::Value << engine.threads;
  out << YAML::Key << "precision" << YAML::Value << engine.precision;
  out << YAML::Key << "cache_dir" << YAML::Value << engine.cache_dir;
  out << YAML::Key << "mirror" << YAML::Value << engine.mirror;
  out << YAML::Key << "score_min" << YAML::Value << engine.score_min;
  out << YAML::EndMap;
}

void emit_list(YAML::Emitter& out, const char* key, const std::vector<std::string>& values) {
  out << YAML::Key << key << YAML::Value << YAML::Flow << values;
}

template <typename T>
void choose(Chosen<T>& setting, const std::optional<T>& value) {
  if (value) setting = {*value, Origin::config};
}

}  // namespace

SiteConfig read_config(core::YamlMap root) {
  SiteConfig config;
  config.name = root.text("site", config.name);
  config.listen = root.text("listen", config.listen);
  config.allowed_hosts = root.texts("allowed_hosts");
  config.sign_in =
      root.choice("sign_in", {"beyond_loopback", "always"}, "beyond_loopback") == "always";
  config.trusted_proxies = root.texts("trusted_proxies");
  read_tls(root.map("tls"), config.tls);
  config.bus = root.text_with_environment("bus", config.bus);
  config.bus_open = bus::read_bus_open(root);
  config.state_dir = root.text("state", config.state_dir);
  const Override service = read_service(root);
  config.model = service.model;
  config.fps_max = service.fps_max;
  config.weight = service.weight;
  config.gating = service.gating;
  config.results_from = service.results_from;
  config.unknown_devices = read_unknown_devices(root);
  config.models = root.texts("models");
  read_engine(root.map("engine"), config);
  core::YamlMap devices = root.map("devices");
  for (auto& [name, map] : devices.entries()) {
    if (auto good = wire::check_device_name("device", name); !good) {
      devices.problem(name, "is wrong: " + good.error().message);
    } else if (config.devices.size() == core::limits::devices_max) {
      devices.problem(name, "is one device more than a site takes");
      break;
    }
    config.devices[name] = read_service(map);
  }
  config.rules = read_rules_plan(root);
  check_names(root, config);
  return config;
}

std::string to_yaml(const SiteConfig& config) {
  YAML::Emitter out;
  out << YAML::BeginMap;
  out << YAML::Key << "site" << YAML::Value << config.name;
  out << YAML::Key << "listen" << YAML::Value << config.listen;
  emit_list(out, "allowed_hosts", config.allowed_hosts);
  out << YAML::Key << "sign_in" << YAML::Value << (config.sign_in ? "always" : "beyond_loopback");
  emit_list(out, "trusted_proxies", config.trusted_proxies);
  emit_tls(out, config.tls);
  out << YAML::Key << "bus" << YAML::Value << bus::masked_url(config.bus);
  out << YAML::Key << "bus_open" << YAML::Value << bus::to_string(config.bus_open);
  out << YAML::Key << "state" << YAML::Value << config.state_dir;
  const DeviceSettings defaults;
  Override service;
  service.model = config.model.value_or("");
  service.fps_max = config.fps_max.value_or(defaults.fps_max.value);
  service.weight = config.weight.value_or(defaults.weight.value);
  service.gating = config.gating.value_or(defaults.gating.value);
  service.results_from = config.results_from.value_or(defaults.results_from.value);
  emit_service(out, service);
  out << YAML::Key << "unknown_devices" << YAML::Value << to_string(unknown_devices(config));
  emit_list(out, "models", config.models);
  emit_engine(out, config);
  out << YAML::Key << "devices" << YAML::Value << YAML::BeginMap;
  for (const auto& [name, own] : config.devices) {
    out << YAML::Key << name << YAML::Value << YAML::BeginMap;
    emit_service(out, own);
    out << YAML::EndMap;
  }
  out << YAML::EndMap << YAML::EndMap;
  return std::string(out.c_str()) + "\n" + to_yaml(config.rules);
}

UnknownDevices unknown_devices(const SiteConfig& config) {
  if (config.unknown_devices) return *config.unknown_devices;
  const auto url = bus::parse_url(config.bus);
  return url && bus::has_credentials(*url) ? UnknownDevices::ask : UnknownDevices::take;
}

std::string needs_restart(const SiteConfig& running, const SiteConfig& wanted) {
  const auto& a = running;
  const auto& b = wanted;
  if (a.name != b.name) return "site";
  if (a.listen != b.listen) return "listen";
  if (a.allowed_hosts != b.allowed_hosts) return "allowed_hosts";
  if (a.sign_in != b.sign_in) return "sign_in";
  if (a.trusted_proxies != b.trusted_proxies) return "trusted_proxies";
  if (a.tls != b.tls) return "tls";
  if (a.bus != b.bus) return "bus";
  if (a.bus_open != b.bus_open) return "bus_open";
  if (a.state_dir != b.state_dir) return "state";
  const auto engine = [](const SiteConfig& c) {
    const auto& e = c.engine;
    return std::tuple(c.sessions, e.device, e.threads, e.precision, e.cache_dir, e.mirror,
                      e.score_min);
  };
  return engine(a) == engine(b) ? "" : "engine";
}

ServicePlan make_plan(const SiteConfig& config, const ModelDefault& fallback,
                      std::vector<OfferedModel> catalog_models) {
  ServicePlan plan;
  plan.no_model = fallback.why_none;
  plan.rules = config.rules;
  plan.models = std::move(catalog_models);
  for (const auto& reference : config.models) {
    infer::Manifest manifest;
    manifest.name = reference;
    plan.models.push_back({reference, std::move(manifest)});
  }
  if (!fallback.catalog.empty()) plan.defaults.model.value = fallback.catalog;
  if (config.model && !config.model->empty()) choose(plan.defaults.model, config.model);
  if (!fallback.flag.empty()) plan.defaults.model = {fallback.flag, Origin::flag};
  choose(plan.defaults.fps_max, config.fps_max);
  choose(plan.defaults.weight, config.weight);
  choose(plan.defaults.gating, config.gating);
  choose(plan.defaults.results_from, config.results_from);
  plan.unknown_devices = unknown_devices(config);
  for (const auto& [name, own] : config.devices) {
    DeviceSettings settings = plan.defaults;
    choose(settings.model, own.model);
    choose(settings.fps_max, own.fps_max);
    choose(settings.weight, own.weight);
    choose(settings.gating, own.gating);
    choose(settings.results_from, own.results_from);
    plan.devices[name] = settings;
  }
  return plan;
}

core::Status check_listen(const SiteConfig& config) {
  const auto listen = parse_listen(config.listen);
  if (!listen) return listen.error();
  const TlsConfig& tls = config.tls;
  const auto wrong = [](std::string words) {
    return core::Error{core::Code::bad_input, std::move(words)};
  };
  if (tls.certificate.empty() != tls.key.empty()) {
    return wrong("a TLS certificate and its key go together: --tls-cert FILE --tls-key FILE");
  }
  if (tls.self_signed && !tls.certificate.empty()) {
    return wrong("choose one: a self-signed certificate, or a certificate of your own");
  }
  if (net::is_loopback(listen->address) || tls.on() || tls.plain_http) return {};
  return wrong(
      fmt::format("on {} passwords and pictures would travel unencrypted; add "
                  "--tls-self-signed, or --tls-cert FILE --tls-key FILE, or --plain-http "
                  "where something in front speaks TLS",
                  core::printable(listen->address)));
}

core::Result<ListenAddress> parse_listen(const std::string& text) {
  const core::Error wrong{
      core::Code::bad_input,
      "'" + core::printable(text) + "' is not an address and a port such as 127.0.0.1:8080"};
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return wrong;
  ListenAddress listen;
  listen.address = text.substr(0, colon);
  if (listen.address.front() == '[' && listen.address.back() == ']') {
    listen.address = listen.address.substr(1, listen.address.size() - 2);
  } else if (listen.address.find(':') != std::string::npos) {
    return wrong;  // a bare IPv6 address: where does the port begin?
  }
  const char* end = text.data() + text.size();
  const auto [rest, failed] = std::from_chars(text.data() + colon + 1, end, listen.port);
  if (failed != std::errc() || rest != end || listen.port < 0 || listen.port > port_max) {
    return wrong;
  }
  return listen;
}

}  // namespace fovea::site
