#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/image.h"
#include "core/result.h"
#include "site/frame_times.h"
#include "wire/event.h"
#include "wire/result_event.h"

namespace fovea::site {

// Plain values about devices, as the API and the page show them. All are snapshots: immutable,
// cheap to copy, readable from any thread.

enum class DeviceState {
  connecting,  // known (by its status or the config), no picture yet
  live,        // pictures come
  stale,       // pictures have stopped a moment ago
  away,        // no picture for long, or the camera itself says so
};
const char* to_string(DeviceState state);

// Where a setting's value comes from, weakest first.
enum class Origin { default_value, config, flag, state };
const char* to_string(Origin origin);  // "default", "config", "flag", "state"

// Whose masks and results of a device count: those that this site makes, or, while they come, the
// device's own. Others are refused.
enum class ResultsFrom { site, device };
const char* to_string(ResultsFrom from);

template <typename T>
struct Chosen {
  T value{};
  Origin from = Origin::default_value;
  bool operator==(const Chosen&) const = default;
};

// How one device is served.
struct DeviceSettings {
  Chosen<std::string> model;                         // reference: name, file or folder; empty: none
  Chosen<double> fps_max;                            // inferences per second; 0: as many as come
  Chosen<double> weight{1, Origin::default_value};   // share of a busy engine, relative to others
  Chosen<bool> gating{true, Origin::default_value};  // frames that show nothing new: not inferred
  Chosen<ResultsFrom> results_from;
  bool operator==(const DeviceSettings&) const = default;
};

using FramePtr = std::shared_ptr<const core::EncodedFrame>;
using ClassesPtr = std::shared_ptr<const core::ClassList>;

// A mask with what is needed to show it. Never null where it is handed out.
struct DeviceMask {
  wire::Mask mask;
  ClassesPtr classes;                    // of the model that made it; never null
  std::optional<core::Image> class_map;  // there when the site made it
};
using MaskPtr = std::shared_ptr<const DeviceMask>;

// The class map as gray8 at the network's resolution: the kept one, else decoded from the PNG.
// Errors: those of codec::decode_png().
core::Result<core::Image> class_map_of(const DeviceMask& mask);

struct DeviceResult {
  wire::FrameResult result;
  std::string json;  // wire::to_json(result), made once for all who need it
  ClassesPtr classes;
  // When its frame came, where the device's own times mean nothing: rules go by it then.
  std::optional<core::Timestamp> arrived;
};
using ResultPtr = std::shared_ptr<const DeviceResult>;

// What is known about one device.
struct DeviceView {
  std::string id;
  std::string name;     // what people call it; empty: nobody gave it one
  bool paused = false;  // its frames are dropped at the site's door, by somebody's wish
  DeviceState state = DeviceState::connecting;
  std::string detail;                     // in words: "stale: last picture 12 s ago"
  core::Size size;                        // of the newest frame; 0x0: none yet
  core::Codec codec = core::Codec::jpeg;  // of the newest frame

  std::optional<double> video_fps;           // received
  std::optional<double> result_fps;          // inferred results only
  std::optional<double> gated_fps;           // frames whose result was repeated
  std::optional<double> last_frame_age_ms;   // since capture; wrong times: since it arrived
  std::optional<double> last_result_age_ms;  // since capture of its frame; wrong times: empty
  std::optional<double> clock_gap_s;  // the camera's clock is so far ahead; empty: clocks agree
  TimeFault time_fault = TimeFault::none;  // of its capture times
  std::optional<double> camera_fps;        // as the camera says

  std::string model;  // that makes its results now; empty: none
  std::string model_version;
  std::string task;    // "segmentation", "detection"; empty: no model
  std::string engine;  // "openvino 2026.4.1 CPU f32"; empty: no model, or the device infers
  ClassesPtr classes;  // null: no model
  std::string error;   // why there is no result, or why a change failed; empty: none
  bool inferred_by_device = false;
  std::string source;                  // as the camera says, masked
  std::string adaptation;              // what it sends less of over a slow link; empty: nothing
  std::vector<core::Polygon> privacy;  // areas that it blacks out
  std::string main;         // the name of its large stream, sent on demand; empty: it has none
  std::string main_detail;  // what is wrong with that; empty: nothing

  DeviceSettings settings;
  bool model_loading = false;  // the chosen model is not the running one yet

  uint64_t frames = 0;  // received
  uint64_t results = 0;
  uint64_t gated = 0;           // not inferred, as nothing had changed
  uint64_t dropped_camera = 0;  // as the camera says: captured, but no credit
  uint64_t dropped_queue = 0;   // at the site: replaced, over fps_max, or without its key frame
  std::map<std::string, double> counters;  // everything counted for it, by name
};

}  // namespace fovea::site
