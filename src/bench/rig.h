#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bench/picture_folder.h"
#include "bus/bus.h"
#include "camera/agent.h"
#include "core/context.h"
#include "infer/predictor.h"
#include "site/http_api.h"
#include "site/site.h"

namespace fovea::bench {

// One result as a subscriber saw it.
struct Arrival {
  double at_s = 0;        // since the rig was opened
  double age_ms = 0;      // since the frame was captured
  wire::Timings timings;  // what of that each stage took, the engine's among them
};

struct RigOptions {
  std::string bus_url;
  std::shared_ptr<const infer::LoadedModel> model;  // null: nothing is inferred here
  bool web = false;                                 // serve API, live pictures and page
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

  // What has arrived since the last call.
  std::vector<Arrival> take_arrivals();

 private:
  explicit Rig(const core::Context& context);
  core::Status connect(const RigOptions& options);
  core::Status start_site(bool web);
  void on_result(const wire::Event& event);

  const core::Context context_;
  const core::SteadyTime opened_;
  std::unique_ptr<bus::Bus> camera_bus_;
  std::unique_ptr<bus::Bus> site_bus_;
  std::unique_ptr<bus::Bus> subscriber_bus_;
  std::unique_ptr<site::Site> site_;
  std::unique_ptr<site::HttpApi> api_;
  std::vector<std::unique_ptr<camera::Agent>> cameras_;
  std::mutex mutex_;  // guards arrivals_
  std::vector<Arrival> arrivals_;
  std::unique_ptr<bus::Subscription> results_;
};

}  // namespace fovea::bench
