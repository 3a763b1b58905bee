#include "site/http_api_patch.h"

// Whatever a client sends as a change: no crash.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  (void)fovea::site::parse_device_change({reinterpret_cast<const char*>(data), size});
  return 0;
}
