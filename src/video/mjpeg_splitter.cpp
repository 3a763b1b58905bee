#include "video/mjpeg_splitter.h"

#include <algorithm>
#include <cstring>

#include "core/limits.h"

namespace fovea::video {

namespace {

constexpr uint8_t start_of_image = 0xd8;
constexpr uint8_t end_of_image = 0xd9;
constexpr uint8_t start_of_scan = 0xda;

bool is_restart(uint8_t code) { return code >= 0xd0 && code <= 0xd7; }

}  // namespace

void MjpegSplitter::push(std::span<const uint8_t> bytes) {
  // Throw away what is done with before growing.
  if (start_ > 0) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + ptrdiff_t(start_));
    at_ -= start_;
    segment_ -= std::min(segment_, start_);
    start_ = 0;
  }
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

std::optional<core::Buffer> MjpegSplitter::take() {
  while (step()) {
  }
  if (!complete_) return std::nullopt;
  core::Bytes picture(buffer_.begin() + ptrdiff_t(start_), buffer_.begin() + ptrdiff_t(at_));
  start_ = at_;
  place_ = Place::outside;
  complete_ = false;
  return core::Buffer(std::move(picture));
}

bool MjpegSplitter::step() {
  if (complete_) return false;
  if (place_ != Place::outside && at_ - start_ > core::limits::frame_bytes_max) give_up();
  switch (place_) {
    case Place::outside: return find_start();
    case Place::marker: return read_marker();
    case Place::segment:
      at_ = std::min(segment_, buffer_.size());
      if (at_ < segment_) return false;
      place_ = Place::marker;
      return true;
    case Place::entropy: return pass_entropy();
  }
  return false;
}

// A picture starts with ff d8 ff; the third byte tells it from chance.
bool MjpegSplitter::find_start() {
  while (at_ + 2 < buffer_.size()) {
    const void* hit = std::memchr(buffer_.data() + at_, 0xff, buffer_.size() - 2 - at_);
    if (!hit) {
      at_ = buffer_.size() - 2;
      break;
    }
    at_ = size_t(static_cast<const uint8_t*>(hit) - buffer_.data());
    if (buffer_[at_ + 1] == start_of_image && buffer_[at_ + 2] == 0xff) {
      skipped_bytes_ += at_ - start_;
      start_ = at_;
      at_ += 2;
      place_ = Place::marker;
      return true;
    }
    ++at_;
  }
  skipped_bytes_ += at_ - start_;
  start_ = at_;
  return false;
}

bool MjpegSplitter::read_marker() {
  if (at_ + 2 > buffer_.size()) return false;
  const uint8_t code = buffer_[at_ + 1];
  if (buffer_[at_] != 0xff || code == 0x00 || code == start_of_image) {
    give_up();
    return true;
  }
  if (code == 0xff) {  // fill byte
    ++at_;
    return true;
  }
  if (code == end_of_image) {
    at_ += 2;
    complete_ = true;
    return false;
  }
  if (is_restart(code) || code == 0x01) {  // stand alone, without a length
    at_ += 2;
    return true;
  }
  if (at_ + 4 > buffer_.size()) return false;
  const size_t length = size_t(buffer_[at_ + 2]) << 8 | buffer_[at_ + 3];
  if (length < 2) {
    give_up();
    return true;
  }
  if (code == start_of_scan) {
    at_ += 2 + length;
    segment_ = at_;
    place_ = Place::entropy;
    if (at_ > buffer_.size()) {  // the scan's own header is not all here: wait inside it
      at_ = buffer_.size();
      return false;
    }
    return true;
  }
  segment_ = at_ + 2 + length;
  place_ = Place::segment;
  return true;
}

// Compressed data holds ff 00 for a byte ff, and restart markers; any other marker ends it.
bool MjpegSplitter::pass_entropy() {
  at_ = std::max(at_, std::min(segment_, buffer_.size()));
  if (at_ < segment_) return false;
  while (at_ + 1 < buffer_.size()) {
    const void* hit = std::memchr(buffer_.data() + at_, 0xff, buffer_.size() - 1 - at_);
    if (!hit) {
      at_ = buffer_.size() - 1;
      return false;
    }
    at_ = size_t(static_cast<const uint8_t*>(hit) - buffer_.data());
    const uint8_t code = buffer_[at_ + 1];
    if (code == 0x00 || is_restart(code)) {
      at_ += 2;
    } else if (code == 0xff) {
      ++at_;
    } else {
      place_ = Place::marker;
      return true;
    }
  }
  return false;
}

// Searches on behind the broken picture's own start marker: a whole one may be inside of it.
void MjpegSplitter::give_up() {
  ++broken_count_;
  skipped_bytes_ += 2;
  start_ += 2;
  at_ = start_;
  place_ = Place::outside;
}

}  // namespace fovea::video
