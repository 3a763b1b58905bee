#pragma once

#include <functional>
#include <string>

#include "bus/bus.h"
#include "core/context.h"
#include "site/recent_frames.h"
#include "site/timeline.h"
#include "stream/sink.h"

namespace fovea::site {

// The picture of an inter-coded stream's frame as JPEG. Errors: not_found (not kept any more).
using PastPicture =
    std::function<core::Result<FramePtr>(const std::string& device, uint64_t sequence)>;

// Alerts as events of the timeline; a raised one with the picture of the moment, where it is kept.
class TimelineSink final : public stream::Sink {
 public:
  TimelineSink(Timeline& timeline, const RecentFrames& frames, PastPicture past_picture)
      : timeline_(timeline), frames_(frames), past_picture_(std::move(past_picture)) {}
  void deliver(const wire::Alert& alert) override;

 private:
  Timeline& timeline_;
  const RecentFrames& frames_;
  const PastPicture past_picture_;
};

// Alerts as events on the bus.
class BusSink final : public stream::Sink {
 public:
  BusSink(bus::Bus& bus, const core::Context& context) : bus_(bus), context_(context) {}
  void deliver(const wire::Alert& alert) override;

 private:
  bus::Bus& bus_;
  core::Context context_;
};

}  // namespace fovea::site
