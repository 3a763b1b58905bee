#include "site/device_view.h"

#include "codec/png.h"

namespace fovea::site {

const char* to_string(DeviceState state) {
  switch (state) {
    case DeviceState::connecting: return "connecting";
    case DeviceState::live: return "live";
    case DeviceState::stale: return "stale";
    case DeviceState::away: return "away";
  }
  return "away";
}

const char* to_string(Origin origin) {
  switch (origin) {
    case Origin::default_value: return "default";
    case Origin::config: return "config";
    case Origin::flag: return "flag";
    case Origin::state: return "state";
  }
  return "default";
}

const char* to_string(ResultsFrom from) { return from == ResultsFrom::device ? "device" : "site"; }

core::Result<core::Image> class_map_of(const DeviceMask& mask) {
  if (mask.class_map) return *mask.class_map;
  auto image = codec::decode_png(mask.mask.png.span());
  if (!image) return image.error();
  if (image->format != core::PixelFormat::gray8) {
    return core::Error{core::Code::bad_input, "a class map must be a greyscale PNG"};
  }
  return image;
}

}  // namespace fovea::site
