#pragma once

#include <string>

#include "core/result.h"

namespace fovea::video {

// What may be added from the page or the API, by whoever may sign in there: rtsp:// and rtsps://
// only. exec: would run commands, file: and folder: would show what lies on this machine; those
// need the configuration's owner. Errors: bad_input.
core::Status check_remote_spec(const std::string& spec);

}  // namespace fovea::video
