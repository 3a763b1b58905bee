#pragma once

#include <string>

#include "core/clock.h"

namespace fovea::camera {

// What a camera sends less of when its link is slow.
struct Sending {
  int quality = 85;      // of JPEG
  double scale = 1;      // of the picture's sides
  int every = 1;         // of the source's pictures: 2 is each second one
  bool adapted = false;  // less than was asked for
  bool operator==(const Sending&) const = default;
};

// Chooses what a camera sends from how often it has no credit: quality goes first, then size, then
// rate. A step down where more than a tenth of the pictures of the last 2 s found no credit; a step
// up after 10 s without one that did. A step up that does not last 10 s doubles the wait before the
// next, up to 2 minutes: a link that is just too slow must not swing (as TCP's congestion control
// probes, Jacobson: "Congestion Avoidance and Control", 1988, but in steps that a viewer can bear).
// Threads: one.
class Adaptation {
 public:
  struct Limits {
    int quality = 85;    // what was asked for
    bool scales = true;  // false: the size must stay
  };
  explicit Adaptation(const Limits& limits);

  // A picture came and did or did not find credit. Pictures without a connection do not count.
  void note(bool credit, core::SteadyTime now);
  const Sending& sending() const { return sending_; }

  // In words, empty while all is as asked for: "the link is slow: quality 51 instead of 85".
  std::string words() const;

 private:
  void set_level(int level, core::SteadyTime now);
  int level_max() const;
  Sending at(int level) const;

  const Limits limits_;
  int level_ = 0;
  Sending sending_;
  core::SteadyTime window_began_;
  core::SteadyTime level_since_;
  core::SteadyTime last_denied_;
  core::SteadyTime::duration patience_;
  bool stepped_up_ = false;  // the last step was one up
  bool started_ = false;
  int noted_ = 0;
  int denied_ = 0;
};

}  // namespace fovea::camera
