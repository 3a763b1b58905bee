#include "ffmpeg/frame_converter.h"

#include <fmt/format.h>

#include "core/limits.h"

extern "C" {
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

namespace fovea::ffmpeg {

namespace {

using core::Code;
using core::Error;

// What a video without a word about it has: standard definition BT.601, larger BT.709.
int matrix_of(const AVFrame& frame) {
  switch (frame.colorspace) {
    case AVCOL_SPC_BT709: return SWS_CS_ITU709;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL: return SWS_CS_BT2020;
    case AVCOL_SPC_UNSPECIFIED: return frame.height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601;
    default: return SWS_CS_ITU601;
  }
}

bool is_full_range(const AVFrame& frame) {
  return frame.color_range == AVCOL_RANGE_JPEG || frame.format == AV_PIX_FMT_YUVJ420P ||
         frame.format == AV_PIX_FMT_YUVJ422P || frame.format == AV_PIX_FMT_YUVJ444P;
}

void copy_plane(const uint8_t* from, int stride, int width, int height, core::Bytes& out) {
  for (int y = 0; y < height; ++y) {
    const uint8_t* row = from + ptrdiff_t(y) * stride;
    out.insert(out.end(), row, row + width);
  }
}

core::Image copy_i420(const AVFrame& frame) {
  const core::Size size{frame.width, frame.height};
  core::Bytes pixels;
  pixels.reserve(core::image_bytes(core::PixelFormat::i420, size));
  copy_plane(frame.data[0], frame.linesize[0], size.width, size.height, pixels);
  for (const int plane : {1, 2}) {
    copy_plane(frame.data[plane], frame.linesize[plane], (size.width + 1) / 2,
               (size.height + 1) / 2, pixels);
  }
  return {core::PixelFormat::i420, size, std::move(pixels)};
}

core::Status check_size(const AVFrame& frame) {
  const bool fits = frame.width > 0 && frame.height > 0 &&
                    frame.width <= core::limits::picture_side_max &&
                    frame.height <= core::limits::picture_side_max &&
                    size_t(frame.width) * size_t(frame.height) <= core::limits::picture_pixels_max;
  if (fits) return {};
  return Error{Code::bad_input,
               fmt::format("pictures of {}x{} are too large", frame.width, frame.height)};
}

}  // namespace

core::Status FrameConverter::prepare(const Job& job) {
  if (scaler_ && job == job_) return {};
  const auto format = static_cast<AVPixelFormat>(job.in_format);
  const auto out_format = static_cast<AVPixelFormat>(job.out_format);
  scaler_.reset(sws_getContext(job.in.width, job.in.height, format, job.out.width, job.out.height,
                               out_format, SWS_BILINEAR, nullptr, nullptr, nullptr));
  if (!scaler_) {
    const char* name = av_get_pix_fmt_name(format);
    return Error{Code::internal,
                 fmt::format("pictures in the format {} cannot be converted", name ? name : "?")};
  }
  constexpr int one = 1 << 16;  // contrast and saturation as they are
  sws_setColorspaceDetails(scaler_.get(), sws_getCoefficients(job.matrix), job.range,
                           sws_getCoefficients(SWS_CS_ITU601), 1, 0, one, one);
  scaled_ = make_frame();
  scaled_->width = job.out.width;
  scaled_->height = job.out.height;
  scaled_->format = job.out_format;
  // Rows with room behind them: the scaler writes past their end.
  if (av_frame_get_buffer(scaled_.get(), 0) < 0) {
    scaler_.reset();
    return Error{Code::internal, "no memory for a picture"};
  }
  job_ = job;
  return {};
}

core::Status FrameConverter::scale(const AVFrame& frame, int out_format, core::Size out) {
  const Job job{{frame.width, frame.height},
                frame.format,
                is_full_range(frame),
                matrix_of(frame),
                out,
                out_format};
  if (auto ready = prepare(job); !ready) return ready;
  const int rows = sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height,
                             scaled_->data, scaled_->linesize);
  if (rows != out.height) return Error{Code::internal, "a picture cannot be converted"};
  return {};
}

core::Result<core::Image> FrameConverter::to_i420(const AVFrame& frame) {
  if (auto fits = check_size(frame); !fits) return fits.error();
  const bool as_it_is = (frame.format == AV_PIX_FMT_YUVJ420P ||
                         (frame.format == AV_PIX_FMT_YUV420P && is_full_range(frame))) &&
                        matrix_of(frame) == SWS_CS_ITU601;
  if (as_it_is) return copy_i420(frame);
  const core::Size size{frame.width, frame.height};
  if (auto done = scale(frame, AV_PIX_FMT_YUV420P, size); !done) return done.error();
  return copy_i420(*scaled_);
}

core::Result<core::Image> FrameConverter::to_scaled(const AVFrame& frame, int divisor,
                                                    core::PixelFormat format) {
  if (auto fits = check_size(frame); !fits) return fits.error();
  const bool is_grey = format == core::PixelFormat::gray8;
  const core::Size size{(frame.width + divisor - 1) / divisor,
                        (frame.height + divisor - 1) / divisor};
  const auto out_format = is_grey ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_RGB24;
  if (auto done = scale(frame, out_format, size); !done) return done.error();
  core::Bytes pixels;
  pixels.reserve(core::image_bytes(format, size));
  copy_plane(scaled_->data[0], scaled_->linesize[0], (is_grey ? 1 : 3) * size.width, size.height,
             pixels);
  return core::Image{format, size, std::move(pixels)};
}

}  // namespace fovea::ffmpeg
