#pragma once

#include <memory>
#include <string>

#include "core/context.h"
#include "video/source.h"

namespace fovea::ffmpeg {

// Opens `file:PATH`: a video file, shown at its own rate by its time stamps, again from the start
// at the end where the options say so. Pictures whose time is over when the reader comes are passed
// over. A file that is cut short is shown as far as it goes, and the log says so once.
// Errors: not_found, bad_input (no video, or nothing of it can be decoded), io.
core::Result<std::unique_ptr<video::Source>> open_file_source(const std::string& spec,
                                                              const video::SourceOptions& options,
                                                              const core::Context& context);

}  // namespace fovea::ffmpeg
