#pragma once

#include <memory>
#include <string>

#include "core/context.h"
#include "video/source.h"

namespace fovea::ffmpeg {

// Opens `rtsp://[USER:PASSWORD@]HOST[:PORT]/PATH` or `rtsps://...`: an IP camera, over TCP. It
// connects on its own thread with the first next() (rtsp::Client; FFmpeg gets the packets only),
// and every picture is decoded there, so that a late reader gets the newest one. MJPEG is passed
// through untouched, and so is H.264 where the options allow it and it has no pictures that refer
// to later ones (B slices). Errors: bad_input (the URL). Errors of next(): those of rtsp::Client,
// and timeout (silent for video::silence_max, or no key frame within video::first_picture_max).
core::Result<std::unique_ptr<video::Source>> open_rtsp_source(const std::string& spec,
                                                              const video::SourceOptions& options,
                                                              const core::Context& context);

}  // namespace fovea::ffmpeg
