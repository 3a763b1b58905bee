#pragma once

#include <memory>
#include <string>

#include "video/source.h"

namespace fovea::video {

// Opens `synthetic:SEED[?knobs]`, the factory hall of scene.h as a camera sees it: the options'
// size (640x360) at the options' rate (15). The scene's time is the wall clock, so that a stream
// goes on where it was after a restart. With the knob clock=on the capture time is painted into the
// picture. Errors: bad_input (what parse_scene_options() says, or a size beyond limits::picture_*).
core::Result<std::unique_ptr<Source>> open_synthetic_source(const std::string& spec,
                                                            const SourceOptions& options,
                                                            const core::Context& context);

}  // namespace fovea::video
