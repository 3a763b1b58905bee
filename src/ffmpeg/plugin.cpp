#include "core/plugin.h"

#include "codec/video_codec.h"
#include "ffmpeg/file_source.h"
#include "ffmpeg/h264_decoder.h"
#include "ffmpeg/h264_encoder.h"
#include "ffmpeg/h264_unit_decoder.h"
#include "ffmpeg/log_bridge.h"
#include "ffmpeg/rtsp_source.h"
#include "video/ffmpeg_plugin.h"

FOVEA_PLUGIN_BUILD_ID

#define FOVEA_EXPORT extern "C" __attribute__((visibility("default")))

FOVEA_EXPORT void fovea_ffmpeg_open_source(
    const std::string& spec, const fovea::video::SourceOptions& options,
    const fovea::core::Context& context,
    fovea::core::Result<std::unique_ptr<fovea::video::Source>>& result) {
  fovea::ffmpeg::bridge_log(context.log);
  result = spec.starts_with("file:") ? fovea::ffmpeg::open_file_source(spec, options, context)
                                     : fovea::ffmpeg::open_rtsp_source(spec, options, context);
}

FOVEA_EXPORT void fovea_ffmpeg_open_h264_decoder(
    const fovea::core::Context& context,
    fovea::core::Result<std::unique_ptr<fovea::video::StreamDecoder>>& result) {
  fovea::ffmpeg::bridge_log(context.log);
  result = fovea::ffmpeg::open_h264_decoder(context);
}

FOVEA_EXPORT void fovea_ffmpeg_open_h264_encoder(
    const fovea::codec::VideoEncoderOptions& options, const fovea::core::Context& context,
    fovea::core::Result<std::unique_ptr<fovea::codec::VideoEncoder>>& result) {
  fovea::ffmpeg::bridge_log(context.log);
  result = fovea::ffmpeg::open_h264_encoder(options, context);
}

FOVEA_EXPORT void fovea_ffmpeg_open_h264_unit_decoder(
    size_t bytes_max, const fovea::core::Context& context,
    fovea::core::Result<std::unique_ptr<fovea::codec::VideoDecoder>>& result) {
  fovea::ffmpeg::bridge_log(context.log);
  result = fovea::ffmpeg::open_h264_unit_decoder(bytes_max, context);
}
