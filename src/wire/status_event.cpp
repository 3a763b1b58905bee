#include <limits>

#include "core/json_reader.h"
#include "core/limits.h"
#include "wire/attributes.h"
#include "wire/device_name.h"
#include "wire/result_event.h"

namespace fovea::wire {

namespace {

constexpr uint64_t count_max = std::numeric_limits<uint64_t>::max();
constexpr size_t text_length_max = 1024;
constexpr double fps_max = 1e6;

core::Json to_json_value(const std::vector<core::Polygon>& areas) {
  auto list = core::Json::array();
  for (const auto& area : areas) {
    auto corners = core::Json::array();
    for (const auto& point : area) corners.push_back({point.x, point.y});
    list.push_back(std::move(corners));
  }
  return list;
}

bool is_share(const core::Json& value) {
  return value.is_number() && value.get<double>() >= 0 && value.get<double>() <= 1;
}

// [[[x, y], ...], ...]
std::vector<core::Polygon> read_areas(core::JsonReader& reader, const char* name) {
  std::vector<core::Polygon> areas;
  for (const auto& corners : reader.list(name, core::limits::privacy_areas_max)) {
    core::Polygon area;
    if (corners.is_array() && corners.size() <= core::limits::polygon_corners_max) {
      for (const auto& corner : corners) {
        if (!corner.is_array() || corner.size() != 2) break;
        if (!is_share(corner[0]) || !is_share(corner[1])) break;
        area.push_back({corner[0].get<double>(), corner[1].get<double>()});
      }
    }
    if (area.size() < 3 || area.size() != corners.size()) {
      reader.fail(name, "is no list of areas with corners from 0 to 1");
      return {};
    }
    areas.push_back(std::move(area));
  }
  return areas;
}

}  // namespace

Event make_status_event(const CameraStatus& status) {
  // The microsecond it was made is its number: one camera says one thing at a time.
  Event event = make_event(status.stream, Kind::status, status.time, status.captured);
  event.content_type = "application/json";
  event.payload =
      core::Buffer(core::Json({
                                  {"site", status.stream.site},
                                  {"device", status.stream.device},
                                  {"time", core::to_rfc3339(status.time)},
                                  {"state", status.state},
                                  {"detail", status.detail.substr(0, text_length_max)},
                                  {"source", status.source.substr(0, text_length_max)},
                                  {"fps", status.fps},
                                  {"captured", status.captured},
                                  {"published", status.published},
                                  {"dropped", status.dropped},
                                  {"restarts", status.restarts},
                                  {"adaptation", status.adaptation.substr(0, text_length_max)},
                                  {"privacy", to_json_value(status.privacy)},
                                  {"main", status.main},
                                  {"main_detail", status.main_detail.substr(0, text_length_max)},
                              })
                       .dump());
  return event;
}

core::Result<CameraStatus> parse_status_event(const Event& event) {
  if (auto status = expect_kind(event, Kind::status); !status) return status.error();
  const auto document = core::parse_json_object(event.payload.text());
  if (!document) return document.error();
  core::JsonReader reader(*document);
  CameraStatus status;
  status.stream = reader.stream();
  status.time = reader.time("time");
  status.state = reader.text("state", text_length_max);
  // A cut in the middle of a character is replaced by a mark of three bytes.
  status.detail = reader.text("detail", text_length_max + 8);
  status.source = reader.text("source", text_length_max + 8);
  status.fps = reader.number("fps", 0, fps_max);
  status.captured = reader.count("captured", count_max);
  status.published = reader.count("published", count_max);
  status.dropped = reader.count("dropped", count_max);
  status.restarts = reader.count("restarts", count_max);
  // Cameras of before did not say these.
  if (document->contains("adaptation")) {
    status.adaptation = reader.text("adaptation", text_length_max + 8);
  }
  if (document->contains("privacy")) status.privacy = read_areas(reader, "privacy");
  if (document->contains("main")) {
    status.main = reader.text("main", core::limits::name_length_max);
    if (!status.main.empty() && status.main != status.stream.device + std::string(main_suffix)) {
      reader.fail("main", "is not the device's own name with -main");
    }
  }
  if (document->contains("main_detail")) {
    status.main_detail = reader.text("main_detail", text_length_max + 8);
  }
  if (status.stream != stream_of(event)) reader.fail("device", "is not that of the topic");
  if (auto read = reader.status(); !read) return read.error();
  return status;
}

}  // namespace fovea::wire
