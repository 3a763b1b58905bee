#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/context.h"
#include "core/image.h"
#include "core/result.h"

namespace fovea::codec {

// Inter-coded video (ITU-T H.264, Annex B byte stream). Done by the plug-in `ffmpeg` (see
// core/plugin.h), which is opened on first use.

// One compressed picture: an access unit. A key unit brings its parameter sets with it and can be
// decoded on its own; any other needs every unit since the key unit before it.
struct VideoUnit {
  core::Buffer data;
  bool key = false;
  core::Timestamp captured;  // of the picture that is in it
};

struct VideoEncoderOptions {
  core::Size size;   // of the pictures; an odd side loses its last row or column
  double fps = 15;   // what to expect; guides the rate control only
  int quality = 80;  // 1 to 100, about what JPEG of this quality looks like
  double key_s = 2;  // at the latest so long after a key unit comes the next
};

// Made for live video: no picture refers to a later one. Threads: one at a time.
class VideoEncoder {
 public:
  virtual ~VideoEncoder() = default;

  // The next picture, in any format, of the options' size; `key` asks for a key unit. Empty where a
  // hardware encoder is filling up, or busy and leaves it out. Errors: bad_input (size), internal.
  virtual core::Result<std::optional<VideoUnit>> encode(const core::Image& picture,
                                                        core::Timestamp captured, bool key) = 0;
  virtual core::Size size() const = 0;          // of the pictures that come out
  virtual std::string description() const = 0;  // "libx264"
};

// One decoded picture of a video, immutable. Threads: any.
class VideoPicture {
 public:
  virtual ~VideoPicture() = default;
  virtual core::Size size() const = 0;

  // As rgb24 or gray8, at the smallest of its scales 1/8, 1/4, 1/2, 1 that covers `cover`; or whole
  // as i420, as JPEG means it. Only who needs pixels pays for the conversion. Errors: internal.
  virtual core::Result<core::Image> image(core::Size cover, core::PixelFormat format) const = 0;
};
using VideoPicturePtr = std::shared_ptr<const VideoPicture>;

// Decodes one stream, unit by unit, without delay. Threads: one at a time.
class VideoDecoder {
 public:
  virtual ~VideoDecoder() = default;

  // Takes the next unit and returns its picture. After an error go on with a key unit.
  // Errors: bad_input (damage, no picture in it, beyond limits::picture_*), internal.
  virtual core::Result<VideoPicturePtr> push(std::span<const uint8_t> unit) = 0;
};

// Errors of both: unsupported (this build has no such plug-in, or FFmpeg no such codec), internal;
// of the first also bad_input (options).
core::Result<std::unique_ptr<VideoEncoder>> open_h264_encoder(const VideoEncoderOptions& options,
                                                              const core::Context& context);
// `bytes_max`: what the decoder's pictures may take together, those that it has given out included;
// what asks for more is refused (bad_input).
core::Result<std::unique_ptr<VideoDecoder>> open_h264_decoder(size_t bytes_max,
                                                              const core::Context& context);

// What the plug-in exports, under these names.
inline constexpr char open_h264_encoder_symbol[] = "fovea_ffmpeg_open_h264_encoder";
inline constexpr char open_h264_unit_decoder_symbol[] = "fovea_ffmpeg_open_h264_unit_decoder";
using OpenH264Encoder = void(const VideoEncoderOptions& options, const core::Context& context,
                             core::Result<std::unique_ptr<VideoEncoder>>& result);
using OpenH264UnitDecoder = void(size_t bytes_max, const core::Context& context,
                                 core::Result<std::unique_ptr<VideoDecoder>>& result);

}  // namespace fovea::codec
