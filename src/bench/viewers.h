#pragma once

#include <string>

#include "bench/pipeline.h"
#include "bench/report.h"
#include "core/context.h"
#include "core/result.h"

namespace fovea::bench {

struct ViewersOptions {
  bool quick = false;  // ends within 45 s, noisier
};

// What people who watch cost the site, and whether one slows another: a camera (the synthetic hall,
// 640x360 at 15 pictures a second, its masks and results beside it) over a real NATS server, the
// site in this process, and 20 viewers in a process of their own, over real WebSockets, that ask
// for what the page asks for and acknowledge as it does. In turns:
//   nobody watches; 20 watch; 20 watch beside one that never acknowledges and one that never reads.
// The cost of a viewer-frame is the CPU that this process uses with viewers minus without, over the
// frames sent: frames, masks, results, the list of devices, acknowledgements, the kernel's work for
// its sockets; loopback has no wire, so the receiving half of TCP is in it as well.
// Errors: unsupported (no nats-server), io, timeout.
core::Result<Report> run_viewers(const ViewersOptions& options, const Progress& progress,
                                 const core::Context& context);

// The viewers' process.
struct ViewerChildOptions {
  std::string url;  // ws://host:port
  int viewers = 20;
  bool slow_ones = false;  // beside them one that never acknowledges and one that never reads
  double seconds = 4;      // from when each has its first pictures
};

// Prints "watching" when each viewer has its first pictures, "done" after that time, and then
//   {"seconds": S, "frames": [per viewer], "masks": [per viewer], "age_ms": [of each frame]}
// Errors: those of the connections; timeout.
core::Status run_viewer_child(const ViewerChildOptions& options, const core::Context& context);

}  // namespace fovea::bench
