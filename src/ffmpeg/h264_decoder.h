#pragma once

#include <memory>

#include "core/context.h"
#include "ffmpeg/buffer_limit.h"
#include "ffmpeg/pointers.h"
#include "video/stream_decoder.h"

namespace fovea::ffmpeg {

// FFmpeg's decoder, opened, whose pictures keep to `limit`, which outlives it. `low_delay`: a
// picture comes out with its unit, whatever the stream says of pictures that refer to later ones.
core::Result<CodecPtr> open_h264_codec(bool low_delay, BufferLimit& limit);

// Decodes H.264 in Annex B format from pieces of any size. What its pictures take together is
// bounded by foreign_stream_bytes_max.
core::Result<std::unique_ptr<video::StreamDecoder>> open_h264_decoder(const core::Context& context);

}  // namespace fovea::ffmpeg
