#include "ffmpeg/buffer_limit.h"

#include <algorithm>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/imgutils.h>
}

namespace fovea::ffmpeg {

namespace {

using Taken = std::shared_ptr<std::atomic<size_t>>;

constexpr int line_alignment = 64;
constexpr size_t pictures_least = 5;

// A picture's first buffer as FFmpeg made it, and what the picture was counted with.
struct Counted {
  AVBufferRef* original;
  Taken taken;
  size_t bytes;
};

void give_back(void* opaque, uint8_t*) {
  const std::unique_ptr<Counted> counted(static_cast<Counted*>(opaque));
  av_buffer_unref(&counted->original);
  *counted->taken -= counted->bytes;
}

size_t bytes_of(AVCodecContext* codec, const AVFrame& frame) {
  int width = std::max(frame.width, codec->coded_width);
  int height = std::max(frame.height, codec->coded_height);
  avcodec_align_dimensions(codec, &width, &height);
  const int bytes = av_image_get_buffer_size(static_cast<AVPixelFormat>(frame.format), width,
                                             height, line_alignment);
  return static_cast<size_t>(std::max(bytes, 0));
}

}  // namespace

BufferLimit::BufferLimit(size_t bytes_max)
    : bytes_max_(bytes_max), taken_(std::make_shared<std::atomic<size_t>>(0)) {}

void BufferLimit::install(AVCodecContext& codec) {
  // A pixel has a byte at least. Tables go by the picture's size as well: this bounds them.
  codec.max_pixels = std::min(codec.max_pixels, static_cast<int64_t>(bytes_max_ / pictures_least));
  codec.thread_type = FF_THREAD_SLICE;  // of frame threads FFmpeg complains, used or not
  codec.opaque = this;
  codec.get_buffer2 = &BufferLimit::get_buffer;
}

bool BufferLimit::take(size_t bytes) {
  size_t taken = *taken_;
  while (bytes <= bytes_max_ && taken <= bytes_max_ - bytes) {
    if (taken_->compare_exchange_weak(taken, taken + bytes)) return true;
  }
  refused_ = true;
  return false;
}

int BufferLimit::get_buffer(AVCodecContext* codec, AVFrame* frame, int flags) {
  auto& limit = *static_cast<BufferLimit*>(codec->opaque);
  const size_t bytes = bytes_of(codec, *frame);
  if (!limit.take(bytes)) return AVERROR(ENOMEM);
  auto counted = std::make_unique<Counted>(Counted{nullptr, limit.taken_, bytes});
  const int made = avcodec_default_get_buffer2(codec, frame, flags);
  if (made < 0) {
    *limit.taken_ -= bytes;
    return made;
  }
  AVBufferRef* const original = frame->buf[0];
  AVBufferRef* const wrapped =
      av_buffer_create(original->data, original->size, &give_back, counted.get(), 0);
  if (wrapped == nullptr) {
    *limit.taken_ -= bytes;
    av_frame_unref(frame);
    return AVERROR(ENOMEM);
  }
  counted->original = original;
  (void)counted.release();  // give_back() has it
  frame->buf[0] = wrapped;
  return made;
}

}  // namespace fovea::ffmpeg
