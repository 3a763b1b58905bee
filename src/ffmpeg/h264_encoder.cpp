#include "ffmpeg/h264_encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/limits.h"
#include "ffmpeg/encoder_queue.h"
#include "ffmpeg/pointers.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

namespace fovea::ffmpeg {

namespace {

using codec::VideoEncoderOptions;
using codec::VideoUnit;
using core::Code;
using core::Error;
using core::PixelFormat;

constexpr const char* encoder_names[] = {"h264_v4l2m2m", "libx264"};

AVPixelFormat av_format(PixelFormat format) {
  switch (format) {
    case PixelFormat::gray8: return AV_PIX_FMT_GRAY8;
    case PixelFormat::rgb24: return AV_PIX_FMT_RGB24;
    case PixelFormat::bgr24: return AV_PIX_FMT_BGR24;
    case PixelFormat::yuyv422: return AV_PIX_FMT_YUYV422;
    case PixelFormat::i420: return AV_PIX_FMT_YUV420P;
    case PixelFormat::nv12: return AV_PIX_FMT_NV12;
  }
  return AV_PIX_FMT_NONE;
}

bool is_yuv(PixelFormat format) {
  return format != PixelFormat::rgb24 && format != PixelFormat::bgr24;
}

// JPEG quality 85 and x264's CRF 23 look about alike; each 6 of CRF halves the bit rate.
int constant_rate_factor(int quality) {
  return static_cast<int>(std::lround(std::clamp(23 + (85 - quality) * 0.3, 16.0, 44.0)));
}

// The planes of a picture without padding (core::PixelFormat).
struct Planes {
  const uint8_t* data[4] = {};
  int strides[4] = {};
};
Planes planes_of(const core::Image& picture) {
  const uint8_t* pixels = picture.pixels.data();
  const int width = picture.size.width, height = picture.size.height;
  const int half_width = (width + 1) / 2, half_height = (height + 1) / 2;
  const uint8_t* chroma = pixels + ptrdiff_t(width) * height;
  switch (picture.format) {
    case PixelFormat::gray8: return {{pixels}, {width}};
    case PixelFormat::rgb24:
    case PixelFormat::bgr24: return {{pixels}, {3 * width}};
    case PixelFormat::yuyv422: return {{pixels}, {2 * width}};
    case PixelFormat::nv12: return {{pixels, chroma}, {width, 2 * half_width}};
    case PixelFormat::i420:
      return {{pixels, chroma, chroma + ptrdiff_t(half_width) * half_height},
              {width, half_width, half_width}};
  }
  return {};
}

class H264Encoder final : public codec::VideoEncoder {
 public:
  H264Encoder(CodecPtr codec, core::Size picture_size, core::Metrics& metrics)
      : codec_(std::move(codec)),
        picture_size_(picture_size),
        size_{codec_->width, codec_->height},
        queue_({[this](const AVFrame* frame) { return avcodec_send_frame(codec_.get(), frame); },
                [this](AVPacket* packet) { return avcodec_receive_packet(codec_.get(), packet); }},
               metrics.counter("fovea_encoder_pictures_left_out_total",
                               "Pictures that a busy H.264 encoder did not take.")) {}

  core::Result<std::optional<VideoUnit>> encode(const core::Image& picture,
                                                core::Timestamp captured, bool key) override {
    if (picture.size != picture_size_) {
      return Error{Code::bad_input,
                   fmt::format("a picture of {}x{} in a video of {}x{}", picture.size.width,
                               picture.size.height, picture_size_.width, picture_size_.height)};
    }
    key_wanted_ |= key;  // until a picture is taken
    if (queue_.is_behind()) return queue_.leave_out();
    if (auto filled = fill(picture); !filled) return filled.error();
    frame_->pts = next_++;
    frame_->pict_type = key_wanted_ ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    auto unit = queue_.push(*frame_, captured);
    if (queue_.took()) key_wanted_ = false;
    return unit;
  }

  core::Size size() const override { return size_; }
  std::string description() const override { return codec_->codec->name; }

 private:
  // As JPEG means colours (full range, BT.601), whatever came.
  core::Status fill(const core::Image& picture) {
    if (!scaler_ || format_ != picture.format) {
      scaler_.reset(sws_getContext(size_.width, size_.height, av_format(picture.format),
                                   size_.width, size_.height, AV_PIX_FMT_YUV420P, SWS_BILINEAR,
                                   nullptr, nullptr, nullptr));
      if (!scaler_) return Error{Code::internal, "a picture cannot be converted"};
      const int* matrix = sws_getCoefficients(SWS_CS_ITU601);
      constexpr int one = 1 << 16;  // contrast and saturation as they are
      sws_setColorspaceDetails(scaler_.get(), matrix, is_yuv(picture.format), matrix, 1, 0, one,
                               one);
      format_ = picture.format;
    }
    // The encoder may still hold the last picture's memory.
    av_frame_unref(frame_.get());
    frame_->width = size_.width;
    frame_->height = size_.height;
    frame_->format = AV_PIX_FMT_YUV420P;
    frame_->color_range = AVCOL_RANGE_JPEG;
    if (av_frame_get_buffer(frame_.get(), 0) < 0) {
      return Error{Code::internal, "no memory for a picture"};
    }
    const Planes planes = planes_of(picture);
    const int rows = sws_scale(scaler_.get(), planes.data, planes.strides, 0, size_.height,
                               frame_->data, frame_->linesize);
    if (rows != size_.height) return Error{Code::internal, "a picture cannot be converted"};
    return {};
  }

  CodecPtr codec_;
  const core::Size picture_size_;
  const core::Size size_;
  FramePtr frame_ = make_frame();
  ScalerPtr scaler_;
  PixelFormat format_ = PixelFormat::i420;  // what the scaler was made for
  int64_t next_ = 0;
  bool key_wanted_ = false;
  EncoderQueue queue_;
};

void set_live_options(AVCodecContext& codec, const VideoEncoderOptions& options) {
  codec.width = options.size.width & ~1;
  codec.height = options.size.height & ~1;
  codec.time_base = {1, std::max(1, static_cast<int>(std::lround(options.fps)))};
  codec.framerate = av_inv_q(codec.time_base);
  codec.gop_size = std::max(1, static_cast<int>(options.fps * options.key_s));
  codec.max_b_frames = 0;
  codec.pix_fmt = AV_PIX_FMT_YUV420P;
  codec.color_range = AVCOL_RANGE_JPEG;
  codec.colorspace = AVCOL_SPC_SMPTE170M;
  codec.color_primaries = AVCOL_PRI_SMPTE170M;
  codec.color_trc = AVCOL_TRC_SMPTE170M;
  codec.thread_count = 1;  // frame threads would hold pictures back
  // What only some encoders know is no error for the others.
  void* known = codec.priv_data;
  av_opt_set(known, "preset", "veryfast", 0);
  av_opt_set(known, "tune", "zerolatency", 0);
  av_opt_set(known, "forced-idr", "1", 0);
  av_opt_set_int(known, "crf", constant_rate_factor(options.quality), 0);
}

core::Status check_options(const VideoEncoderOptions& options) {
  const auto [width, height] = options.size;
  if (width < 16 || height < 16 || width > core::limits::picture_side_max ||
      height > core::limits::picture_side_max ||
      size_t(width) * size_t(height) > core::limits::picture_pixels_max) {
    return Error{Code::bad_input, fmt::format("H.264 of {}x{} cannot be made", width, height)};
  }
  if (!(options.fps > 0 && options.fps <= core::limits::camera_fps_max) || options.quality < 1 ||
      options.quality > 100 || !(options.key_s > 0)) {
    return Error{Code::bad_input, "H.264 needs a rate above 0 and a quality from 1 to 100"};
  }
  return {};
}

}  // namespace

core::Result<std::unique_ptr<codec::VideoEncoder>> open_h264_encoder(
    const VideoEncoderOptions& options, const core::Context& context) {
  if (auto checked = check_options(options); !checked) return checked.error();
  for (const char* name : encoder_names) {
    const AVCodec* kind = avcodec_find_encoder_by_name(name);
    if (!kind) continue;
    CodecPtr codec(avcodec_alloc_context3(kind));
    if (!codec) return Error{Code::internal, "no memory for an encoder"};
    set_live_options(*codec, options);
    if (avcodec_open2(codec.get(), kind, nullptr) < 0) continue;
    context.log.info("H.264 is made by {}", name);
    return std::unique_ptr<codec::VideoEncoder>(
        std::make_unique<H264Encoder>(std::move(codec), options.size, context.metrics));
  }
  return Error{Code::unsupported, "this FFmpeg has no H.264 encoder that works here"};
}

}  // namespace fovea::ffmpeg
