#include "site/http_api_patch.h"
#include "site/settings.h"

// Whatever a client sends as a change: no crash.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto change = fovea::site::parse_device_change({reinterpret_cast<const char*>(data), size});
  if (change) (void)fovea::site::changed({}, *change);
  return 0;
}
