#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "codec/jpeg.h"
#include "codec/video_codec.h"
#include "core/clock.h"
#include "site/device_view.h"

namespace fovea::site {

// One frame on its way through the site.
struct Work {
  std::string device;
  FramePtr frame;
  core::Timestamp received_wall;
  core::SteadyTime received;
  core::SteadyTime taken;
  double capture_ms = 0;  // captured -> published, as the camera says
  double encode_ms = 0;   // the part of it that encoding took
  double bus_ms = 0;      // published -> received; 0 where the clocks differ
  bool clocks_differ = false;
  bool times_wrong = false;        // its stream's capture times mean nothing (FrameTimes)
  bool large = false;              // of a camera's large stream: for viewers only
  codec::VideoPicturePtr picture;  // of an inter-coded frame, decoded
  double video_ms = 0;             // decoding it
  // For the gate, where it looked at the frame.
  std::optional<core::Image> thumbnail;
  double thumbnail_ms = 0;  // decoding it
};

// The picture of a frame, at the smallest scale that a decoder makes and that covers `cover`.
// Errors: bad_input (damage), internal.
core::Result<core::Image> decode_covering(const Work& work, core::Size cover,
                                          core::PixelFormat format, codec::JpegDecoder& decoder);

// Which device's newest frame a session serves next. Per device one frame waits (a newer one
// replaces it) and one is being served, so results of one device stay in order with any number of
// sessions. Fair by stride scheduling (Waldspurger, Weihl: "Stride scheduling", 1995): each
// service moves a device's pass on by 1/weight, the smallest pass is next; who was idle does not
// save up. A service counts as one when it takes what its model's inference usually does; what a
// frame costs above that, there or on a decoder's thread, is charged to its device, so that
// pictures that are dear to decode cost their own device its turns and no other. A device's fps_max
// is kept at the door: a frame that comes too early is refused at once, so that no frame grows old
// waiting for its turn. Threads: any. Limit: one waiting frame per device; devices are bounded by
// the caller.
class Scheduler {
 public:
  enum class Offer { accepted, replaced_older, over_rate };

  // `usual_ms`: what a service counts as while nothing is known of the device's model; 0: nothing.
  explicit Scheduler(core::Clock& clock, double usual_ms = 0)
      : clock_(clock), usual_ms_(usual_ms) {}

  // Before the first frame of a device and on change; weight > 0, fps_max 0 = no limit.
  void set_service(const std::string& device, double weight, double fps_max);
  bool forget(const std::string& device);  // its waiting frame is dropped; whether there was one
  void remove(const std::string& device);  // the device is gone

  Offer offer(Work work);

  // Waits up to `limit` for a frame whose device is not being served; empty: none came, or `stop`.
  std::optional<Work> take(std::chrono::nanoseconds limit, std::stop_token stop);
  std::optional<Work> try_take();
  // The device's frame was handed over (or given up): its next one may be taken.
  struct Cost {
    double decode_ms = 0;
    double infer_ms = 0;
  };
  void release(const std::string& device, const Cost& cost);
  void release(const std::string& device) { release(device, Cost()); }
  // Somebody else has spent so long on its frames.
  void charge(const std::string& device, double ms);
  // How long an inference of its model usually takes; 0: not known yet.
  double usual_ms(const std::string& device) const;

  size_t waiting() const;

 private:
  struct Lane {
    double weight = 1;
    double fps_max = 0;
    double pass = 0;
    uint64_t served = 0;  // number of its last service: breaks ties, the longest unserved first
    bool busy = false;
    bool gone = false;                    // and busy: removed when it is released
    double usual_ms = 0;                  // of an inference of its model
    std::optional<core::SteadyTime> due;  // of the next frame under fps_max
    std::optional<Work> waiting;
  };

  static bool over_rate(Lane& lane, core::SteadyTime now);
  void owe(Lane& lane, double ms) const;
  Lane* next_lane();
  std::optional<Work> take_next();

  core::Clock& clock_;
  const double usual_ms_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable_any ready_;
  std::map<std::string, Lane> lanes_;
  double pass_ = 0;  // of the newest service: where idle devices start again
  uint64_t services_ = 0;
};

}  // namespace fovea::site
