#include "site/live_hub_messages.h"

#include <fmt/format.h>

#include <limits>

#include "core/ids.h"
#include "core/json_reader.h"
#include "core/limits.h"
#include "site/http_api_json.h"

namespace fovea::site {

using core::Code;
using core::Error;
using core::Json;
using core::Result;

namespace {

Error wrong(const std::string& words) { return {Code::bad_input, words}; }

Result<Want> parse_want(const core::Json& flags, const std::string& id) {
  core::JsonReader reader(flags, "devices." + id + ".");
  Want want;
  want.frames = reader.optional_flag("frames").value_or(want.frames);
  want.h264 = reader.optional_flag("h264").value_or(want.h264);
  want.masks = reader.optional_flag("masks").value_or(want.masks);
  want.results = reader.optional_flag("results").value_or(want.results);
  if (auto good = reader.status(); !good) {
    return good.error().context(
        "a device of a subscription takes 'frames', 'h264', 'masks' and 'results', each true or "
        "false");
  }
  return want;
}

Result<ClientMessage> parse_subscribe(core::JsonReader& reader) {
  Subscribe subscribe;
  subscribe.events = reader.optional_flag("events").value_or(subscribe.events);
  subscribe.system = reader.optional_flag("system").value_or(subscribe.system);
  const core::Json* devices = reader.optional_object("devices");
  if (auto good = reader.status(); !good) {
    return good.error().context(
        "a subscription takes 'events' and 'system', each true or false, and 'devices', an object "
        "such as {\"cam1\":{\"frames\":true}}");
  }
  if (!devices) return ClientMessage(subscribe);
  if (devices->size() > core::limits::devices_max) {
    return wrong(fmt::format("a subscription may name {} devices", core::limits::devices_max));
  }
  for (const auto& [id, flags] : devices->items()) {
    if (auto named = core::check_name("device", id); !named) return named.error();
    auto want = parse_want(flags, id);
    if (!want) return want.error();
    subscribe.devices[id] = *want;
  }
  return ClientMessage(subscribe);
}

Result<ClientMessage> parse_ack(core::JsonReader& reader) {
  Ack ack;
  ack.device = reader.text("device", core::limits::name_length_max);
  ack.sequence = reader.count("sequence", std::numeric_limits<uint64_t>::max());
  if (reader.find("sent")) ack.sent = reader.count("sent", std::numeric_limits<uint64_t>::max());
  if (auto good = reader.status(); !good) {
    return good.error().context("an ack names its 'device' and the frame's 'sequence'");
  }
  return ClientMessage(ack);
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
  const auto json = core::parse_json_object(text);
  if (!json) return json.error().context("a message is a JSON object");
  core::JsonReader reader(*json);
  const std::string type = reader.text("type", core::limits::name_length_max);
  if (auto good = reader.status(); !good) return good.error();
  if (type == "subscribe") return parse_subscribe(reader);
  if (type == "ack") return parse_ack(reader);
  return wrong(fmt::format("there is no message of type '{}'; 'subscribe' and 'ack' exist",
                           core::printable(type)));
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
