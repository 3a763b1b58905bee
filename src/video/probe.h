#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/buffer.h"
#include "core/context.h"
#include "core/result.h"
#include "video/source.h"

namespace fovea::video {

struct ProbeOptions {
  // For all of it; looking up a host's name may take longer (see check_host()).
  std::chrono::milliseconds limit{15000};
  // How long the rate is measured, from the first picture on.
  std::chrono::milliseconds measuring{2000};
  // SPEC before ${NAME} was filled in, which is shown; empty: as it is.
  std::string written;
  std::shared_ptr<const core::Secrets> secrets;  // masked in all words; null: nothing
};

// What is wrong with a source, for programs.
enum class Trouble {
  spec,          // it is written wrongly
  not_found,     // there is no such file, folder, device or command
  host_unknown,  // no host has this name
  unreachable,   // the host does not answer
  refused,       // nothing listens on its port
  denied,        // user or password, or permissions
  unknown_path,  // the camera has no such stream
  no_video,      // something answers, but not with video
  codec,         // video that cannot be decoded here
  silent,        // connected, but no picture comes
  busy,          // somebody else uses it
  ended,         // it ends by itself
  failed,        // all else
};
const char* to_string(Trouble trouble);

// One trial of a source, in words for people: what it delivers, or what is wrong and what to do.
struct SourceProbe {
  std::string source;  // masked

  // Set: no picture came. `problem` and `advice` are sentences without a trailing full stop.
  struct Failure {
    Trouble trouble = Trouble::failed;
    core::Code code = core::Code::io;
    std::string problem;
    std::string advice;
  };
  std::optional<Failure> failure;

  // Otherwise:
  std::string description;  // as Source says it
  std::string codec;        // "h264", "hevc", "jpeg", "png"; "raw": not compressed
  core::Size size;
  double fps = 0;         // measured; 0: only one picture came in the time
  double fps_stated = 0;  // as the source says; 0: it does not
  double first_picture_ms = 0;
  bool has_sound = false;          // which is left out
  core::Buffer picture;            // the newest one, as JPEG; empty: it could not be encoded
  std::vector<std::string> hints;  // what would be better otherwise; sentences
};

// Opens SPEC, waits for pictures, measures, closes it again. Blocks: not for threads that must not.
// Threads: any.
SourceProbe probe_source(const std::string& spec, const ProbeOptions& options,
                         const core::Context& context, const std::stop_token& stop);

}  // namespace fovea::video
