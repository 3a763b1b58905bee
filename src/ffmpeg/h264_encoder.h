#pragma once

#include <memory>

#include "codec/video_codec.h"

namespace fovea::ffmpeg {

// The first of these that opens on this machine: the memory-to-memory encoder of V4L2 (Raspberry Pi
// up to 4, Jetson), libx264.
core::Result<std::unique_ptr<codec::VideoEncoder>> open_h264_encoder(
    const codec::VideoEncoderOptions& options, const core::Context& context);

}  // namespace fovea::ffmpeg
