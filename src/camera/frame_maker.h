#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "camera/adaptation.h"
#include "camera/privacy.h"
#include "codec/jpeg.h"
#include "codec/video_codec.h"
#include "core/context.h"
#include "core/image.h"
#include "core/result.h"
#include "video/source.h"

namespace fovea::camera {

enum class FrameCodec {
  as_source,  // what comes compressed stays so, the rest becomes JPEG
  jpeg,
  h264,
};

// `auto`, `jpeg` or `h264`. Errors: bad_input.
core::Result<FrameCodec> parse_codec(const std::string& codec);
const char* to_string(FrameCodec codec);

// Makes the frame that travels out of a source's picture: raw pictures are encoded, compressed ones
// stay as they are unless another codec is wanted, areas must be blacked out or less is to be sent;
// then they are decoded and encoded again. Of H.264 it sees to it that no frame goes out whose
// forerunner did not. Owns the codecs' state; threads: one, but for request_key().
class FrameMaker {
 public:
  struct Options {
    FrameCodec codec = FrameCodec::jpeg;
    double fps = 15;  // what H.264 may expect
    PrivacyAreas privacy;
  };
  using OpenEncoder = std::function<core::Result<std::unique_ptr<codec::VideoEncoder>>(
      const codec::VideoEncoderOptions& options, const core::Context& context)>;

  FrameMaker(Options options, const core::Context& context,
             OpenEncoder open_encoder = codec::open_h264_encoder)
      : options_(std::move(options)),
        context_(context),
        open_encoder_(std::move(open_encoder)),
        privacy_(options_.privacy) {}

  struct Made {
    // Empty: passed H.264 that builds on a frame which did not go out, until the next key frame.
    std::optional<core::EncodedFrame> frame;
    bool reencoded = false;  // it came compressed and could not stay as it was
  };
  // Errors: bad_input (a picture that cannot be decoded or encoded), unsupported (a codec in which
  // nothing can be blacked out, or no H.264 encoder).
  core::Result<Made> make(video::Picture picture, uint64_t sequence, const Sending& sending);

  void on_lost() { key_due_ = true; }        // the last frame did not go out
  void request_key() { key_asked_ = true; }  // any thread: somebody waits for a key frame

  // What may be said about a picture besides it.
  video::GroundTruth published_truth(const video::GroundTruth& truth, core::Size frame) {
    return privacy_.empty() ? truth : privacy_.apply(truth, frame);
  }

  // Whether this H.264 goes out as it came: nothing of it can be left out or made smaller.
  bool passes(const video::Picture& picture) const;

 private:
  Made pass_h264(core::Timestamp captured, core::EncodedPicture picture, uint64_t sequence);
  core::Result<core::Image> prepare(const core::Image& image, const Sending& sending);
  core::Result<core::EncodedPicture> encode_jpeg(const core::Image& image, const Sending& sending);
  core::Result<std::optional<core::EncodedFrame>> encode_h264(const core::Image& image,
                                                              core::Timestamp captured,
                                                              uint64_t sequence,
                                                              const Sending& sending);
  core::Status prepare_encoder(core::Size size, int quality);
  bool take_key_wish(core::Timestamp captured);

  const Options options_;
  const core::Context context_;
  const OpenEncoder open_encoder_;
  PrivacyMask privacy_;
  codec::JpegDecoder decoder_;
  codec::JpegEncoder jpeg_;
  std::unique_ptr<codec::VideoEncoder> h264_;
  core::Size h264_size_;  // what it was opened for
  int h264_quality_ = 0;
  uint64_t sequence_ = 0;         // of the newest frame made
  uint64_t source_number_ = 0;    // the same in the source's own count, where H.264 is passed
  core::Timestamp key_captured_;  // of the newest key frame
  bool key_due_ = true;           // what goes out next must stand on its own
  std::atomic<bool> key_asked_ = false;
};

}  // namespace fovea::camera
