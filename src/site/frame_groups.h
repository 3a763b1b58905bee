#pragma once

#include <deque>
#include <vector>

#include "site/device_view.h"

namespace fovea::site {

// Of one inter-coded stream the frames since its newest key frame, and the group before them: what
// is needed to decode the newest picture, and one of a moment ago. Holds references to what came
// from the bus, no copies. A group that grows beyond its bytes is forgotten up to the next key
// frame. Threads: one at a time.
class FrameGroups {
 public:
  // Whether what it builds on is the frame that came before.
  bool follows(const core::EncodedFrame& frame) const {
    return frame.key || (newest_ != 0 && frame.reference == newest_);
  }

  // One that follows.
  void add(const FramePtr& frame, size_t bytes_max);

  size_t bytes() const { return current_.bytes + before_.bytes; }
  // Only what comes is kept; frames that follow the newest one still do.
  void forget() { current_ = before_ = {}; }

  // From its key frame to the newest frame, or to that of a number; empty: it is not kept.
  std::vector<FramePtr> newest() const;
  std::vector<FramePtr> until(uint64_t sequence) const;

 private:
  struct Group {
    std::deque<FramePtr> frames;
    size_t bytes = 0;
  };

  uint64_t newest_ = 0;
  Group current_;
  Group before_;
};

}  // namespace fovea::site
