#include <cstdint>
#include <string_view>

#include "core/assert.h"
#include "rtsp/sdp.h"
#include "rtsp/url.h"

// Any text is a description or a clear refusal; what is passed on is our own, and what is asked for
// afterwards stays at the camera.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fovea::rtsp;
  const auto found = parse_description({reinterpret_cast<const char*>(data), size});
  if (!found) {
    FOVEA_ASSERT(!found.error().message.empty());
    return 0;
  }
  const std::string sdp = sdp_of(found->video);
  FOVEA_ASSERT(sdp.size() < 16384);  // FFmpeg reads no more
  for (const char c : sdp) FOVEA_ASSERT(c == '\r' || c == '\n' || (c >= ' ' && c < 127));
  static const Url camera = *parse_url("rtsp://cam/live");
  const auto target = resolve(camera, camera.request(), found->video.control);
  if (!target) return 0;
  FOVEA_ASSERT(target->starts_with("rtsp://cam:554"));
  for (const char c : *target) FOVEA_ASSERT(c > ' ' && c < 127);
  return 0;
}
