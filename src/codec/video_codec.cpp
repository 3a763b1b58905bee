#include "codec/video_codec.h"

#include "core/plugin.h"

namespace fovea::codec {

namespace {

constexpr char plugin[] = "ffmpeg";

}  // namespace

core::Result<std::unique_ptr<VideoEncoder>> open_h264_encoder(const VideoEncoderOptions& options,
                                                              const core::Context& context) {
  auto address = core::open_plugin(plugin, open_h264_encoder_symbol);
  if (!address) return address.error();
  core::Result<std::unique_ptr<VideoEncoder>> result = core::Error{};
  reinterpret_cast<OpenH264Encoder*> (*address)(options, context, result);
  return result;
}

core::Result<std::unique_ptr<VideoDecoder>> open_h264_decoder(size_t bytes_max,
                                                              const core::Context& context) {
  auto address = core::open_plugin(plugin, open_h264_unit_decoder_symbol);
  if (!address) return address.error();
  core::Result<std::unique_ptr<VideoDecoder>> result = core::Error{};
  reinterpret_cast<OpenH264UnitDecoder*> (*address)(bytes_max, context, result);
  return result;
}

}  // namespace fovea::codec
