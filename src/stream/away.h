#pragma once

#include "stream/operator.h"

namespace fovea::stream {

// Turns presences into an alert: raised when the device was away for `for_s` seconds without a
// break, ended when it was there again for `clear_s` seconds.
//
// Where nobody looked for longer than latch_gap_max (the site did not run), both durations begin
// anew.
OperatorPlanPtr read_away(core::YamlMap parameters);

inline constexpr const char* away_example = "{for_s: 10, clear_s: 1}";

}  // namespace fovea::stream
