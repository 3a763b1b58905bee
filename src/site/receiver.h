#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bus/bus.h"
#include "core/context.h"
#include "site/devices.h"
#include "site/gate.h"
#include "site/observer.h"
#include "site/occasional.h"
#include "site/video_streams.h"

namespace fovea::site {

// The site's ear on the bus: frames (newest wins), statuses, and masks and results that devices
// make themselves, where those count. Finds devices by what they publish. What is refused is
// counted in fovea_rejected_total{kind,reason}, shown as the device's error, and said in the log
// once in a while; all else goes on. Of strangers nothing is read but the topic. Threads: the
// subscriptions'; start() and stop() by the owner.
class Receiver {
 public:
  struct Hooks {
    // Why a device's events are refused, as a reason of the metric; null: it is known.
    std::function<const char*(const std::string& device)> stranger;
    // Whether the masks and results that the device sends count.
    std::function<bool(const std::string& device)> results_count;
    // They do not, and it sends some.
    std::function<void(const std::string& device)> foreign_results;
    std::function<void(const std::string& device)> added;
    // Two cameras have begun to publish under one name.
    std::function<void(const std::string& device)> shared;
    // Its capture times have begun, or ceased, to stand still or run backwards; in words.
    std::function<void(const std::string& device, const std::string& text)> times_changed;
    // A device was refused, as there are limits::devices_max already; said now and then.
    std::function<void(const std::string& device)> refused;
  };

  Receiver(std::string site, bus::Bus& bus, Devices& devices, Gate& gate, VideoStreams& video,
           Observer& observer, Hooks hooks, const core::Context& context);

  core::Status start();
  void stop();  // returns when no handler runs any more

  // A frame was refused, here or by a decoder: counts, shows, says.
  void refuse_frame(const std::string& device, const std::string& reason, const core::Error& error);
  // The same of a large stream, which is no device of its own.
  void refuse_large_frame(const std::string& stream, const core::Error& error);

 private:
  void on_frame(const wire::Event& event);
  void on_main_frame(const wire::Event& event, const std::string& main_of,
                     const core::EncodedFrame& frame);
  Work make_work(const wire::Event& event, const FramePtr& frame,
                 std::optional<core::Timestamp> published, core::Timestamp received_wall,
                 const Devices::FrameNote& note);
  void on_status(const wire::Event& event);
  void on_mask(const wire::Event& event);
  void on_result(const wire::Event& event);
  bool is_known(const std::string& device);
  bool takes_results(const wire::Event& event);
  bool admit(const std::string& device, Devices::Seen seen);
  void reject(const char* kind, const std::string& reason);
  void reject_event(const wire::Event& event, const core::Error& error);

  const std::string site_;
  bus::Bus& bus_;
  Devices& devices_;
  Gate& gate_;
  VideoStreams& video_;
  Observer& observer_;
  const Hooks hooks_;
  core::Context context_;
  Occasional occasional_;
  std::vector<std::unique_ptr<bus::Subscription>> subscriptions_;
};

}  // namespace fovea::site
