#include "ffmpeg/h264_decoder.h"

#include "core/limits.h"
#include "ffmpeg/frame_converter.h"
#include "ffmpeg/pointers.h"

extern "C" {
#include <libavcodec/avcodec.h>
}

namespace fovea::ffmpeg {

namespace {

using core::Code;
using core::Error;

// So much without a picture is no H.264, or nothing but damage.
constexpr size_t barren_bytes_max = 8u << 20;

class H264Decoder final : public video::StreamDecoder {
 public:
  core::Status open() {
    auto codec = open_h264_codec(false, limit_);
    if (!codec) return codec.error();
    codec_ = *std::move(codec);
    parser_.reset(av_parser_init(AV_CODEC_ID_H264));
    if (!parser_) return Error{Code::internal, "no memory for a decoder"};
    return {};
  }

  core::Result<std::vector<core::Image>> push(std::span<const uint8_t> bytes) override {
    std::vector<core::Image> images;
    barren_bytes_ += bytes.size();
    // FFmpeg reads beyond the end.
    core::Bytes padded(bytes.begin(), bytes.end());
    padded.resize(bytes.size() + AV_INPUT_BUFFER_PADDING_SIZE);
    const uint8_t* at = padded.data();
    int left = static_cast<int>(bytes.size());
    while (left > 0) {
      uint8_t* data = nullptr;
      int size = 0;
      const int used = av_parser_parse2(parser_.get(), codec_.get(), &data, &size, at, left,
                                        AV_NOPTS_VALUE, AV_NOPTS_VALUE, 0);
      if (used < 0) return Error{Code::internal, "H.264 cannot be parsed"};
      at += used;
      left -= used;
      if (size > 0) {
        if (auto done = decode(data, size, images); !done) return done.error();
      }
    }
    if (!images.empty()) barren_bytes_ = 0;
    if (barren_bytes_ > barren_bytes_max) {
      return Error{Code::bad_input, "8 MiB of H.264 held no picture that can be decoded"};
    }
    return images;
  }

 private:
  core::Status decode(uint8_t* data, int size, std::vector<core::Image>& images) {
    packet_->data = data;
    packet_->size = size;
    if (avcodec_send_packet(codec_.get(), packet_.get()) < 0) return {};  // damage: passed over
    while (avcodec_receive_frame(codec_.get(), frame_.get()) == 0) {
      auto image = converter_.to_i420(*frame_);
      av_frame_unref(frame_.get());
      if (!image) return image.error();
      images.push_back(std::move(*image));
    }
    return {};
  }

  BufferLimit limit_{foreign_stream_bytes_max};
  CodecPtr codec_;
  ParserPtr parser_;
  PacketPtr packet_ = make_packet();
  FramePtr frame_ = make_frame();
  FrameConverter converter_;
  size_t barren_bytes_ = 0;  // since the last picture
};

}  // namespace

core::Result<CodecPtr> open_h264_codec(bool low_delay, BufferLimit& limit) {
  const AVCodec* kind = avcodec_find_decoder(AV_CODEC_ID_H264);
  if (!kind) return Error{Code::unsupported, "this FFmpeg has no H.264 decoder"};
  CodecPtr codec(avcodec_alloc_context3(kind));
  if (!codec) return Error{Code::internal, "no memory for a decoder"};
  codec->thread_count = 1;  // frame threads would hold pictures back
  codec->max_pixels = core::limits::inferred_pixels_max;
  limit.install(*codec);
  if (low_delay) codec->flags |= AV_CODEC_FLAG_LOW_DELAY;
  if (avcodec_open2(codec.get(), kind, nullptr) < 0) {
    return Error{Code::internal, "the H.264 decoder does not open"};
  }
  return codec;
}

core::Result<std::unique_ptr<video::StreamDecoder>> open_h264_decoder(const core::Context&) {
  auto decoder = std::make_unique<H264Decoder>();
  if (auto opened = decoder->open(); !opened) return opened.error();
  return std::unique_ptr<video::StreamDecoder>(std::move(decoder));
}

}  // namespace fovea::ffmpeg
