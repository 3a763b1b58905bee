#pragma once

#include "core/image.h"
#include "core/result.h"
#include "ffmpeg/pointers.h"

namespace fovea::ffmpeg {

// Turns decoded frames into pictures, whatever the video's own sampling, range and matrix are. Owns
// the scaler's state; threads: one.
class FrameConverter {
 public:
  // As JPEG means i420 (full range, BT.601).
  // Errors: bad_input (beyond limits::picture_*), internal (FFmpeg refuses the format).
  core::Result<core::Image> to_i420(const AVFrame& frame);

  // rgb24 or gray8, smaller by `divisor` (rounded up). Errors: the same.
  core::Result<core::Image> to_scaled(const AVFrame& frame, int divisor, core::PixelFormat format);

 private:
  // What the scaler is made for.
  struct Job {
    core::Size in;
    int in_format = -1;
    int range = -1;
    int matrix = -1;
    core::Size out;
    int out_format = -1;
    bool operator==(const Job&) const = default;
  };

  core::Status scale(const AVFrame& frame, int out_format, core::Size out);
  core::Status prepare(const Job& job);

  Job job_;
  ScalerPtr scaler_;
  FramePtr scaled_;
};

}  // namespace fovea::ffmpeg
