#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "core/context.h"
#include "site/decode_budget.h"
#include "site/scheduler.h"

namespace fovea::site {

// JPEG pictures that take longer to decode than others should wait for at the gate or in a session:
// large ones, and progressive ones of many scans. They are decoded here, on threads that give way
// to everything else, for the size that the device's model wants, and go on from there like a
// picture of H.264. So the worst picture that is admitted costs its own device its rate. Per device
// the newest waits, the older one is told as replaced; devices take turns by the time that they
// use. Threads: owns `threads`; offer() and forget() from any. Limit: one waiting frame per device.
class CostlyPictures {
 public:
  struct Hooks {
    // What the device's session wants at least; 0x0: it has no model, nothing is to be decoded.
    std::function<core::Size(const Work& work)> cover;
    std::function<void(Work work)> decoded;  // its picture is there
    std::function<void(const Work& work, const core::Error& error)> failed;
    std::function<void(const std::string& device)> replaced;
    std::function<void(const Work& work, double ms)> spent;  // on decoding
  };

  CostlyPictures(int threads, DecodeBudget& budget, Hooks hooks, const core::Context& context);
  ~CostlyPictures();

  // Whether a frame is one of these; goes by its header, its size and how many scans it has.
  static bool is_costly(const core::EncodedFrame& frame);

  void offer(Work work);
  void forget(const std::string& device);
  void stop();

 private:
  void run(const std::stop_token& stop);
  void decode(codec::JpegDecoder& decoder, Work work);
  core::Result<codec::VideoPicturePtr> picture(codec::JpegDecoder& decoder, const Work& work,
                                               core::Size cover);

  DecodeBudget& budget_;
  const Hooks hooks_;
  const core::Context context_;
  Scheduler turns_;
  std::vector<std::jthread> threads_;  // last: they start when all else is there
};

}  // namespace fovea::site
