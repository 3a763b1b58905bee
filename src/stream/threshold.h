#pragma once

#include "stream/operator.h"

namespace fovea::stream {

// Turns a measurement into an alert: raised when it was above `above` for `for_s` seconds without
// a break, ended when it was not above `below` for `clear_s` seconds. Between the two limits it
// stays what it is (hysteresis). All in event time.
//
// Where measurements are missing for longer than latch_gap_max, both durations begin anew: what was
// not seen is not counted.
OperatorPlanPtr read_threshold(core::YamlMap parameters);

inline constexpr const char* threshold_example =
    "{above: 0.02, below: 0.01, for_s: 0.5, clear_s: 1}";

}  // namespace fovea::stream
