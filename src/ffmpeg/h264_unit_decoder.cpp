#include "ffmpeg/h264_unit_decoder.h"

#include <fmt/format.h>

#include "codec/scale.h"
#include "ffmpeg/frame_converter.h"
#include "ffmpeg/h264_decoder.h"
#include "ffmpeg/pointers.h"

extern "C" {
#include <libavcodec/avcodec.h>
}

namespace fovea::ffmpeg {

namespace {

using core::Code;
using core::Error;

class H264UnitDecoder final : public codec::VideoDecoder {
 public:
  explicit H264UnitDecoder(CodecPtr codec) : codec_(std::move(codec)) {}

  core::Result<core::Size> push(std::span<const uint8_t> unit) override {
    if (unit.empty()) return Error{Code::bad_input, "an empty H.264 unit"};
    // FFmpeg reads beyond the end.
    padded_.assign(unit.begin(), unit.end());
    padded_.resize(unit.size() + AV_INPUT_BUFFER_PADDING_SIZE);
    packet_->data = padded_.data();
    packet_->size = static_cast<int>(unit.size());
    if (avcodec_send_packet(codec_.get(), packet_.get()) < 0 ||
        avcodec_receive_frame(codec_.get(), received_.get()) < 0) {
      avcodec_flush_buffers(codec_.get());
      return Error{Code::bad_input, "H.264 data that holds no picture"};
    }
    if (received_->decode_error_flags != 0 || (received_->flags & AV_FRAME_FLAG_CORRUPT) != 0) {
      return Error{Code::bad_input, "damaged H.264"};
    }
    std::swap(newest_, received_);
    has_picture_ = true;
    return core::Size{newest_->width, newest_->height};
  }

  core::Result<core::Image> picture(core::Size cover) override {
    if (!has_picture_) return Error{Code::not_found, "no picture was decoded yet"};
    const core::Size whole{newest_->width, newest_->height};
    return converter_.to_rgb(*newest_, codec::covering_divisor(whole, cover));
  }

 private:
  CodecPtr codec_;
  PacketPtr packet_ = make_packet();
  FramePtr received_ = make_frame();
  FramePtr newest_ = make_frame();
  bool has_picture_ = false;
  FrameConverter converter_;
  core::Bytes padded_;
};

}  // namespace

core::Result<std::unique_ptr<codec::VideoDecoder>> open_h264_unit_decoder(const core::Context&) {
  auto codec = open_h264_codec(true);
  if (!codec) return codec.error();
  return std::unique_ptr<codec::VideoDecoder>(std::make_unique<H264UnitDecoder>(std::move(*codec)));
}

}  // namespace fovea::ffmpeg
