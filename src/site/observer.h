#pragma once

#include <string>

#include "site/device_view.h"
#include "site/timeline.h"

namespace fovea::site {

// Is told what happens as it happens (the live hub, MJPEG streams). Calls come without any lock
// held, from several threads at once:
//   on_frame                      the thread of the frame subscription
//   on_mask, on_result            the publisher thread, or the subscription of a device's own
//   on_event, on_device_changed   any thread of the site
// Per device the frames come in order, so do masks and results, a frame's mask before its result.
// Must return quickly and never block: hand over to a queue of your own.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_frame(const std::string& /*device*/, const FramePtr& /*frame*/) {}
  // A picture of an inter-coded stream as JPEG, while somebody wants it (Site::want_jpeg()); its
  // frame came before. On a thread of the stream.
  virtual void on_jpeg(const std::string& /*device*/, const FramePtr& /*frame*/) {}
  virtual void on_mask(const std::string& /*device*/, const MaskPtr& /*mask*/) {}
  virtual void on_result(const std::string& /*device*/, const ResultPtr& /*result*/) {}
  virtual void on_event(const TimelineEvent& /*event*/) {}
  // State, error, settings or model of a device are different now; ask Site::device().
  virtual void on_device_changed(const std::string& /*device*/) {}
};

}  // namespace fovea::site
