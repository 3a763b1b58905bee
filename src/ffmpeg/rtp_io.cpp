#include "ffmpeg/rtp_io.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/assert.h"
#include "core/limits.h"

extern "C" {
#include <libavformat/avformat.h>
#include <libavutil/mem.h>
}

namespace fovea::ffmpeg {

namespace {

constexpr int buffer_bytes = 4096;

using Read = int(void* self, uint8_t* into, int size);

int drop(void*, uint8_t*, int size) { return size; }

IoPtr make_io(RtpIo* self, Read* read, bool writes) {
  auto* buffer = static_cast<unsigned char*>(av_malloc(buffer_bytes));
  FOVEA_ASSERT(buffer != nullptr);
  IoPtr io(avio_alloc_context(buffer, buffer_bytes, writes ? 1 : 0, self, read,
                              writes ? drop : nullptr, nullptr));
  FOVEA_ASSERT(io != nullptr);
  return io;
}

}  // namespace

RtpIo::RtpIo(RtpInput input, const Watch& watch)
    : input_(std::move(input)),
      watch_(watch),
      description_(make_io(this, read_description, false)),
      // One that can be written to is read without a buffer, packet by packet.
      packets_(make_io(this, read_packet, true)) {
  packets_->direct = 1;
}

int RtpIo::read_description(void* opaque, uint8_t* into, int size) {
  auto* self = static_cast<RtpIo*>(opaque);
  const std::string& sdp = self->input_.sdp;
  const size_t count = std::min(size_t(std::max(size, 0)), sdp.size() - self->described_);
  if (count == 0) return AVERROR_EOF;
  std::copy_n(sdp.begin() + std::ptrdiff_t(self->described_), count, into);
  self->described_ += count;
  return int(count);
}

int RtpIo::read_packet(void* opaque, uint8_t* into, int size) {
  auto* self = static_cast<RtpIo*>(opaque);
  if (self->watch_.is_over()) return AVERROR_EXIT;
  // FFmpeg makes a packet of what it has, and asks for more.
  if (self->too_large_) return AVERROR_EXIT;
  if (self->picture_bytes_ > core::limits::frame_bytes_max) {
    self->too_large_ = true;
    self->failure_ = core::Error{
        core::Code::bad_input,
        fmt::format("{} sends one picture of more than {} MiB; that is damage, or an attack",
                    self->input_.shown, core::limits::frame_bytes_max >> 20)};
    return AVERROR_EXIT;
  }
  auto count = self->input_.read({into, size_t(std::max(size, 0))}, self->watch_);
  if (count) {
    self->picture_bytes_ += *count;
    return int(*count);
  }
  self->failure_ = count.error();
  return AVERROR_EXIT;
}

}  // namespace fovea::ffmpeg
