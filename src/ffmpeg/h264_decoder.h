#pragma once

#include <memory>

#include "core/context.h"
#include "video/stream_decoder.h"

namespace fovea::ffmpeg {

// Decodes H.264 in Annex B format from pieces of any size.
core::Result<std::unique_ptr<video::StreamDecoder>> open_h264_decoder(const core::Context& context);

}  // namespace fovea::ffmpeg
