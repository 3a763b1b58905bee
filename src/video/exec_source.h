#pragma once

#include <memory>
#include <string>

#include "video/source.h"

namespace fovea::video {

// Opens `exec:COMMAND`: pictures from what a command writes to its output, run by `/bin/sh -c`:
// MJPEG (pictures one behind the other, or a multipart body), passed through untouched, or H.264
// in Annex B format, decoded by the ffmpeg plug-in unless it may pass as well. The first bytes tell
// which. The command's last words on stderr are part of the error when it ends. Errors of next():
// closed (the command ended with status 0 and the options do not loop), io (it ended, in words),
// bad_input (its output is no video), timeout, unsupported (H.264 without the plug-in).
core::Result<std::unique_ptr<Source>> open_exec_source(const std::string& spec,
                                                       const SourceOptions& options,
                                                       const core::Context& context);

}  // namespace fovea::video
