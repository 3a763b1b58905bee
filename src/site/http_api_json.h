#pragma once

#include <string>
#include <vector>

#include "core/image.h"
#include "core/json.h"
#include "site/site.h"

namespace fovea::site {

// The API's values as JSON, in the shapes that openapi.json describes. Missing numbers are null.
// Pure; threads: any.

core::Json to_json(const DeviceView& view);          // a line of GET /devices
core::Json to_details_json(const DeviceView& view);  // GET /devices/{id}
core::Json to_json(const core::ClassList& classes);
core::Json to_json(const ModelView& model);
core::Json to_json(const TimelineEvent& event);
core::Json bus_json(const bus::Capabilities& capabilities, const bus::BusState& state,
                    const std::string& url);
core::Json devices_json(const std::vector<DeviceView>& views);
core::Json waiting_json(const std::vector<WaitingDevice>& waiting);

// What only the server of live pictures knows about those who watch.
struct ViewerView {
  std::string peer;
  std::vector<std::string> devices;
  double fps = 0;        // frames sent to it
  uint64_t dropped = 0;  // frames it did not get because newer ones came
  int in_flight = 0;     // sent, not acknowledged
};
struct ViewedDevice {
  double fps = 0;  // frames sent to all viewers together
  uint64_t dropped = 0;
};
core::Json system_json(const SystemView& system, const std::vector<ViewerView>& viewers,
                       const std::map<std::string, ViewedDevice>& viewed);

// Hostile bytes (a camera's words) become replacement characters instead of an exception.
std::string dump(const core::Json& json);

}  // namespace fovea::site
