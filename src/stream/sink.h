#pragma once

#include <string>

#include "stream/item.h"

namespace fovea::stream {

// Where alerts go. `seen` is what the rule saw when it decided; never null.
// Called on the runner's thread, without a lock; must return quickly and never block: what takes
// long has a bounded queue of its own.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void deliver(const wire::Alert& alert, const ObservationPtr& seen) = 0;
};

}  // namespace fovea::stream
