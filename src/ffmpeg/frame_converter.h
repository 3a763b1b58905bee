#pragma once

#include "core/image.h"
#include "core/result.h"
#include "ffmpeg/pointers.h"

namespace fovea::ffmpeg {

// Turns decoded frames into i420 pictures as JPEG means them (full range, BT.601), whatever the
// video's own sampling, range and matrix are. Owns the scaler's state; threads: one.
class FrameConverter {
 public:
  // Errors: bad_input (beyond limits::picture_*), internal (FFmpeg refuses the format).
  core::Result<core::Image> convert(const AVFrame& frame);

 private:
  core::Status prepare(const AVFrame& frame);

  ScalerPtr scaler_;
  FramePtr scaled_;
  // What the scaler was made for.
  int width_ = 0;
  int height_ = 0;
  int format_ = -1;
  int range_ = -1;
  int matrix_ = -1;
};

}  // namespace fovea::ffmpeg
