#pragma once

#include <functional>
#include <map>
#include <string>

#include "codec/jpeg.h"
#include "core/result.h"
#include "site/job_threads.h"
#include "site/site.h"

namespace fovea::site {

// The thread that draws pictures for those who ask: overlays and coloured masks. Nothing is drawn
// unless asked, and an overlay once per frame, mask and result for all who look at it.
// Threads: submit() from any; overlay_jpeg() only in jobs.
// Limit: jobs_max waiting; more are refused (see JobThreads). Destroying drops what waits.
class OverlayWorker {
 public:
  static constexpr size_t jobs_max = 64;

  explicit OverlayWorker(const Site& site) : site_(site) {}

  // `whose` share of the queue it takes. False: too many are waiting.
  bool submit(const std::string& whose, std::function<void()> job);
  void stop() { jobs_.stop(); }

  // The newest frame with the newest mask and boxes on it. Errors: not_found (no picture yet),
  // bad_input (a broken one), unsupported (too large).
  core::Result<core::Buffer> overlay_jpeg(const std::string& device);

 private:
  struct Drawn {
    FramePtr frame;
    MaskPtr mask;
    ResultPtr result;
    core::Buffer jpeg;
  };
  core::Result<core::Buffer> draw(const core::EncodedFrame& frame, const DeviceMask* mask,
                                  const DeviceResult* result);

  const Site& site_;
  std::map<std::string, Drawn> drawn_;  // newest per device
  // What nobody infers because of its size is not drawn on either.
  codec::JpegDecoder decoder_{codec::JpegLimits{core::limits::inferred_pixels_max,
                                                core::limits::inferred_scanned_pixels_max}};
  codec::JpegEncoder encoder_;
  JobThreads jobs_{"overlay", 1, jobs_max};  // last, so that it ends first
};

}  // namespace fovea::site
