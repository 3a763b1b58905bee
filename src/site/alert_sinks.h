#pragma once

#include "bus/bus.h"
#include "core/context.h"
#include "site/recent_frames.h"
#include "site/timeline.h"
#include "stream/sink.h"

namespace fovea::site {

// Alerts as events of the timeline; a raised one with the picture of the moment, where it is kept
// and a JPEG.
class TimelineSink final : public stream::Sink {
 public:
  TimelineSink(Timeline& timeline, const RecentFrames& frames)
      : timeline_(timeline), frames_(frames) {}
  void deliver(const wire::Alert& alert, const stream::ObservationPtr& seen) override;

 private:
  Timeline& timeline_;
  const RecentFrames& frames_;
};

// Alerts as events on the bus.
class BusSink final : public stream::Sink {
 public:
  BusSink(bus::Bus& bus, const core::Context& context) : bus_(bus), context_(context) {}
  void deliver(const wire::Alert& alert, const stream::ObservationPtr& seen) override;

 private:
  bus::Bus& bus_;
  core::Context context_;
};

}  // namespace fovea::site
