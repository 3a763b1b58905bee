#include <cstdlib>

#include "core/ids.h"
#include "core/limits.h"
#include "site/live_hub_messages.h"

// Whatever a viewer sends: no crash, and what is accepted keeps the limits.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fovea::site;
  const auto message = parse_client_message({reinterpret_cast<const char*>(data), size});
  if (!message) {
    if (error_message(message.error().message).empty()) std::abort();
    return 0;
  }
  const auto* wanted = std::get_if<Subscribe>(&*message);
  if (wanted == nullptr) return 0;
  if (wanted->devices.size() > fovea::core::limits::devices_max) std::abort();
  for (const auto& [device, want] : wanted->devices) {
    if (!fovea::core::is_name(device)) std::abort();
  }
  return 0;
}
