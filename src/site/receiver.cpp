#include "site/receiver.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "codec/h264_units.h"
#include "codec/jpeg.h"
#include "codec/png.h"
#include "core/limits.h"
#include "site/publisher.h"
#include "wire/device_name.h"

namespace fovea::site {
namespace {

std::string attribute(const wire::Event& event, const std::string& name) {
  const auto found = event.attributes.find(name);
  return found == event.attributes.end() ? std::string() : found->second;
}

// How long the camera says that encoding took; 0 where it says nothing sensible.
double encode_ms(const wire::Event& event) {
  const std::string text = attribute(event, "encodems");
  double value = 0;
  const auto end = text.data() + text.size();
  if (std::from_chars(text.data(), end, value).ptr != end || !std::isfinite(value)) return 0;
  return std::clamp(value, 0.0, 60'000.0);
}

bool is_own(const wire::Event& event) {
  return attribute(event, producer_attribute) == producer_site;
}

// What the frame itself says counts, not what the event's author claims.
core::Status read_header(core::EncodedFrame& frame) {
  if (frame.codec == core::Codec::jpeg) {
    const auto info = codec::read_jpeg_info(frame.data.span());
    if (!info) return info.error();
    frame.size = info->size;
    // Such harm viewers' browsers, too.
    if (codec::count_jpeg_scans(frame.data.span()) > core::limits::jpeg_scans_max) {
      return core::Error{core::Code::bad_input,
                         fmt::format("a JPEG of more than {} scans", core::limits::jpeg_scans_max)};
    }
    return {};
  }
  const auto info = codec::read_h264_info(frame.data.span());
  if (!info) return info.error();
  frame.key = info->idr && info->parameters;
  if (info->size.width > 0) frame.size = info->size;
  return {};
}

// What it takes to decode is told by its own header. Networks may be larger than small frames.
core::Status check_mask(const wire::Mask& mask) {
  namespace limits = core::limits;
  const auto size = codec::read_png_size(mask.png.span());
  if (!size) return size.error();
  const auto pixels = size_t(size->width) * size_t(size->height);
  const auto of_frame = size_t(mask.frame.width) * size_t(mask.frame.height);
  if (pixels <= limits::mask_pixels_free ||
      (pixels <= of_frame && pixels <= limits::mask_pixels_max)) {
    return {};
  }
  return core::Error{core::Code::bad_input,
                     fmt::format("a mask of {}x{} for a frame of {}x{}; send it at the network's "
                                 "resolution",
                                 size->width, size->height, mask.frame.width, mask.frame.height)};
}

double span_ms(core::Timestamp from, core::Timestamp to) {
  return std::max(0.0, core::milliseconds(to - from));
}

}  // namespace

Receiver::Receiver(std::string site, bus::Bus& bus, Devices& devices, Gate& gate,
                   VideoStreams& video, Observer& observer, Hooks hooks,
                   const core::Context& context)
    : site_(std::move(site)),
      bus_(bus),
      devices_(devices),
      gate_(gate),
      video_(video),
      observer_(observer),
      hooks_(std::move(hooks)),
      context_(context.named("receiver")),
      occasional_(context.clock) {}

core::Status Receiver::start() {
  struct Wanted {
    wire::Kind kind;
    bus::Delivery delivery;
    void (Receiver::*handler)(const wire::Event&);
  };
  const Wanted all[] = {
      {wire::Kind::status, bus::Delivery::ordered, &Receiver::on_status},
      {wire::Kind::mask, bus::Delivery::ordered, &Receiver::on_mask},
      {wire::Kind::result, bus::Delivery::ordered, &Receiver::on_result},
      {wire::Kind::frame, bus::Delivery::newest, &Receiver::on_frame},
  };
  for (const Wanted& wanted : all) {
    auto subscription = bus_.subscribe(
        {site_, {}, wanted.kind}, wanted.delivery,
        [this, handler = wanted.handler](const wire::Event& event) { (this->*handler)(event); });
    if (!subscription) return subscription.error().context("subscribing to the site's streams");
    subscriptions_.push_back(*std::move(subscription));
  }
  return {};
}

void Receiver::stop() { subscriptions_.clear(); }

void Receiver::reject(const char* kind, const std::string& reason) {
  context_.metrics
      .counter("fovea_rejected_total", "What came from outside and was refused",
               {{"kind", kind}, {"reason", reason}})
      .add();
}

bool Receiver::is_known(const std::string& device) {
  const char* why_not = hooks_.stranger(device);
  if (why_not != nullptr) reject("device", why_not);
  return why_not == nullptr;
}

// Also counts and tells of what is not taken.
bool Receiver::takes_results(const wire::Event& event) {
  const std::string& device = event.topic.device;
  if (is_own(event) || !is_known(device) || devices_.is_paused(device)) return false;
  if (hooks_.results_count(device)) return true;
  reject(wire::to_string(event.topic.kind), "results_from");
  if (DeviceMeters* meters = devices_.meters(device)) meters->results_refused.add();
  hooks_.foreign_results(device);
  return false;
}

bool Receiver::admit(const std::string& device, Devices::Seen seen) {
  if (seen == Devices::Seen::added) hooks_.added(device);
  if (seen != Devices::Seen::refused) return true;
  reject("device", "too_many");
  if (occasional_.now("too_many")) {
    hooks_.refused(device);
  }
  return false;
}

void Receiver::refuse_frame(const std::string& device, const std::string& reason,
                            const core::Error& error) {
  reject("frame", reason);
  if (!admit(device, devices_.expect(device))) return;
  if (DeviceMeters* meters = devices_.meters(device)) meters->frames_bad.add();
  if (occasional_.now(device + reason)) {
    context_.log.warning("a frame of {} is refused: {}", device, error.message);
  }
  if (devices_.set_fault(device, Fault::frame, "bad picture: " + error.message)) {
    observer_.on_device_changed(device);
  }
}

void Receiver::refuse_large_frame(const std::string& stream, const core::Error& error) {
  reject("frame", "main");
  if (occasional_.now(stream + "main")) {
    context_.log.warning("a frame of {} is refused: {}", stream, error.message);
  }
}

void Receiver::on_frame(const wire::Event& event) {
  const auto received_wall = context_.clock.now();
  const std::string& device = event.topic.device;
  const std::string main_of = attribute(event, "mainof");
  if (!main_of.empty() && !devices_.is_main_of(device, main_of)) return reject("frame", "main");
  // An account may publish such; on an open bus anybody, so that no line of the log is spent on it.
  if (main_of.empty() && device.ends_with(wire::main_suffix)) return reject("frame", "main");
  if (main_of.empty() && !is_known(device)) return;
  if (const auto paused = devices_.drop_paused(device)) return void(admit(device, *paused));
  auto frame = wire::parse_frame_event(event);
  core::Error trouble;
  std::string reason;
  if (!frame) {
    trouble = frame.error();
    reason = "attributes";
  } else if (const auto good = read_header(*frame); !good) {
    trouble = good.error();
    reason = trouble.code == core::Code::unsupported ? "unsupported" : "header";
  }
  if (!reason.empty()) {
    return main_of.empty() ? refuse_frame(device, reason, trouble)
                           : refuse_large_frame(device, trouble);
  }
  if (!main_of.empty()) return on_main_frame(event, main_of, *frame);
  const FramePtr shared = std::make_shared<core::EncodedFrame>(*std::move(frame));
  const auto told = wire::published_time(event);
  const auto published = told ? std::optional(*told) : std::nullopt;
  const auto note = devices_.on_frame(device, shared, attribute(event, "instance"), published);
  if (!admit(device, note.seen)) return;
  if (note.second_publisher) hooks_.shared(device);
  if (!note.times_news.empty()) hooks_.times_changed(device, note.times_news);
  const bool infer = !note.inferred_by_device && devices_.served(device) != nullptr;
  const auto work = [&] { return make_work(event, shared, published, received_wall, note); };
  const bool stands_alone = shared->codec == core::Codec::jpeg;
  if (!stands_alone && !video_.offer(work(), infer)) {
    return devices_.meters(device)->frames_without_key.add();
  }
  if (stands_alone) video_.forget(device);  // should it have sent video before
  observer_.on_frame(device, shared);
  if (infer) {
    if (stands_alone) gate_.offer(work());
  } else if (devices_.set_fault(device, Fault::frame, "")) {  // else a good result ends it
    observer_.on_device_changed(device);
  }
}

// The large stream of a device that told of it: for viewers only.
void Receiver::on_main_frame(const wire::Event& event, const std::string& main_of,
                             const core::EncodedFrame& frame) {
  const std::string& stream = event.topic.device;
  if (devices_.is_paused(main_of)) return devices_.meters(main_of)->frames_paused.add();
  const FramePtr shared = std::make_shared<core::EncodedFrame>(frame);
  if (frame.codec == core::Codec::jpeg) video_.forget(stream);
  if (frame.codec == core::Codec::h264) {
    Work work;
    work.device = stream;
    work.frame = shared;
    work.received = context_.clock.steady();
    work.large = true;
    if (!video_.offer(std::move(work), false)) {
      return devices_.meters(main_of)->frames_without_key.add();
    }
  }
  observer_.on_frame(stream, shared);
}

Work Receiver::make_work(const wire::Event& event, const FramePtr& frame,
                         std::optional<core::Timestamp> published, core::Timestamp received_wall,
                         const Devices::FrameNote& note) {
  Work work;
  work.device = event.topic.device;
  work.frame = frame;
  work.received_wall = received_wall;
  work.received = context_.clock.steady();
  const auto left_camera = published.value_or(frame->captured);
  work.capture_ms = note.times_wrong ? 0 : span_ms(frame->captured, left_camera);
  work.encode_ms = encode_ms(event);
  work.clocks_differ = note.clocks_differ;
  work.times_wrong = note.times_wrong;
  work.bus_ms = note.clocks_differ ? 0 : span_ms(left_camera, received_wall);
  return work;
}

void Receiver::reject_event(const wire::Event& event, const core::Error& error) {
  const char* kind = wire::to_string(event.topic.kind);
  reject(kind, "content");
  if (occasional_.now(event.topic.device + kind)) {
    context_.log.warning("a {} of {} is refused: {}", kind, event.topic.device, error.message);
  }
}

void Receiver::on_status(const wire::Event& event) {
  if (!is_known(event.topic.device)) return;
  const auto status = wire::parse_status_event(event);
  if (!status) return reject_event(event, status.error());
  admit(event.topic.device, devices_.on_status(*status));
}

void Receiver::on_mask(const wire::Event& event) {
  if (!takes_results(event)) return;
  auto mask = wire::parse_mask_event(event);
  if (!mask) return reject_event(event, mask.error());
  if (const auto good = check_mask(*mask); !good) return reject_event(event, good.error());
  const std::string& device = event.topic.device;
  if (!admit(device, devices_.expect(device))) return;
  const MaskPtr shared = std::make_shared<DeviceMask>(
      DeviceMask{*std::move(mask), devices_.device_classes(device), std::nullopt});
  devices_.on_mask(device, shared);
  observer_.on_mask(device, shared);
}

void Receiver::on_result(const wire::Event& event) {
  if (!takes_results(event)) return;
  auto parsed = wire::parse_result_event(event);
  if (!parsed) return reject_event(event, parsed.error());
  const std::string& device = event.topic.device;
  if (!admit(device, devices_.expect(device))) return;
  auto result = std::make_shared<DeviceResult>();
  result->result = *std::move(parsed);
  result->json = wire::to_json(result->result);
  if (devices_.has_wrong_times(device)) result->arrived = context_.clock.now();
  const ClassesPtr before = devices_.device_classes(device);
  result->classes = devices_.learn_device_classes(device, result->result);
  devices_.on_result(device, result, true);
  if (before != result->classes) observer_.on_device_changed(device);
  observer_.on_result(device, result);
}

}  // namespace fovea::site
