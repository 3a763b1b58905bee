#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bus/bus.h"
#include "camera/agent.h"
#include "cli/app.h"
#include "core/result.h"
#include "core/secrets.h"

namespace fovea::cli {

// `fovea camera`: the options as they were typed. Each field is a flag, its value the default.
struct CameraOptions {
  std::string config;
  std::string site = "site";
  std::string device = "camera";
  std::string source;
  std::string bus;
  std::string bus_open;
  std::string size;
  std::string main;
  double fps = 0;
  std::string codec = "jpeg";
  int quality = camera::quality_default;
  int rotate = 0;
  std::string flip = "none";
  std::string crop;
  std::vector<std::string> privacy;
  bool no_adapt = false;
  bool gating = false;
  bool once = false;
  bool publish_truth = false;
  // What ${NAME} puts in, here and in the configuration.
  std::shared_ptr<core::Secrets> secrets = std::make_shared<core::Secrets>();

  void declare(App app);
};

// What is to run: the bus and one agent per camera.
struct CameraPlan {
  std::string bus;
  bus::BusOpen bus_open = bus::BusOpen::no;
  std::vector<camera::AgentOptions> agents;
  std::vector<std::string> strangers;  // sentences: agents whom the bus's address is not made for
};

// From the flags, or from the file that --config names; --bus, --bus-open and --site win over it.
// Errors: bad_input, unsupported, not_found; ready to print.
core::Result<CameraPlan> make_camera_plan(const CameraOptions& options, const App& app);

}  // namespace fovea::cli
