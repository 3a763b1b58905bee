#pragma once

#include "core/image.h"
#include "wire/result_event.h"

namespace fovea::site {

// The colour of class `index` where nobody says another: Pascal VOC's palette, in which
// neighbouring indices differ strongly.
core::Colour class_colour(int index);

// `known`, extended by the classes that `result` names: what is known of a model that only a
// device runs. Limit: limits::classes_max classes.
core::ClassList extend_classes(const core::ClassList& known, const wire::FrameResult& result);

}  // namespace fovea::site
