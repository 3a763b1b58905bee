#include "ffmpeg/pointers.h"

#include "core/assert.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>
}

namespace fovea::ffmpeg {

void Free::operator()(AVCodecContext* object) const { avcodec_free_context(&object); }
void Free::operator()(AVCodecParserContext* object) const { av_parser_close(object); }
void Free::operator()(AVFormatContext* object) const { avformat_close_input(&object); }
void Free::operator()(AVFrame* object) const { av_frame_free(&object); }
void Free::operator()(AVIOContext* object) const {
  av_freep(&object->buffer);  // FFmpeg may have put a larger one in place of ours
  avio_context_free(&object);
}
void Free::operator()(AVPacket* object) const { av_packet_free(&object); }
void Free::operator()(SwsContext* object) const { sws_freeContext(object); }

FramePtr make_frame() {
  FramePtr frame(av_frame_alloc());
  FOVEA_ASSERT(frame != nullptr);
  return frame;
}

PacketPtr make_packet() {
  PacketPtr packet(av_packet_alloc());
  FOVEA_ASSERT(packet != nullptr);
  return packet;
}

}  // namespace fovea::ffmpeg
