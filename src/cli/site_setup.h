#pragma once

#include <memory>
#include <string>
#include <vector>

#include "camera/agent.h"
#include "cli/app.h"
#include "core/context.h"
#include "core/result.h"
#include "core/secrets.h"
#include "site/config.h"

namespace fovea::cli {

// What `fovea site` and `fovea demo` have in common, as it was typed. Empty: not given.
struct SiteFlags {
  std::string site;
  std::string config;
  std::string listen;
  std::string bus;
  std::string bus_open;
  std::string model;
  std::vector<std::string> cameras;  // NAME=SPEC
  std::string state;
  std::string tls_certificate;
  std::string tls_key;
  bool tls_self_signed = false;
  bool plain_http = false;
  std::string web_dir;
  // What ${NAME} puts in, here and in the configuration: for the log and all else that is told.
  std::shared_ptr<core::Secrets> secrets = std::make_shared<core::Secrets>();
};

// A site with the cameras of its own process: config and flags put together.
struct SiteSetup {
  site::SiteConfig config;
  site::ServicePlan plan;
  std::vector<camera::AgentOptions> cameras;
  std::string web_dir;
};

// Reads the config file, puts the flags on top, finds the default model. Errors: bad_input with
// file and line, not_found (the config file).
core::Result<SiteSetup> make_site_setup(const SiteFlags& flags, const core::Context& context);

// Where the site of these flags (site, config, state) keeps its state; for commands beside it.
struct FoundState {
  std::string site;
  std::string dir;
};
core::Result<FoundState> find_state(const SiteFlags& flags);

// NAME=SPEC, as --camera takes it; what ${NAME} puts in is added to `secrets`. Errors: bad_input.
core::Result<camera::AgentOptions> parse_camera(const std::string& text, const std::string& site,
                                                const std::shared_ptr<core::Secrets>& secrets);

// The whole effective configuration as YAML, secrets masked.
std::string to_yaml(const SiteSetup& setup);

// One camera's lines of it; `masked` hides the secrets of its source.
std::string to_yaml(const camera::AgentOptions& camera, bool masked);

// Where the state of a site lies when nothing else is said: $XDG_STATE_HOME/fovea/<site>, else
// ~/.local/state/fovea/<site>; empty where there is no home.
std::string default_state_dir(const std::string& site);

}  // namespace fovea::cli
