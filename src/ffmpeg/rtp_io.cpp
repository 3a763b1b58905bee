#include "ffmpeg/rtp_io.h"

#include <algorithm>
#include <cstring>

#include "core/assert.h"

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
  std::memcpy(into, sdp.data() + self->described_, count);
  self->described_ += count;
  return int(count);
}

int RtpIo::read_packet(void* opaque, uint8_t* into, int size) {
  auto* self = static_cast<RtpIo*>(opaque);
  auto count = self->input_.read({into, size_t(std::max(size, 0))}, self->watch_);
  if (count) return int(*count);
  self->failure_ = count.error();
  return AVERROR_EXIT;
}

}  // namespace fovea::ffmpeg
