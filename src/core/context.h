#pragma once

#include "core/clock.h"
#include "core/log.h"
#include "core/metrics.h"

namespace fovea::core {

// What every part is given by its owner, plug-ins included: one log, one clock, one registry of
// metrics per process. Copy it; clock and metrics outlive every part.
struct Context {
  Log log;
  Clock& clock;
  Metrics& metrics;

  Context named(std::string component) const {
    return {log.named(std::move(component)), clock, metrics};
  }
};

}  // namespace fovea::core
