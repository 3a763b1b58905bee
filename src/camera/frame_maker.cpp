#include "camera/frame_maker.h"

#include <cmath>
#include <utility>

#include "core/ids.h"

namespace fovea::camera {

namespace {

using namespace std::chrono_literals;
using core::Code;
using core::Error;

// Key frames cost many times what others do: as rare as a viewer who comes late can bear, and no
// more often than this however often they are asked for.
constexpr auto key_period = 2s;
constexpr auto key_distance = 500ms;

}  // namespace

core::Result<FrameCodec> parse_codec(const std::string& codec) {
  if (codec == "auto") return FrameCodec::as_source;
  if (codec == "jpeg") return FrameCodec::jpeg;
  if (codec == "h264") return FrameCodec::h264;
  return Error{Code::bad_input,
               "the codec is jpeg, h264 or auto, not '" + core::printable(codec) + "'"};
}

const char* to_string(FrameCodec codec) {
  switch (codec) {
    case FrameCodec::as_source: return "auto";
    case FrameCodec::jpeg: return "jpeg";
    case FrameCodec::h264: return "h264";
  }
  return "auto";
}

bool FrameMaker::passes(const video::Picture& picture) const {
  const auto* frame = std::get_if<core::EncodedPicture>(&picture.content);
  return frame != nullptr && frame->codec == core::Codec::h264 && privacy_.empty();
}

core::Result<FrameMaker::Made> FrameMaker::make(video::Picture picture, uint64_t sequence,
                                                const Sending& sending) {
  auto* encoded = std::get_if<core::EncodedPicture>(&picture.content);
  if (passes(picture)) return pass_h264(picture.captured, std::move(*encoded), sequence);
  Made made;
  if (encoded && encoded->codec == core::Codec::jpeg && options_.codec != FrameCodec::h264 &&
      privacy_.empty() && !sending.adapted) {
    made.frame.emplace(picture.captured, sequence, std::move(*encoded));
  } else {
    if (encoded) {
      if (encoded->codec != core::Codec::jpeg) {
        return Error{Code::unsupported, "only JPEG can be decoded here to black privacy areas out"};
      }
      auto image = decoder_.decode(encoded->data.span());
      if (!image) return image.error().context("decoding a picture of the source");
      picture.content = *std::move(image);
      made.reencoded = true;
    }
    auto prepared = prepare(std::get<core::Image>(picture.content), sending);
    if (!prepared) return prepared.error();
    if (options_.codec == FrameCodec::h264) {
      auto frame = encode_h264(*prepared, picture.captured, sequence, sending);
      if (!frame) return frame.error();
      made.frame = *std::move(frame);
      return made;
    }
    auto jpeg = encode_jpeg(*prepared, sending);
    if (!jpeg) return jpeg.error();
    made.frame.emplace(picture.captured, sequence, *std::move(jpeg));
  }
  return made;
}

FrameMaker::Made FrameMaker::pass_h264(core::Timestamp captured, core::EncodedPicture picture,
                                       uint64_t sequence) {
  Made made;
  if (!picture.key && (key_due_ || picture.number != source_number_ + 1)) return made;
  key_due_ = false;
  source_number_ = picture.number;
  made.frame.emplace(captured, sequence, std::move(picture));
  made.frame->reference = made.frame->key ? 0 : sequence_;
  sequence_ = sequence;
  return made;
}

core::Result<core::Image> FrameMaker::prepare(const core::Image& image, const Sending& sending) {
  auto masked = privacy_.apply(image);
  if (!masked) return masked.error().context("blacking privacy areas out");
  if (sending.scale < 1) {
    const auto side = [&](int pixels) {
      return std::max(2, static_cast<int>(std::lround(pixels * sending.scale / 2)) * 2);
    };
    const core::Size size{side(image.size.width), side(image.size.height)};
    auto scaled = video::scale_image(*masked, size, video::Scaling::smooth);
    if (!scaled) return scaled.error().context("scaling a picture");
    masked = std::move(scaled);
  }
  return masked;
}

core::Result<core::EncodedPicture> FrameMaker::encode_jpeg(const core::Image& image,
                                                           const Sending& sending) {
  auto jpeg = jpeg_.encode(image, sending.quality);
  if (!jpeg) return jpeg.error().context("encoding a picture");
  return core::EncodedPicture{core::Codec::jpeg, true, image.size, std::move(*jpeg)};
}

core::Status FrameMaker::prepare_encoder(core::Size size, int quality) {
  if (h264_ && h264_size_ == size && h264_quality_ == quality) return {};
  codec::VideoEncoderOptions options;
  options.size = size;
  options.fps = options_.fps;
  options.quality = quality;
  options.key_s = std::chrono::duration<double>(key_period).count();
  auto opened = open_encoder_(options, context_);
  if (!opened) return opened.error().context("opening an encoder");
  h264_ = *std::move(opened);
  h264_size_ = size;
  h264_quality_ = quality;
  return {};
}

// The encoder counts frames; cameras that are slower than they said need keys by the clock.
bool FrameMaker::take_key_wish(core::Timestamp captured) {
  const auto age = captured - key_captured_;
  const bool asked = key_asked_ && age >= key_distance;
  if (asked) key_asked_ = false;
  return key_due_ || asked || age >= key_period || age < 0s;
}

core::Result<std::optional<core::EncodedFrame>> FrameMaker::encode_h264(const core::Image& image,
                                                                        core::Timestamp captured,
                                                                        uint64_t sequence,
                                                                        const Sending& sending) {
  if (auto opened = prepare_encoder(image.size, sending.quality); !opened) return opened.error();
  auto unit = h264_->encode(image, captured, take_key_wish(captured));
  if (!unit) {
    h264_.reset();
    return unit.error().context("encoding a picture");
  }
  if (!*unit) return std::optional<core::EncodedFrame>();
  core::EncodedFrame frame(
      (*unit)->captured, sequence,
      {core::Codec::h264, (*unit)->key, h264_->size(), std::move((*unit)->data)});
  frame.reference = frame.key ? 0 : sequence_;
  sequence_ = sequence;
  if (frame.key) {
    key_captured_ = frame.captured;
    key_due_ = false;
  }
  return std::optional(std::move(frame));
}

}  // namespace fovea::camera
