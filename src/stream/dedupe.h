#pragma once

#include "stream/operator.h"

namespace fovea::stream {

// Lets one raised alert pass per `within_s` seconds of event time; the others are dropped and
// counted. The end of an alert passes only if its beginning did.
OperatorPlanPtr read_dedupe(core::YamlMap parameters);

inline constexpr const char* dedupe_example = "{within_s: 30}";

}  // namespace fovea::stream
