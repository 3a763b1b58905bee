#pragma once

#include <sys/types.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "bench/arrivals.h"
#include "bench/picture_folder.h"
#include "bus/bus.h"
#include "camera/agent.h"
#include "core/context.h"
#include "infer/predictor.h"
#include "site/http_api.h"
#include "site/site.h"

namespace fovea::bench {

struct RigOptions {
  std::string bus_url;
  std::shared_ptr<const infer::LoadedModel> model;  // null: nothing is inferred here
  bool web = false;                                 // serve API, live pictures and page
  bool gating = false;                              // a gated frame is no throughput
};

// The product in one process, as the measurements drive it: a site, cameras that pass pictures of
// a folder through, and a subscriber to the results; each with a connection of its own.
// Threads: the owner's.
class Rig {
 public:
  // Returns when the site is ready. Model, clock and metrics outlive the rig.
  // Errors: those of the bus, the site and the web server; timeout.
  static core::Result<std::unique_ptr<Rig>> open(const RigOptions& options,
                                                 const core::Context& context);
  ~Rig();

  // Cameras at `fps` each, their pictures evenly apart in time. Returns when each has shown the
  // folder's pictures once (it checks new ones) and results arrive; the record begins then.
  // Errors: timeout.
  core::Status start_cameras(int count, const PictureFolder& pictures, double fps);
  void stop_cameras();

  int port() const { return api_->port(); }  // of a rig with `web`

  // The threads that only the listener has: no part of the product.
  const std::set<pid_t>& listener_threads() const { return listener_threads_; }

  // What has arrived since the last call.
  std::vector<Arrival> take_arrivals() { return results_->take(); }

 private:
  explicit Rig(const core::Context& context);
  core::Status connect(const RigOptions& options);
  core::Status start_site(bool web);

  const core::Context context_;
  std::unique_ptr<bus::Bus> camera_bus_;
  std::unique_ptr<bus::Bus> site_bus_;
  std::unique_ptr<site::Site> site_;
  std::unique_ptr<site::HttpApi> api_;
  std::vector<std::unique_ptr<camera::Agent>> cameras_;
  std::unique_ptr<ResultListener> results_;
  std::set<pid_t> listener_threads_;
};

}  // namespace fovea::bench
