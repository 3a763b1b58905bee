#include <string_view>

#include "core/assert.h"
#include "video/scene.h"

// Any text is a scene or a clear refusal.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto options =
      fovea::video::parse_scene_options({reinterpret_cast<const char*>(data), size});
  if (options) {
    FOVEA_ASSERT(options->view >= 0 && options->view <= fovea::video::scene_view_max);
  } else {
    FOVEA_ASSERT(!options.error().message.empty());
  }
  return 0;
}
