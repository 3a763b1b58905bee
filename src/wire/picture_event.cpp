#include <fmt/format.h>

#include "core/limits.h"
#include "wire/attributes.h"
#include "wire/event.h"

namespace fovea::wire {

namespace {

// The area that a mask covers, within its frame (a rounding error of a pixel is forgiven).
core::Result<core::Area> read_area(const Attributes& attributes, core::Size frame) {
  double values[4] = {};
  const char* names[4] = {"areax", "areay", "areawidth", "areaheight"};
  for (int i = 0; i < 4; ++i) {
    const auto value = read_number(attributes, names[i]);
    if (!value) return value.error();
    values[i] = *value;
  }
  const core::Area area{values[0], values[1], values[2], values[3]};
  const bool inside = area.x >= 0 && area.y >= 0 && area.width > 0 && area.height > 0 &&
                      area.x + area.width <= frame.width + 1.0 &&
                      area.y + area.height <= frame.height + 1.0;
  if (!inside) {
    return core::Error{core::Code::bad_input, "the mask's area lies outside its frame"};
  }
  return area;
}

}  // namespace

bool follows(const Event& event) {
  const std::string* key = find_attribute(event.attributes, "keyframe");
  return key && *key == "false";
}

Event make_frame_event(const core::StreamId& stream, const core::EncodedFrame& frame,
                       std::optional<core::Timestamp> published) {
  Event event = make_event(stream, Kind::frame, frame.captured, frame.sequence);
  event.content_type = frame.codec == core::Codec::jpeg ? "image/jpeg" : "video/h264";
  event.attributes["frameseq"] = std::to_string(frame.sequence);
  event.attributes["width"] = std::to_string(frame.size.width);
  event.attributes["height"] = std::to_string(frame.size.height);
  event.attributes["codec"] = core::to_string(frame.codec);
  event.attributes["keyframe"] = frame.key ? "true" : "false";
  if (!frame.key) event.attributes["refseq"] = std::to_string(frame.reference);
  if (published) event.attributes["published"] = core::to_rfc3339(*published);
  event.payload = frame.data;
  return event;
}

core::Result<core::EncodedFrame> parse_frame_event(const Event& event) {
  if (auto status = expect_kind(event, Kind::frame); !status) return status.error();
  core::EncodedPicture picture;
  uint64_t reference = 0;
  const std::string* codec = find_attribute(event.attributes, "codec");
  if (codec && *codec == core::to_string(core::Codec::h264)) {
    picture.codec = core::Codec::h264;
  } else if (!codec || *codec != core::to_string(core::Codec::jpeg)) {
    return core::Error{core::Code::bad_input, "the frame's codec '" +
                                                  core::printable(codec ? *codec : "") +
                                                  "' is neither 'jpeg' nor 'h264'"};
  }
  const std::string* key = find_attribute(event.attributes, "keyframe");
  if (key && *key != "true" && *key != "false") {
    return core::Error{core::Code::bad_input, "the frame's keyframe is neither true nor false"};
  }
  const bool is_jpeg = picture.codec == core::Codec::jpeg;  // each one stands on its own
  picture.key = is_jpeg || (key && *key == "true");
  const auto sequence = read_count(event.attributes, "frameseq", 0, sequence_max);
  if (!sequence) return sequence.error();
  if (!picture.key) {
    const auto told = read_count(event.attributes, "refseq", 0, sequence_max);
    if (!told) return told.error();
    reference = *told;
  }
  const auto captured = read_time(event.attributes, "time");
  if (!captured) return captured.error();
  const auto size = read_size(event.attributes);
  if (!size) return size.error();
  if (event.payload.empty()) {
    return core::Error{core::Code::bad_input, "the frame event has no payload"};
  }
  picture.size = *size;
  picture.data = event.payload;
  core::EncodedFrame frame(*captured, *sequence, std::move(picture));
  frame.reference = reference;
  return frame;
}

core::Result<core::Timestamp> published_time(const Event& event) {
  const bool told = find_attribute(event.attributes, "published") != nullptr;
  return read_time(event.attributes, told ? "published" : "time");
}

Event make_mask_event(const core::StreamId& stream, const Mask& mask) {
  Event event = make_event(stream, Kind::mask, mask.captured, mask.frame_sequence);
  event.content_type = "image/png";
  event.attributes["frameseq"] = std::to_string(mask.frame_sequence);
  event.attributes["width"] = std::to_string(mask.frame.width);
  event.attributes["height"] = std::to_string(mask.frame.height);
  event.attributes["areax"] = fmt::format("{}", mask.area.x);
  event.attributes["areay"] = fmt::format("{}", mask.area.y);
  event.attributes["areawidth"] = fmt::format("{}", mask.area.width);
  event.attributes["areaheight"] = fmt::format("{}", mask.area.height);
  event.payload = mask.png;
  return event;
}

core::Result<Mask> parse_mask_event(const Event& event) {
  if (auto status = expect_kind(event, Kind::mask); !status) return status.error();
  const auto sequence = read_count(event.attributes, "frameseq", 0, sequence_max);
  if (!sequence) return sequence.error();
  const auto captured = read_time(event.attributes, "time");
  if (!captured) return captured.error();
  const auto size = read_size(event.attributes);
  if (!size) return size.error();
  const auto area = read_area(event.attributes, *size);
  if (!area) return area.error();
  if (event.payload.empty()) {
    return core::Error{core::Code::bad_input, "the mask event has no payload"};
  }
  return Mask{*sequence, *captured, *size, *area, event.payload};
}

}  // namespace fovea::wire
