#include "video/h264_splitter.h"

#include "codec/h264_units.h"
#include "core/limits.h"

namespace fovea::video {

namespace {

using codec::Nal;

constexpr uint8_t remark = 6;  // supplemental enhancement information

bool is_slice(const Nal& nal) {
  return nal.type >= uint8_t(codec::NalType::slice) &&
         nal.type <= uint8_t(codec::NalType::key_slice);
}

// Whether a unit that holds a picture already ends before this.
bool begins_unit(const Nal& nal) {
  if (is_slice(nal)) return codec::begins_picture(nal);
  return nal.type >= remark && nal.type <= uint8_t(codec::NalType::delimiter);
}

}  // namespace

void H264Splitter::push(std::span<const uint8_t> bytes) {
  if (start_ > 0) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + ptrdiff_t(start_));
    at_ -= start_;
    start_ = 0;
  }
  if (buffer_.size() + bytes.size() > core::limits::frame_bytes_max) {
    buffer_.clear();
    at_ = 0;
    begun_ = has_picture_ = false;
    ++broken_count_;
  }
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

std::optional<core::Buffer> H264Splitter::take() {
  while (true) {
    codec::NalReader reader(buffer_, at_);
    const auto nal = reader.next();
    if (!nal) return std::nullopt;
    // Its header and the byte behind it decide; they may be on their way.
    if (nal->bytes.size() < 2) {
      const bool cut_short =
          nal->bytes.data() + nal->bytes.size() == buffer_.data() + buffer_.size();
      if (cut_short) return std::nullopt;
    }
    const bool ends = has_picture_ && begins_unit(*nal);
    const size_t begin = nal->begin;
    at_ = size_t(nal->bytes.data() - buffer_.data()) + 1;
    if (!begun_) start_ = begin;
    begun_ = true;
    std::optional<core::Buffer> unit;
    if (ends) {
      unit = core::Buffer(
          core::Bytes(buffer_.begin() + ptrdiff_t(start_), buffer_.begin() + ptrdiff_t(begin)));
      start_ = begin;
    }
    has_picture_ = (has_picture_ && !ends) || is_slice(*nal);
    if (unit) return unit;
  }
}

}  // namespace fovea::video
