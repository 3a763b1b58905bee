#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "core/buffer.h"
#include "core/image.h"
#include "core/result.h"

namespace fovea::site {

// A camera that the site's own process reads.
struct CameraView {
  std::string name;
  std::string source;  // masked
  std::string codec;
  bool removable = false;  // added on the page; others stand in the configuration
};

struct NewCamera {
  std::string name;
  std::string source;
  std::string codec = "auto";
};

// One trial of a source, in words for people; the sentences have no trailing full stop.
struct CameraTrial {
  std::string source;   // masked
  std::string trouble;  // what is wrong, for programs: "denied", "silent", ...; empty: it works
  std::string problem;  // what is wrong
  std::string advice;   // and what to do

  std::string codec;
  core::Size size;
  double fps = 0;  // measured; 0: unknown
  double fps_stated = 0;
  bool has_sound = false;
  std::vector<std::string> hints;
  core::Buffer picture;  // JPEG, for a look; may be empty
};

// The cameras of this process, as the API sees them: made by the command, which knows both cameras
// and sites. Outlives the API. Threads: any; all but list() block.
class Cameras {
 public:
  virtual ~Cameras() = default;

  virtual std::vector<CameraView> list() const = 0;  // by name

  // Tries a source that may be added here (rtsp:// and rtsps:// only). Takes some 15 s at most.
  // Errors: bad_input (such a source cannot be added here), closed (`stop`).
  virtual core::Result<CameraTrial> probe(const std::string& source,
                                          const std::stop_token& stop) = 0;

  // Keeps the camera and starts it. Errors: bad_input (name, source, codec), exists, busy (too
  // many), io (it could not be kept; nothing has changed), closed.
  virtual core::Result<CameraView> add(const NewCamera& camera) = 0;
  // Ends it and forgets it. Errors: not_found, bad_input (it stands in the configuration), io.
  virtual core::Status remove(const std::string& name) = 0;
};

}  // namespace fovea::site
