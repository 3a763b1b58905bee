#include "site/alert_sinks.h"

#include "site/publisher.h"

namespace fovea::site {

void TimelineSink::deliver(const wire::Alert& alert) {
  core::Buffer picture;
  if (alert.state == wire::AlertState::raised) {
    FramePtr frame = frames_.find(alert.stream.device, alert.frame_sequence);
    if (!frame) {
      const auto past = past_picture_(alert.stream.device, alert.frame_sequence);
      if (past) frame = *past;
    }
    if (frame) picture = frame->data;
  }
  timeline_.add(EventKind::alert, alert.stream.device, alert.rule + ": " + alert.text, picture);
}

void BusSink::deliver(const wire::Alert& alert) {
  wire::Event event = wire::make_alert_event(alert);
  event.attributes[producer_attribute] = producer_site;
  const auto status = bus_.publish(event);
  if (status) return;
  context_.metrics
      .counter("fovea_publish_failures_total", "Masks and results that the bus did not take")
      .add();
  context_.log.warning("publishing {}: {}", event.topic.name(), status.error().message);
}

}  // namespace fovea::site
