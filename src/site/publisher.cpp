#include "site/publisher.h"

#include <utility>

#include "codec/png.h"
#include "core/thread.h"

namespace fovea::site {

Publisher::Publisher(std::string site, size_t capacity, bus::Bus& bus, Devices& devices,
                     Observer& observer, Published published, const core::Context& context)
    : site_(std::move(site)),
      bus_(bus),
      devices_(devices),
      observer_(observer),
      published_(std::move(published)),
      context_(context.named("publisher")),
      occasional_(context.clock),
      queue_(capacity, core::Overflow::block) {
  thread_ = core::start_thread("publisher", [this](const std::stop_token&) { run(); });
}

Publisher::~Publisher() { stop(); }

void Publisher::push(Inferred inferred) { queue_.push(std::move(inferred)); }

void Publisher::push(Repeated repeated) { queue_.push(std::move(repeated)); }

void Publisher::stop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

void Publisher::run() {
  while (auto item = queue_.pop()) {
    std::visit([this](const auto& what) { publish(what); }, *item);
  }
}

MaskPtr Publisher::make_mask(const Inferred& inferred) {
  const auto& segmentation = inferred.prediction.segmentation;
  if (!segmentation) return nullptr;
  auto png = codec::encode_png(segmentation->class_map);
  if (!png) {
    context_.log.error("encoding a mask of {}: {}", inferred.work.device, png.error().message);
    return nullptr;
  }
  const core::EncodedFrame& frame = *inferred.work.frame;
  return std::make_shared<DeviceMask>(
      DeviceMask{{frame.sequence, frame.captured, frame.size, segmentation->area, *std::move(png)},
                 inferred.served->classes,
                 segmentation->class_map});
}

void Publisher::publish(const Inferred& inferred) {
  const std::string& device = inferred.work.device;
  const auto begin = context_.clock.steady();
  const MaskPtr mask = make_mask(inferred);
  auto result = std::make_shared<DeviceResult>();
  result->result = make_result(site_, inferred);
  result->result.timings.encode_mask = core::milliseconds(context_.clock.steady() - begin);
  result->json = wire::to_json(result->result);
  result->classes = inferred.served->classes;
  if (inferred.work.times_wrong) result->arrived = inferred.work.received_wall;

  if (mask) {
    send(wire::make_mask_event({site_, device}, mask->mask));
    devices_.on_mask(device, mask);
    observer_.on_mask(device, mask);
  }
  send(wire::make_result_event(result->result));
  devices_.on_result(device, result, false);
  observer_.on_result(device, result);
  published_(inferred, result);

  if (DeviceMeters* meters = devices_.meters(device)) {
    meters->infer_seconds.observe(inferred.prediction.infer_ms / 1000);
    if (inferred.work.clocks_differ) return;  // then nobody knows the age
    const auto age = context_.clock.now() - inferred.work.frame->captured;
    meters->result_age_seconds.observe(std::chrono::duration<double>(age).count());
  }
}

void Publisher::publish(const Repeated& repeated) {
  const std::string& device = repeated.work.device;
  auto result = std::make_shared<DeviceResult>();
  result->result = make_repeated_result(repeated);
  result->json = wire::to_json(result->result);
  result->classes = repeated.result->classes;
  if (repeated.work.times_wrong) result->arrived = repeated.work.received_wall;
  send(wire::make_result_event(result->result));
  devices_.on_result(device, result, false);
  observer_.on_result(device, result);
}

void Publisher::send(wire::Event event) {
  event.attributes[producer_attribute] = producer_site;
  const auto status = bus_.publish(event);
  if (status) return;
  context_.metrics
      .counter("fovea_publish_failures_total", "Masks and results that the bus did not take")
      .add();
  if (occasional_.now("publish")) {
    context_.log.warning("publishing {}: {}", event.topic.name(), status.error().message);
  }
}

}  // namespace fovea::site
