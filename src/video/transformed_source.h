#pragma once

#include <memory>

#include "video/source.h"

namespace fovea::video {

// Another source's pictures, cut out, turned, mirrored and fitted into `box` (0x0: not scaled) with
// the aspect kept; ground truth comes along. A compressed picture is decoded only if something is
// to be done with it; one that cannot be decoded is skipped, counted and named once. Errors of
// next(): also bad_input (the crop is outside of the picture).
std::unique_ptr<Source> make_transformed_source(std::unique_ptr<Source> inner,
                                                const Transform& transform, core::Size box,
                                                const core::Context& context);

}  // namespace fovea::video
