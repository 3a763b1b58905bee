#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>

#include "core/image.h"
#include "core/result.h"

namespace fovea::codec {

// What can be read of H.264 without decoding it (ITU-T H.264, Annex B byte stream; NAL units of
// table 7-1, sequence parameter set of 7.3.2.1.1).

enum class NalType : uint8_t { slice = 1, key_slice = 5, sps = 7, pps = 8, delimiter = 9 };

// One NAL unit of a byte stream; `bytes` with its header, without its start code.
struct Nal {
  size_t begin = 0;  // of its start code, in the stream
  uint8_t type = 0;
  std::span<const uint8_t> bytes;
};

// Goes through the NAL units of a byte stream, which must outlive it.
class NalReader {
 public:
  explicit NalReader(std::span<const uint8_t> stream, size_t from = 0)
      : stream_(stream), at_(from) {}
  std::optional<Nal> next();

 private:
  const std::span<const uint8_t> stream_;
  size_t at_;
};

// Whether a slice is the first one of its picture.
bool begins_picture(const Nal& slice);

// What an access unit says about itself.
struct H264Info {
  bool idr = false;         // its picture refers to no other
  bool parameters = false;  // it brings its parameter sets
  core::Size size;          // 0x0: it does not say
  bool reorders = false;    // pictures are decoded in another order than they are shown
  // What a decoder holds for the largest of its parameter sets: reference pictures, the one that is
  // being decoded, and those on their way behind it. 0: it brings no parameter sets.
  size_t decoder_bytes = 0;
};

// Errors: bad_input (no start code, no picture, parameter sets behind it or more of them than
// limits::parameter_sets_max, a size beyond limits::picture_*, more reference pictures than the
// level allows for).
core::Result<H264Info> read_h264_info(std::span<const uint8_t> unit);

// Makes pictures of the access units that a camera's own encoder wrote: numbers them from 1, and
// sees to it that a key frame brings its parameter sets, which many encoders write once only.
// Threads: one.
class H264Framer {
 public:
  // Empty: it cannot be shown, as it holds no picture or no key frame came before.
  std::optional<core::EncodedPicture> picture(std::span<const uint8_t> unit);

  // Pictures are not shown in the order in which they come (B slices, or parameters that allow for
  // them): decoders hold such back, so that no frame has its picture at once.
  bool reorders() const { return reorders_; }

  // Parameter sets that came beside the stream (RTSP: in its description), as a byte stream.
  void learn(std::span<const uint8_t> parameters);

 private:
  std::map<uint32_t, core::Bytes> sps_;  // by their own numbers, with start codes
  std::map<uint32_t, core::Bytes> pps_;
  core::Size size_;
  bool reorders_ = false;
  uint64_t count_ = 0;
};

}  // namespace fovea::codec
