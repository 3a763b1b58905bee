#include <cstdint>
#include <string_view>

#include "core/assert.h"
#include "core/ids.h"
#include "wire/alert_event.h"

// The input is the payload of an alert. What is accepted must survive being written and read again.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fovea;
  const auto alert = wire::parse_alert_json({reinterpret_cast<const char*>(data), size});
  if (!alert) return 0;
  FOVEA_ASSERT(core::is_name(alert->rule));
  const wire::Event event = wire::make_alert_event(*alert);
  FOVEA_ASSERT(!wire::find_fault(event));
  const auto again = wire::parse_alert_event(event);
  FOVEA_ASSERT(again.has_value());
  FOVEA_ASSERT(again->time == alert->time);
  FOVEA_ASSERT(again->value == alert->value);
  FOVEA_ASSERT(wire::to_json(*again) == wire::to_json(*alert));
  return 0;
}
