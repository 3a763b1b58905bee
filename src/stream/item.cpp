#include "stream/item.h"

#include <fmt/format.h>

#include <utility>

namespace fovea::stream {

const char* to_string(Flow flow) {
  switch (flow) {
    case Flow::observation: return "observations";
    case Flow::measurement: return "measurements";
    case Flow::alert: return "alerts";
    case Flow::presence: return "presences";
  }
  return "observations";
}

std::string to_words(const Measurement& measurement) {
  const auto& [value, measure, subject] = measurement;
  if (measure == "share")
    return fmt::format("{} covers {:.1f} % of the zone", subject, 100 * value);
  if (measure == "count") return fmt::format("{} \u00d7 {} in the zone", value, subject);
  return fmt::format("{} of {} is {:.3g}", measure, subject, value);
}

Item to_item(ObservationPtr seen) {
  const auto& result = seen->result;
  Item item{result.stream, result.captured, result.frame_sequence, {}};
  item.content = std::move(seen);
  return item;
}

}  // namespace fovea::stream
