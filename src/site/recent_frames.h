#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "site/device_view.h"

namespace fovea::site {

// The newest frames of some devices, so that what is found in one a moment later can be shown with
// its very picture. Holds references to what came from the bus, no copies.
// Threads: any. Limits: 128 frames and 8 MiB of a device; all devices together 64 MiB, shared
// evenly.
class RecentFrames {
 public:
  void add(const std::string& device, const FramePtr& frame);
  // The frame of that number, or of one just before it: a device's own result may come before its
  // frame. Null: it is not kept (any more).
  FramePtr find(const std::string& device, uint64_t sequence) const;
  // Forgets all devices for which `wanted` is false.
  void keep(const std::function<bool(const std::string& device)>& wanted);

 private:
  struct Kept {
    std::deque<FramePtr> frames;
    size_t bytes = 0;
  };

  mutable std::mutex mutex_;  // guards kept_
  std::map<std::string, Kept> kept_;
};

}  // namespace fovea::site
