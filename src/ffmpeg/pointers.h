#pragma once

#include <memory>

struct AVCodecContext;
struct AVCodecParserContext;
struct AVFormatContext;
struct AVFrame;
struct AVIOContext;
struct AVPacket;
struct SwsContext;

namespace fovea::ffmpeg {

// Ownership of FFmpeg's objects, without its headers.
struct Free {
  void operator()(AVCodecContext* object) const;
  void operator()(AVCodecParserContext* object) const;
  void operator()(AVFormatContext* object) const;
  void operator()(AVFrame* object) const;
  void operator()(AVIOContext* object) const;
  void operator()(AVPacket* object) const;
  void operator()(SwsContext* object) const;
};

using CodecPtr = std::unique_ptr<AVCodecContext, Free>;
using ParserPtr = std::unique_ptr<AVCodecParserContext, Free>;
using FormatPtr = std::unique_ptr<AVFormatContext, Free>;
using FramePtr = std::unique_ptr<AVFrame, Free>;
using IoPtr = std::unique_ptr<AVIOContext, Free>;
using PacketPtr = std::unique_ptr<AVPacket, Free>;
using ScalerPtr = std::unique_ptr<SwsContext, Free>;

FramePtr make_frame();
PacketPtr make_packet();

}  // namespace fovea::ffmpeg
