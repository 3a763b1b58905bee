#include <limits>

#include "wire/attributes.h"
#include "wire/json.h"
#include "wire/result_event.h"

namespace fovea::wire {

namespace {

constexpr uint64_t count_max = std::numeric_limits<uint64_t>::max();
constexpr size_t text_length_max = 1024;
constexpr double fps_max = 1e6;

}  // namespace

Event make_status_event(const CameraStatus& status) {
  // The microsecond it was made is its number: one camera says one thing at a time.
  Event event = make_event(status.stream, Kind::status, status.time, status.captured);
  event.content_type = "application/json";
  event.payload = core::Buffer(dump_json({
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
  }));
  return event;
}

core::Result<CameraStatus> parse_status_event(const Event& event) {
  if (auto status = expect_kind(event, Kind::status); !status) return status.error();
  const auto document = parse_json_object(event.payload.text());
  if (!document) return document.error();
  JsonReader reader(*document, "");
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
  if (status.stream != stream_of(event)) reader.fail("device", "is not that of the topic");
  if (auto read = reader.status(); !read) return read.error();
  return status;
}

}  // namespace fovea::wire
