#include "site/http_api_json.h"

#include <fmt/format.h>

#include <cmath>

#include "core/json.h"

namespace fovea::site {

using core::Json;

namespace {

// Three digits are more than anybody reads, and keep the text short.
Json number(double value) {
  if (!std::isfinite(value)) return nullptr;
  return std::round(value * 1000) / 1000;
}

Json number(const std::optional<double>& value) { return value ? number(*value) : Json(nullptr); }

Json text(const std::string& value) { return value.empty() ? Json(nullptr) : Json(value); }

template <typename T>
Json setting(const Chosen<T>& chosen, Json value) {
  return {{"value", std::move(value)}, {"from", to_string(chosen.from)}};
}

Json to_json(const DeviceSettings& settings) {
  return {{"model", setting(settings.model, text(settings.model.value))},
          {"fps_max",
           setting(settings.fps_max,
                   settings.fps_max.value > 0 ? number(settings.fps_max.value) : Json(nullptr))},
          {"weight", setting(settings.weight, number(settings.weight.value))},
          {"gating", setting(settings.gating, settings.gating.value)},
          {"results_from", setting(settings.results_from, to_string(settings.results_from.value))}};
}

const char* to_string(bus::Connection connection) {
  switch (connection) {
    case bus::Connection::connected: return "connected";
    case bus::Connection::reconnecting: return "reconnecting";
    case bus::Connection::closed: return "closed";
  }
  return "closed";
}

Json to_json(const bus::Capabilities& capabilities) {
  return {{"in_process", capabilities.in_process},
          {"persistent", capabilities.persistent},
          {"acknowledges", capabilities.acknowledges},
          {"payload_bytes_max", capabilities.payload_bytes_max}};
}

Json to_json(const SessionView& session) {
  return {{"name", session.name},           {"model", text(session.model)},
          {"engine", text(session.engine)}, {"busy", number(session.busy)},
          {"fps", number(session.fps)},     {"infer_ms", number(session.infer_ms)}};
}

Json to_json(const ViewerView& viewer) {
  return {{"peer", viewer.peer},
          {"devices", viewer.devices},
          {"fps", number(viewer.fps)},
          {"dropped", viewer.dropped},
          {"in_flight", viewer.in_flight}};
}

Json system_device(const DeviceView& view, const ViewedDevice& viewed) {
  return {{"id", view.id},
          {"camera_fps", number(view.camera_fps)},
          {"received_fps", number(view.video_fps)},
          {"inferred_fps", number(view.result_fps)},
          {"gated_fps", number(view.gated_fps)},
          {"viewer_fps", number(viewed.fps)},
          {"dropped",
           {{"camera", view.dropped_camera},
            {"queue", view.dropped_queue},
            {"viewer", viewed.dropped}}}};
}

Json to_json(const std::vector<core::Polygon>& areas) {
  Json list = Json::array();
  for (const auto& area : areas) {
    Json corners = Json::array();
    for (const auto& point : area) corners.push_back({number(point.x), number(point.y)});
    list.push_back(std::move(corners));
  }
  return list;
}

Json to_json(const core::LogLine& line) {
  return {{"time", core::to_rfc3339(line.time)},
          {"level", core::to_string(line.level)},
          {"component", line.component},
          {"message", line.message}};
}

}  // namespace

Json to_json(const DeviceView& view) {
  const bool sized = view.size.width > 0;
  return {{"id", view.id},
          {"name", text(view.name)},
          {"paused", view.paused},
          {"state", to_string(view.state)},
          {"detail", text(view.detail)},
          {"video_fps", number(view.video_fps)},
          {"result_fps", number(view.result_fps)},
          {"gated_fps", number(view.gated_fps)},
          {"last_frame_age_ms", number(view.last_frame_age_ms)},
          {"last_result_age_ms", number(view.last_result_age_ms)},
          {"clock_gap_s", number(view.clock_gap_s)},
          {"time_fault", text(to_string(view.time_fault))},
          {"codec", sized ? Json(core::to_string(view.codec)) : Json(nullptr)},
          {"width", sized ? Json(view.size.width) : Json(nullptr)},
          {"height", sized ? Json(view.size.height) : Json(nullptr)},
          {"model", text(view.model)},
          {"model_version", text(view.model_version)},
          {"error", text(view.error)},
          {"inferred_by", view.inferred_by_device ? "device" : "site"},
          {"adaptation", text(view.adaptation)},
          {"privacy", to_json(view.privacy)},
          {"main", text(view.main)},
          {"main_detail", text(view.main_detail)},
          {"frames", view.frames},
          {"dropped", view.dropped_queue}};
}

Json to_details_json(const DeviceView& view) {
  Json json = to_json(view);
  json["classes"] = view.classes ? to_json(*view.classes) : Json::array();
  json["task"] = text(view.task);
  json["engine"] = text(view.engine);
  json["source"] = text(view.source);
  json["settings"] = to_json(view.settings);
  json["model_loading"] = view.model_loading;
  json["counters"] = Json::object();
  for (const auto& [name, value] : view.counters) json["counters"][name] = number(value);
  return json;
}

Json to_json(const core::ClassList& classes) {
  Json list = Json::array();
  for (size_t i = 0; i < classes.size(); ++i) {
    const auto& colour = classes[i].colour;
    list.push_back(
        {{"index", i},
         {"name", classes[i].name},
         {"colour", fmt::format("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue)}});
  }
  return list;
}

Json to_json(const ModelView& model) {
  const auto& manifest = model.manifest;
  return {{"name", model.reference},
          {"version", manifest.version},
          {"task", infer::to_string(manifest.task)},
          {"licence", text(manifest.licence)},
          {"classes", to_json(manifest.classes)},
          {"loaded", model.loaded},
          {"error", text(model.error)}};
}

Json to_json(const TimelineEvent& event) {
  return {
      {"number", event.number},
      {"time", core::to_rfc3339(event.time)},
      {"kind", to_string(event.kind)},
      {"device", text(event.device)},
      {"text", event.text},
      {"picture", event.picture ? Json(fmt::format("/api/v1/events/{}/picture.jpg", event.number))
                                : Json(nullptr)}};
}

Json bus_json(const bus::Capabilities& capabilities, const bus::BusState& state,
              const std::string& url) {
  Json warnings = Json::array();
  for (const auto& [what, words] : state.warnings) {
    warnings.push_back({{"what", what}, {"text", words}});
  }
  return {{"name", capabilities.name},
          {"url", url},
          {"state", to_string(state.connection)},
          {"detail", text(state.detail)},
          {"warnings", std::move(warnings)}};
}

Json devices_json(const std::vector<DeviceView>& views) {
  Json list = Json::array();
  for (const auto& view : views) list.push_back(to_json(view));
  return list;
}

Json waiting_json(const std::vector<WaitingDevice>& waiting) {
  Json list = Json::array();
  for (const auto& device : waiting) {
    list.push_back({{"id", device.id},
                    {"since", core::to_rfc3339(device.since)},
                    {"last", core::to_rfc3339(device.last)},
                    {"events", device.events}});
  }
  return list;
}

Json system_json(const SystemView& system, const std::vector<ViewerView>& viewers,
                 const std::map<std::string, ViewedDevice>& viewed) {
  Json json = {{"site", system.site},
               {"version", system.version},
               {"uptime_s", number(system.uptime_s)},
               {"cpu_percent", number(system.cpu_percent)},
               {"memory_mib", number(system.memory_mib)}};
  json["bus"] = bus_json(system.bus_capabilities, system.bus_state, system.bus_url);
  json["bus"]["capabilities"] = to_json(system.bus_capabilities);
  for (const char* list : {"devices", "sessions", "models", "viewers", "counters", "log"}) {
    json[list] = Json::array();
  }
  for (const auto& device : system.devices) {
    const auto found = viewed.find(device.id);
    json["devices"].push_back(
        system_device(device, found == viewed.end() ? ViewedDevice{} : found->second));
  }
  for (const auto& session : system.sessions) json["sessions"].push_back(to_json(session));
  for (const auto& model : system.models) json["models"].push_back(to_json(model));
  for (const auto& viewer : viewers) json["viewers"].push_back(to_json(viewer));
  for (const auto& sample : system.counters) {
    json["counters"].push_back(
        {{"name", sample.name}, {"labels", sample.labels}, {"value", number(sample.value)}});
  }
  for (const auto& line : system.log) json["log"].push_back(to_json(line));
  return json;
}

std::string dump(const Json& json) { return json.dump(); }

}  // namespace fovea::site
