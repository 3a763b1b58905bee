#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "camera/agent.h"
#include "core/result.h"

namespace fovea::cli {

// `fovea camera`: the options as they were typed. Each field is a flag, its value the default.
struct CameraOptions {
  std::string config;
  std::string site = "site";
  std::string device = "camera";
  std::string source;
  std::string bus;
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

  void declare(CLI::App& app);
};

// What is to run: the bus and one agent per camera.
struct CameraPlan {
  std::string bus;
  std::vector<camera::AgentOptions> agents;
};

// From the flags, or from the file that --config names; --bus and --site given there win over it.
// Errors: bad_input, unsupported, not_found; ready to print.
core::Result<CameraPlan> make_camera_plan(const CameraOptions& options, const CLI::App& app);

}  // namespace fovea::cli
