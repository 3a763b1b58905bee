#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "auth/service.h"
#include "bus/bus.h"
#include "cli/setup_link.h"
#include "cli/site_cameras.h"
#include "cli/site_setup.h"
#include "core/context.h"
#include "site/http_api.h"
#include "site/site.h"

namespace fovea::cli {

// A site with its page and the cameras of its own process, from start to stop. Whoever runs one
// waits for signals beside it.
// Threads: one, but for what says otherwise.
class SiteRunner {
 public:
  SiteRunner(SiteSetup setup, std::shared_ptr<core::LogTail> log_tail,
             const core::Context& context);
  ~SiteRunner();

  // Errors: what the user can mend (bad_input, busy: a port or a state folder that is taken).
  core::Status start();
  void stop();  // sources, bus, sessions, net

  std::string url() const;  // "http://127.0.0.1:8080/"; of a host that others can reach
  // Prints what people need to get in: the fingerprint of a self-signed certificate, and how to
  // make the first user where nobody can sign in yet. A service that asks nobody to is warned of.
  void tell_access(bool as_service) const;

  // Which part has not moved for 10 s; empty: all do. To be asked every second.
  std::string hanging() const;
  std::string status() const;  // a sentence for who looks at the service

  // What stop() may wait for that cannot be interrupted and loses nothing when it is left behind
  // ("a model is still loading"); empty: nothing. Threads: any.
  std::string unfinished() const;

  // Devices, models, rates and cameras of a new setup; says in the log what needs a restart.
  void reload(SiteSetup setup);

 private:
  core::Status open_site();
  core::Status open_cameras();
  void renew_bus_users(const std::string& database);
  core::Status open_auth(bool beyond_loopback);
  core::Result<std::optional<net::TlsFiles>> open_tls();
  core::Status open_server();

  SiteSetup setup_;
  const std::shared_ptr<core::LogTail> log_tail_;
  const core::Context context_;
  std::atomic<bool> loads_model_ = false;
  // In this order made, in the reverse order gone.
  std::unique_ptr<bus::Bus> bus_;
  std::unique_ptr<site::Site> site_;
  std::unique_ptr<auth::Service> auth_;  // null: nobody has to sign in
  std::unique_ptr<SetupLink> setup_link_;
  std::unique_ptr<SiteCameras> cameras_;
  std::unique_ptr<site::HttpApi> api_;
};

}  // namespace fovea::cli
