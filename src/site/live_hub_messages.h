#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/buffer.h"
#include "core/result.h"
#include "site/device_view.h"
#include "site/timeline.h"

namespace fovea::site {

// The live protocol's messages (ARCHITECTURE.md, "Contracts"). Pure; threads: any.

// --- client -> server ---------------------------------------------------------------------------
struct Want {
  bool frames = false;
  bool h264 = false;  // takes it; else JPEG is made of it
  bool masks = false;
  bool results = true;
  bool operator==(const Want&) const = default;
};
struct Subscribe {
  std::map<std::string, Want> devices;  // up to limits::devices_max
  bool events = false;
  bool system = false;
};
struct Ack {
  std::string device;
  uint64_t sequence = 0;
  std::optional<uint64_t> sent;  // as the frame's header says; without it `sequence` counts
};
using ClientMessage = std::variant<Subscribe, Ack>;

// Errors: bad_input, in words for whoever writes a client.
core::Result<ClientMessage> parse_client_message(std::string_view text);

// --- server -> client ---------------------------------------------------------------------------
std::string hello_message(const std::string& site, const std::string& version,
                          core::Timestamp started);
std::string error_message(const std::string& words);
std::string event_message(const TimelineEvent& event);
std::string classes_message(const std::string& device, const std::string& model,
                            const core::ClassList& classes);
std::string result_message(const std::string& device, const DeviceResult& result);

// What goes before the JPEG, the H.264 unit or the PNG in one binary message: u32 little endian
// length of a JSON text, and that text.
core::Buffer frame_header(const std::string& device, const core::EncodedFrame& frame, uint64_t sent,
                          uint64_t skipped);
core::Buffer mask_header(const std::string& device, const wire::Mask& mask);

}  // namespace fovea::site
