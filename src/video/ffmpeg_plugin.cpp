#include "video/ffmpeg_plugin.h"

#include "core/plugin.h"

namespace fovea::video {

core::Result<std::unique_ptr<Source>> open_ffmpeg_source(const std::string& spec,
                                                         const SourceOptions& options,
                                                         const core::Context& context) {
  auto address = core::open_plugin(ffmpeg_plugin, ffmpeg_open_source_symbol);
  if (!address) return address.error();
  core::Result<std::unique_ptr<Source>> result = core::Error{};
  reinterpret_cast<FfmpegOpenSource*> (*address)(spec, options, context, result);
  return result;
}

core::Result<std::unique_ptr<StreamDecoder>> open_h264_decoder(const core::Context& context) {
  auto address = core::open_plugin(ffmpeg_plugin, ffmpeg_open_h264_decoder_symbol);
  if (!address) return address.error();
  core::Result<std::unique_ptr<StreamDecoder>> result = core::Error{};
  reinterpret_cast<FfmpegOpenH264Decoder*> (*address)(context, result);
  return result;
}

}  // namespace fovea::video
