#include "ffmpeg/h264_unit_decoder.h"

#include <mutex>

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

// The scalers of one stream's pictures, one for each format that is asked for.
class Converters {
 public:
  core::Result<core::Image> convert(const AVFrame& frame, int divisor, core::PixelFormat format) {
    std::lock_guard lock(mutex_);
    if (format == core::PixelFormat::i420) return whole_.to_i420(frame);
    return (format == core::PixelFormat::gray8 ? grey_ : rgb_).to_scaled(frame, divisor, format);
  }

 private:
  std::mutex mutex_;  // guards all below
  FrameConverter whole_;
  FrameConverter grey_;
  FrameConverter rgb_;
};

class DecodedPicture final : public codec::VideoPicture {
 public:
  DecodedPicture(FramePtr frame, std::shared_ptr<Converters> converters)
      : frame_(std::move(frame)), converters_(std::move(converters)) {}

  core::Size size() const override { return {frame_->width, frame_->height}; }

  core::Result<core::Image> image(core::Size cover, core::PixelFormat format) const override {
    return converters_->convert(*frame_, codec::covering_divisor(size(), cover), format);
  }

 private:
  const FramePtr frame_;
  const std::shared_ptr<Converters> converters_;
};

class H264UnitDecoder final : public codec::VideoDecoder {
 public:
  explicit H264UnitDecoder(size_t bytes_max) : limit_(bytes_max) {}

  core::Status open() {
    auto codec = open_h264_codec(true, limit_);
    if (!codec) return codec.error();
    codec_ = *std::move(codec);
    return {};
  }

  core::Result<codec::VideoPicturePtr> push(std::span<const uint8_t> unit) override {
    if (unit.empty()) return Error{Code::bad_input, "an empty H.264 unit"};
    // FFmpeg reads beyond the end.
    padded_.assign(unit.begin(), unit.end());
    padded_.resize(unit.size() + AV_INPUT_BUFFER_PADDING_SIZE);
    packet_->data = padded_.data();
    packet_->size = static_cast<int>(unit.size());
    FramePtr frame = make_frame();
    if (avcodec_send_packet(codec_.get(), packet_.get()) < 0 ||
        avcodec_receive_frame(codec_.get(), frame.get()) < 0) {
      avcodec_flush_buffers(codec_.get());
      if (limit_.take_refused()) {
        return Error{Code::bad_input, "H.264 that takes more memory than its parameters say"};
      }
      return Error{Code::bad_input, "H.264 data that holds no picture"};
    }
    if (frame->decode_error_flags != 0 || (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0) {
      return Error{Code::bad_input, "damaged H.264"};
    }
    return codec::VideoPicturePtr(std::make_shared<DecodedPicture>(std::move(frame), converters_));
  }

 private:
  BufferLimit limit_;
  CodecPtr codec_;
  PacketPtr packet_ = make_packet();
  const std::shared_ptr<Converters> converters_ = std::make_shared<Converters>();
  core::Bytes padded_;
};

}  // namespace

core::Result<std::unique_ptr<codec::VideoDecoder>> open_h264_unit_decoder(size_t bytes_max,
                                                                          const core::Context&) {
  auto decoder = std::make_unique<H264UnitDecoder>(bytes_max);
  if (auto opened = decoder->open(); !opened) return opened.error();
  return std::unique_ptr<codec::VideoDecoder>(std::move(decoder));
}

}  // namespace fovea::ffmpeg
