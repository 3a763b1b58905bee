#pragma once

#include <string>
#include <vector>

#include "camera/agent.h"
#include "core/result.h"
#include "core/yaml_reader.h"

namespace fovea::camera {

// Reads the list `cameras:` of a configuration (the camera's own, or the site's):
//
//   cameras:
//     - name: yard              # required, and unique
//       source: rtsp://u:${YARD_PASSWORD}@10.0.0.7/main   # required; ${NAME} from the environment
//       main: rtsp://u:${YARD_PASSWORD}@10.0.0.7/large    # a larger stream, for the device's page
//       size: 640x360           # scaled to fit, aspect kept; default: the source's own
//       fps: 15                 # default: the source's own
//       codec: auto             # jpeg, h264, or auto: what the source has, else jpeg
//       quality: 85             # of JPEG, or about the same of H.264; 1 to 100
//       rotate: 90              # clockwise
//       flip: horizontal        # none, horizontal, vertical, both
//       crop: 640x360+20+10     # size, left, top; in the source's own pixels
//       loop: true              # files and folders
//       adapt: true             # send less over a slow link
//       gating: false           # leave out pictures that show nothing new; one in 2 s goes out
//       privacy: ["0.6,0 1,0 1,0.4"]   # areas to black out: corners, 0 to 1
//       publish_truth: false    # synthetic sources: class map and boxes go out as results
//
// Problems (unknown keys, wrong values, doubled names) stay with the reader: its finish() tells
// them with their line.
std::vector<AgentOptions> read_cameras(core::YamlMap root, const std::string& site);

// Checks what the command line and the configuration have in common, with a message ready to print.
core::Status check_options(const AgentOptions& options);

}  // namespace fovea::camera
