#pragma once

#include "wire/alert_event.h"

namespace fovea::stream {

// Where alerts go.
// Called on the runner's thread, without a lock; must return quickly and never block: what takes
// long has a bounded queue of its own.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void deliver(const wire::Alert& alert) = 0;
};

}  // namespace fovea::stream
