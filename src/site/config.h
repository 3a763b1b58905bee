#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/yaml_reader.h"
#include "infer/predictor.h"
#include "site/rules_plan.h"
#include "site/settings.h"
#include "site/site.h"

namespace fovea::site {

// How the page and the API are encrypted on their way.
struct TlsConfig {
  bool self_signed = false;  // with a certificate that is kept in the state folder
  std::string certificate;   // else: files, both or none
  std::string key;
  bool plain_http = false;  // beyond loopback without TLS: something in front speaks it
  bool on() const { return self_signed || !certificate.empty(); }
  bool operator==(const TlsConfig&) const = default;
};

// The site's configuration as a file says it; every field has its default here, and every key is
// described in config/example.yaml. The section `cameras:` belongs to the camera module and is
// read by the command, which knows both.
struct SiteConfig {
  std::string name = "site";
  std::string listen = "127.0.0.1:8080";
  std::vector<std::string> allowed_hosts;  // names that Host and Origin may carry besides loopback
  bool sign_in = false;                    // also on loopback; beyond it always
  // Addresses and networks of proxies in front that are believed (net::TrustedProxies).
  std::vector<std::string> trusted_proxies;
  TlsConfig tls;
  std::string bus = "memory://";
  bus::BusOpen bus_open = bus::BusOpen::no;  // beyond loopback without credentials or TLS
  std::string state_dir;                     // empty: the user's state folder

  // Of devices that say nothing else.
  std::optional<std::string> model;  // not set: Fovea's own default where it is at hand
  std::optional<double> fps_max;
  std::optional<double> weight;
  std::optional<bool> gating;
  std::optional<ResultsFrom> results_from;
  std::vector<std::string> models;  // offered besides the catalog's
  Overrides devices;                // each device's own lines
  RulesPlan rules;
  std::optional<UnknownDevices> unknown_devices;  // not set: as the bus asks for a password or not

  int sessions = 1;
  infer::LoadOptions engine;
};

// Errors: bad_input (files and self-signed together, half a pair; beyond loopback neither TLS nor
// an explicit plain_http).
core::Status check_listen(const SiteConfig& config);

// What it does with devices that nobody has named: ask where the bus lets in only who has a
// password, else take.
UnknownDevices unknown_devices(const SiteConfig& config);

// Problems (unknown keys, wrong values) stay with the reader: its finish() tells them with their
// line.
SiteConfig read_config(core::YamlMap root);

// All keys with their effective values, as YAML that read_config() takes; secrets in the bus's URL
// are masked.
std::string to_yaml(const SiteConfig& config);

// What has to be the same for a reload without a restart; empty, or which key is different.
std::string needs_restart(const SiteConfig& running, const SiteConfig& wanted);

// What the defaults are when neither config nor flag names a model.
struct ModelDefault {
  std::string flag;     // --model; empty: not given
  std::string catalog;  // a model of the catalog that is at hand; empty: none
  std::string why_none;
};

// The plan that `config` and the defaults make: flag > config > catalog for the default model; a
// device's own lines beat all of these.
ServicePlan make_plan(const SiteConfig& config, const ModelDefault& fallback,
                      std::vector<OfferedModel> catalog_models);

struct ListenAddress {
  std::string address;
  int port = 0;
};
// "127.0.0.1:8080", "[::1]:8080", "localhost:0". Errors: bad_input.
core::Result<ListenAddress> parse_listen(const std::string& text);

}  // namespace fovea::site
