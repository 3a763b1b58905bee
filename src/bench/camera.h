#pragma once

#include <string>

#include "bench/pipeline.h"
#include "bench/report.h"
#include "core/context.h"
#include "core/result.h"

namespace fovea::bench {

struct CameraOptions {
  bool quick = false;  // ends within 45 s, noisier
};

// What a camera costs on its own machine: the agent as a process of its own, sending 640x360 at 15
// pictures a second to a real NATS server,
//   raw   from raw pictures (rgb24), encoding as JPEG included
//   jpeg  from a source that delivers JPEG, passed through
// Memory is the process's peak; CPU is that of all its threads, in percent of one core.
// Errors: unsupported (no nats-server), io, timeout (the agent sends nothing).
core::Result<Report> run_camera(const CameraOptions& options, const Progress& progress,
                                const core::Context& context);

// Cameras in a process of their own, so that what they cost can be told from the site's.
struct CameraChildOptions {
  // A folder with the pictures of one kind that run_camera() has made, shown from memory; or a SPEC
  // of any source.
  std::string source;
  std::string bus_url;
  int count = 1;  // named camera; several: camera1, camera2, ...; evenly apart in time
  double fps = 15;
  bool truth = false;  // of a synthetic source: masks and results are published, too
};

// That process: runs until it is killed, or its parent ends. Errors: those of the agents.
core::Status run_camera_child(const CameraChildOptions& options, const core::Context& context);

}  // namespace fovea::bench
