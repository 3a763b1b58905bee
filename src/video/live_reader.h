#pragma once

#include <functional>
#include <string>
#include <thread>

#include "core/queue.h"
#include "video/source.h"

namespace fovea::video {

// Reads a live source on a thread of its own, so that a slow user gets the newest picture and
// nothing waits in the pipe, the socket or the driver. Of inter-coded video those since the newest
// key frame wait, at most limits::inter_coded_waiting_max. Owned by a source.
// `read` waits for the next picture; it must return soon after its stop token asks for it. Its
// first error ends the thread and comes out of next() after the last picture.
class LiveReader {
 public:
  using Read = std::function<core::Result<Picture>(std::stop_token stop)>;

  // `fps_max`: pictures that come faster are passed over; 0 is no limit.
  // `patience`: how long `read` may take for a picture, or it hangs.
  LiveReader(const std::string& name, double fps_max, const core::Clock& clock, Read read,
             std::chrono::seconds patience = silence_max);

  // Errors: timeout (nothing within the patience), closed (`stop`), and those of `read`.
  core::Result<Picture> next(std::stop_token stop);

 private:
  const std::chrono::seconds patience_;
  core::BoundedQueue<Picture> newest_;
  core::Latest<core::Error> failure_;  // filled before newest_ is closed
  std::jthread thread_;                // last, so that it ends first
};

// Lets at most `fps_max` pictures a second pass, evenly. 0 lets all pass.
class RateLimit {
 public:
  explicit RateLimit(double fps_max) : fps_max_(fps_max) {}
  bool passes(core::SteadyTime now);

 private:
  const double fps_max_;
  core::SteadyTime due_{};
};

}  // namespace fovea::video
