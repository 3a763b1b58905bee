#pragma once

#include "core/log.h"

namespace fovea::ffmpeg {

// Sends what FFmpeg's libraries log to ours, from the first call on (they have one callback per
// process, and this plug-in is opened once). FFmpeg calls a damaged picture an error; what matters
// to people is said by the sources, so its lines are for debugging only.
// Threads: any.
void bridge_log(const core::Log& log);

}  // namespace fovea::ffmpeg
