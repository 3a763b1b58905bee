#include "stream/operators.h"

#include "stream/away.h"
#include "stream/dedupe.h"
#include "stream/threshold.h"
#include "stream/zone.h"

namespace fovea::stream {

const std::vector<OperatorKind>& operator_kinds() {
  static const std::vector<OperatorKind> kinds = {
      {"zone", Flow::observation, Flow::measurement, 1, read_zone, zone_example},
      {"threshold", Flow::measurement, Flow::alert, 1, read_threshold, threshold_example},
      {"dedupe", Flow::alert, Flow::alert, 1, read_dedupe, dedupe_example},
      {"away", Flow::presence, Flow::alert, 1, read_away, away_example},
  };
  return kinds;
}

const OperatorKind* find_operator(std::string_view name) {
  for (const OperatorKind& kind : operator_kinds()) {
    if (name == kind.name) return &kind;
  }
  return nullptr;
}

}  // namespace fovea::stream
