#pragma once

#include <functional>
#include <string>

#include "core/context.h"
#include "site/costly_pictures.h"
#include "site/decode_budget.h"
#include "site/devices.h"
#include "site/scheduler.h"
#include "site/video_streams.h"

namespace fovea::site {

// All that decodes devices' pictures beside the gate and the sessions: H.264, and JPEG that takes
// long; with the one budget that they have, and what they cost counted and charged to the device.
// Threads: any.
class Decoders {
 public:
  struct Hooks {
    std::function<void(Work work)> decoded;  // its picture is there
    std::function<void(const Work& work, const core::Error& error)> failed;
    std::function<void(const std::string& device, const FramePtr& jpeg)> jpeg;
    std::function<void(const std::string& device)> key_wanted;
  };
  struct Options {
    int costly_threads = 1;
    size_t bytes_max = 0;  // 0: a quarter of the machine's memory
  };

  Decoders(Devices& devices, Scheduler& scheduler, const Options& options, Hooks hooks,
           const core::Context& context);

  VideoStreams& video() { return video_; }
  CostlyPictures& costly() { return costly_; }

  // The device is paused or gone, and so is its large stream.
  void forget(const std::string& device);
  void stop();

 private:
  VideoStreams::Hooks video_hooks();
  CostlyPictures::Hooks costly_hooks();
  void count_replaced(const std::string& device, size_t count);
  void on_spent(const Work& work, double ms);

  Devices& devices_;
  Scheduler& scheduler_;
  const Hooks hooks_;
  DecodeBudget budget_;
  VideoStreams video_;
  CostlyPictures costly_;  // last: its threads use the rest
};

}  // namespace fovea::site
