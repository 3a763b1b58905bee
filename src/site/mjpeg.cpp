#include "site/mjpeg.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace fovea::site {

namespace {

constexpr std::string_view boundary = "--fovea\r\n";

}  // namespace

core::Buffer mjpeg_part(std::span<const uint8_t> jpeg) {
  const std::string head =
      fmt::format("Content-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", jpeg.size());
  const std::string tail = fmt::format("\r\n{}", boundary);
  core::Bytes part;
  part.reserve(head.size() + jpeg.size() + tail.size());
  part.insert(part.end(), head.begin(), head.end());
  part.insert(part.end(), jpeg.begin(), jpeg.end());
  part.insert(part.end(), tail.begin(), tail.end());
  return part;
}

MjpegStreams::MjpegStreams(const Site& site, OverlayWorker& worker, const core::Context& context)
    : site_(site), worker_(worker), context_(context.named("mjpeg")) {}

void MjpegStreams::serve(const net::Request& request, bool overlay,
                         const net::ResponderPtr& responder) {
  auto stream = std::make_shared<Stream>();
  stream->device = request.parameters.at("id");
  stream->peer = request.peer;
  stream->overlay = overlay;
  net::Response response;
  response.content_type = "multipart/x-mixed-replace; boundary=fovea";
  response.body = core::Buffer(std::string(boundary));
  stream->body = responder->stream(std::move(response));
  stream->jpeg_wanted = site_.want_jpeg(stream->device);
  forget_ended();
  {
    std::lock_guard lock(mutex_);
    streams_.push_back(stream);
  }
  // Nobody waits for the next picture of a slow camera.
  if (!site_.frame(stream->device)) return;
  const std::string whose = net::holder_of(request.identity);
  if (stream->overlay) {
    worker_.submit(whose, [this, device = stream->device] { draw_and_write(device); });
  } else {
    worker_.submit(whose, [this, stream] {
      const auto jpeg = site_.jpeg(stream->device);
      if (jpeg) write({stream}, mjpeg_part((*jpeg)->data.span()));
    });
  }
}

// Those of a device without pictures are found nowhere else.
void MjpegStreams::forget_ended() {
  std::vector<StreamPtr> ended;  // die after the lock
  std::lock_guard lock(mutex_);
  const auto open = [](const StreamPtr& stream) { return stream->body->open(); };
  const auto middle = std::partition(streams_.begin(), streams_.end(), open);
  ended.assign(std::make_move_iterator(middle), std::make_move_iterator(streams_.end()));
  streams_.erase(middle, streams_.end());
}

std::vector<MjpegStreams::StreamPtr> MjpegStreams::streams_of(const std::string& device,
                                                              bool overlay) const {
  std::vector<StreamPtr> streams;
  std::lock_guard lock(mutex_);
  for (const auto& stream : streams_) {
    if (stream->device == device && stream->overlay == overlay) streams.push_back(stream);
  }
  return streams;
}

void MjpegStreams::on_frame(const std::string& device, const FramePtr& frame) {
  if (frame->codec == core::Codec::jpeg) on_jpeg(device, frame);
}

void MjpegStreams::on_jpeg(const std::string& device, const FramePtr& frame) {
  {
    std::lock_guard lock(mutex_);
    if (streams_.empty()) return;
  }
  const auto plain = streams_of(device, false);
  if (!plain.empty()) write(plain, mjpeg_part(frame->data.span()));
  const size_t drawn_for = streams_of(device, true).size();
  if (drawn_for == 0) return;
  {
    std::lock_guard lock(mutex_);
    // It will take this newer frame, and not the one before.
    if (!drawing_.insert(device).second) return count_dropped(device, drawn_for);
  }
  if (worker_.submit("device " + device, [this, device] { draw_and_write(device); })) return;
  std::lock_guard lock(mutex_);
  drawing_.erase(device);
  count_dropped(device, drawn_for);
}

void MjpegStreams::count_dropped(const std::string& device, uint64_t frames) {
  context_.metrics
      .counter("fovea_viewer_frames_dropped_total",
               "Frames that a viewer did not get because a newer one came", {{"device", device}})
      .add(double(frames));
}

// On the worker's thread.
void MjpegStreams::draw_and_write(const std::string& device) {
  {
    std::lock_guard lock(mutex_);
    drawing_.erase(device);
  }
  const auto streams = streams_of(device, true);
  if (streams.empty()) return;
  const auto jpeg = worker_.overlay_jpeg(device);
  if (!jpeg) {
    context_.log.debug("{}: {}", device, jpeg.error().message);
    return;
  }
  write(streams, mjpeg_part(jpeg->span()));
}

void MjpegStreams::write(const std::vector<StreamPtr>& streams, const core::Buffer& part) {
  for (const auto& stream : streams) {
    const bool open = stream->body->write_newest(part);
    std::lock_guard lock(mutex_);
    const uint64_t dropped = stream->body->dropped();
    if (!open) {
      std::erase(streams_, stream);
      continue;
    }
    const uint64_t lost = dropped - std::exchange(stream->dropped, dropped);
    if (lost > 0) {
      count_dropped(stream->device, lost);
    } else {
      stream->rate.add(context_.clock.steady());
      context_.metrics
          .counter("fovea_viewer_frames_sent_total", "Frames sent to viewers",
                   {{"device", stream->device}})
          .add();
    }
  }
}

std::vector<ViewerView> MjpegStreams::viewers() const {
  std::vector<ViewerView> views;
  const auto now = context_.clock.steady();
  std::lock_guard lock(mutex_);
  for (const auto& stream : streams_) {
    if (!stream->body->open()) continue;
    views.push_back({stream->peer,
                     {stream->device},
                     stream->rate.per_second(now).value_or(0),
                     stream->dropped,
                     0});
  }
  return views;
}

void MjpegStreams::add_viewed(std::map<std::string, ViewedDevice>& devices) const {
  const auto now = context_.clock.steady();
  std::lock_guard lock(mutex_);
  for (const auto& stream : streams_) {
    devices[stream->device].fps += stream->rate.per_second(now).value_or(0);
  }
}

void MjpegStreams::close() {
  std::vector<StreamPtr> streams;
  std::lock_guard lock(mutex_);
  streams.swap(streams_);
}

}  // namespace fovea::site
