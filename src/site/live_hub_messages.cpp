#include "site/live_hub_messages.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/ids.h"
#include "core/limits.h"
#include "site/http_api_json.h"

namespace fovea::site {

using Json = nlohmann::ordered_json;
using core::Code;
using core::Error;
using core::Result;

namespace {

Error wrong(const std::string& words) { return {Code::bad_input, words}; }

// False when it is there and no boolean.
bool read_flag(const nlohmann::json& object, const char* name, bool& value) {
  const auto found = object.find(name);
  if (found == object.end()) return true;
  if (!found->is_boolean()) return false;
  value = found->get<bool>();
  return true;
}

Result<ClientMessage> parse_subscribe(const nlohmann::json& json) {
  Subscribe subscribe;
  if (!read_flag(json, "events", subscribe.events) ||
      !read_flag(json, "system", subscribe.system)) {
    return wrong("'events' and 'system' of a subscription are true or false");
  }
  const auto devices = json.find("devices");
  if (devices == json.end()) return ClientMessage(subscribe);
  if (!devices->is_object()) {
    return wrong("'devices' of a subscription is an object: {\"cam1\":{\"frames\":true}}");
  }
  if (devices->size() > core::limits::devices_max) {
    return wrong(fmt::format("a subscription may name {} devices", core::limits::devices_max));
  }
  for (const auto& [id, flags] : devices->items()) {
    const core::Status name = core::check_name("device", id);
    if (!name) return name.error();
    Want& want = subscribe.devices[id];
    if (!flags.is_object() || !read_flag(flags, "frames", want.frames) ||
        !read_flag(flags, "h264", want.h264) || !read_flag(flags, "masks", want.masks) ||
        !read_flag(flags, "results", want.results)) {
      return wrong(
          "a device of a subscription takes 'frames', 'h264', 'masks' and 'results', each true or "
          "false");
    }
  }
  return ClientMessage(subscribe);
}

Result<ClientMessage> parse_ack(const nlohmann::json& json) {
  const auto device = json.find("device");
  const auto sequence = json.find("sequence");
  if (device == json.end() || !device->is_string() || sequence == json.end() ||
      !sequence->is_number_unsigned()) {
    return wrong("an ack names its 'device' and the frame's 'sequence'");
  }
  return ClientMessage(Ack{device->get<std::string>(), sequence->get<uint64_t>()});
}

core::Buffer with_length(const std::string& json) {
  const auto length = static_cast<uint32_t>(json.size());
  core::Bytes bytes(4 + json.size());
  for (size_t i = 0; i < 4; ++i) bytes[i] = static_cast<uint8_t>(length >> (8 * i));
  std::copy(json.begin(), json.end(), bytes.begin() + 4);
  return bytes;
}

}  // namespace

Result<ClientMessage> parse_client_message(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return wrong("a message is a JSON object");
  const auto type = json.find("type");
  if (type == json.end() || !type->is_string()) return wrong("a message has a 'type'");
  const auto& name = type->get_ref<const std::string&>();
  if (name == "subscribe") return parse_subscribe(json);
  if (name == "ack") return parse_ack(json);
  return wrong(fmt::format("there is no message of type '{}'; 'subscribe' and 'ack' exist",
                           core::printable(name)));
}

std::string hello_message(const std::string& site, const std::string& version,
                          core::Timestamp started) {
  return dump(Json{{"type", "hello"},
                   {"site", site},
                   {"version", version},
                   {"started", core::to_rfc3339(started)}});
}

std::string error_message(const std::string& words) {
  return dump(Json{{"type", "error"}, {"message", words}});
}

std::string event_message(const TimelineEvent& event) {
  return dump(Json{{"type", "event"}, {"event", to_json(event)}});
}

std::string classes_message(const std::string& device, const std::string& model,
                            const core::ClassList& classes) {
  return dump(Json{
      {"type", "classes"}, {"device", device}, {"model", model}, {"classes", to_json(classes)}});
}

std::string result_message(const std::string& device, const DeviceResult& result) {
  return fmt::format(R"({{"type":"result","device":"{}","result":{}}})", device, result.json);
}

// Device names need no escaping: [A-Za-z0-9_-].
core::Buffer frame_header(const std::string& device, const core::EncodedFrame& frame, uint64_t sent,
                          uint64_t skipped) {
  return with_length(fmt::format(
      R"({{"type":"frame","device":"{}","sequence":{},"captured":"{}","width":{},"height":{},)"
      R"("codec":"{}","key":{},"sent":{},"skipped":{}}})",
      device, frame.sequence, core::to_rfc3339(frame.captured), frame.size.width, frame.size.height,
      core::to_string(frame.codec), frame.key, sent, skipped));
}

core::Buffer mask_header(const std::string& device, const wire::Mask& mask) {
  return with_length(fmt::format(
      R"({{"type":"mask","device":"{}","sequence":{},"captured":"{}","width":{},"height":{},)"
      R"("area":[{},{},{},{}]}})",
      device, mask.frame_sequence, core::to_rfc3339(mask.captured), mask.frame.width,
      mask.frame.height, mask.area.x, mask.area.y, mask.area.width, mask.area.height));
}

}  // namespace fovea::site
