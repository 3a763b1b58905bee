#pragma once

#include <memory>

#include "codec/video_codec.h"

namespace fovea::ffmpeg {

core::Result<std::unique_ptr<codec::VideoDecoder>> open_h264_unit_decoder(
    size_t bytes_max, const core::Context& context);

}  // namespace fovea::ffmpeg
