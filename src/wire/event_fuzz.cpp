#include <cstdint>
#include <string>
#include <string_view>

#include "core/assert.h"
#include "core/image.h"
#include "core/limits.h"
#include "wire/event.h"
#include "wire/percent.h"
#include "wire/result_event.h"

namespace fovea {
namespace {

// One line up to '\n', cut off `rest`.
std::string_view cut_line(std::string_view& rest) {
  const size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return line;
}

}  // namespace
}  // namespace fovea

// The input is a message: topic, content type, lines of NAME=VALUE in percent-encoding, an empty
// line, the payload.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fovea;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  wire::Event event;
  const auto topic = wire::parse_topic(cut_line(rest));
  if (!topic) return 0;
  event.topic = *topic;
  event.content_type = cut_line(rest);
  for (auto line = cut_line(rest); !line.empty(); line = cut_line(rest)) {
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const auto value = wire::percent_decode(line.substr(equals + 1));
    if (value) event.attributes[std::string(line.substr(0, equals))] = *value;
  }
  event.payload = core::Buffer(std::string(rest));
  if (wire::find_fault(event)) return 0;
  FOVEA_ASSERT(wire::topic_of(event.attributes).has_value());
  if (const auto frame = wire::parse_frame_event(event)) {
    FOVEA_ASSERT(frame->size.width > 0);
    FOVEA_ASSERT(frame->size.height <= core::limits::picture_side_max);
  }
  if (const auto mask = wire::parse_mask_event(event)) FOVEA_ASSERT(mask->area.width > 0);
  (void)wire::published_time(event);
  (void)wire::parse_status_event(event);
  (void)wire::parse_result_event(event);
  return 0;
}
