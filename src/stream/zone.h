#pragma once

#include "stream/operator.h"

namespace fovea::stream {

// Measures what is inside a polygon on the picture. With `class`: the share of the polygon's pixels
// that the class map gives to that class. With `label`: how many boxes of that label stand in it,
// where a box stands with the middle of its bottom side, or is where its centre is
// (`anchor: centre`).
//
// A result that repeats an older one ("inferred": false) is measured again at its own time, with
// the class map it repeats.
OperatorPlanPtr read_zone(core::YamlMap parameters);

inline constexpr const char* zone_example =
    "{polygon: [[0.3, 0.5], [0.7, 0.5], [0.7, 0.9], [0.3, 0.9]], class: person}";

}  // namespace fovea::stream
