#include "ffmpeg/encoder_queue.h"

extern "C" {
#include <libavcodec/avcodec.h>
}

namespace fovea::ffmpeg {

namespace {

using codec::VideoUnit;
using core::Code;
using core::Error;

// Pictures for which an encoder may give nothing back before something is wrong: hardware holds
// some, and an overloaded one none for a second or two.
constexpr int barren_calls_max = 50;

}  // namespace

EncoderQueue::EncoderQueue(Encoder encoder, core::Counter& left_out_count)
    : encoder_(std::move(encoder)), left_out_count_(left_out_count) {}

core::Result<std::optional<VideoUnit>> EncoderQueue::push(const AVFrame& frame,
                                                          core::Timestamp captured) {
  if (auto drained = drain(); !drained) return drained.error();
  const int sent = encoder_.send(&frame);
  took_ = sent >= 0;
  if (took_) {
    waiting_.push_back({frame.pts, captured});
  } else if (sent == AVERROR(EAGAIN)) {
    left_out_count_.add();  // full, though its output was read
  } else {
    return Error{Code::internal, "the H.264 encoder refuses a picture"};
  }
  if (auto drained = drain(); !drained) return drained.error();
  return take();
}

core::Result<std::optional<VideoUnit>> EncoderQueue::leave_out() {
  took_ = false;
  left_out_count_.add();
  if (auto drained = drain(); !drained) return drained.error();
  return take();
}

// Reads all that is finished.
core::Status EncoderQueue::drain() {
  while (true) {
    const int status = encoder_.receive(packet_.get());
    if (status == AVERROR(EAGAIN)) return {};
    if (status < 0) return Error{Code::internal, "the H.264 encoder failed"};
    while (waiting_.size() > 1 && waiting_.front().number < packet_->pts) waiting_.pop_front();
    if (waiting_.empty()) return Error{Code::internal, "the H.264 encoder gives more than it took"};
    finished_.push_back({core::Buffer(core::Bytes(packet_->data, packet_->data + packet_->size)),
                         (packet_->flags & AV_PKT_FLAG_KEY) != 0, waiting_.front().captured});
    waiting_.pop_front();
    av_packet_unref(packet_.get());
  }
}

core::Result<std::optional<VideoUnit>> EncoderQueue::take() {
  if (finished_.empty()) {
    if (++barren_calls_ <= barren_calls_max) return std::optional<VideoUnit>();
    return Error{Code::internal, "the H.264 encoder takes pictures and gives none back"};
  }
  barren_calls_ = 0;
  std::optional<VideoUnit> unit = std::move(finished_.front());
  finished_.pop_front();
  return unit;
}

}  // namespace fovea::ffmpeg
