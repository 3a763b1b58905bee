#pragma once

#include <memory>
#include <string>

#include "core/context.h"
#include "core/result.h"
#include "video/source.h"
#include "video/stream_decoder.h"

namespace fovea::video {

// The plug-in `ffmpeg` (see core/plugin.h): video files, RTSP and H.264. Opened on first use.
// Errors of both: also unsupported (this build has no such plug-in).

// file:PATH, rtsp://..., rtsps://...
core::Result<std::unique_ptr<Source>> open_ffmpeg_source(const std::string& spec,
                                                         const SourceOptions& options,
                                                         const core::Context& context);

core::Result<std::unique_ptr<StreamDecoder>> open_h264_decoder(const core::Context& context);

// What the plug-in exports, both under these names.
inline constexpr char ffmpeg_plugin[] = "ffmpeg";
inline constexpr char ffmpeg_open_source_symbol[] = "fovea_ffmpeg_open_source";
inline constexpr char ffmpeg_open_h264_decoder_symbol[] = "fovea_ffmpeg_open_h264_decoder";
using FfmpegOpenSource = void(const std::string& spec, const SourceOptions& options,
                              const core::Context& context,
                              core::Result<std::unique_ptr<Source>>& result);
using FfmpegOpenH264Decoder = void(const core::Context& context,
                                   core::Result<std::unique_ptr<StreamDecoder>>& result);

}  // namespace fovea::video
