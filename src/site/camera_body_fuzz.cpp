#include <cstdint>
#include <string_view>

#include "site/camera_body.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  (void)fovea::site::parse_probe_body(body);
  (void)fovea::site::parse_camera_body(body);
  return 0;
}
