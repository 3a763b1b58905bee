#include "wire/result_event.h"

#include <cmath>

#include "core/json_reader.h"
#include "core/limits.h"
#include "wire/attributes.h"

namespace fovea::wire {

namespace limits = core::limits;
using core::Json;

namespace {

constexpr size_t label_length_max = 256;
constexpr size_t boxes_max = 10'000;      // of one frame
constexpr double milliseconds_max = 1e9;  // eleven days: a clock that jumped, not a duration
constexpr double pixel_max = 2.0 * limits::picture_side_max;  // boxes may reach over the edge

// The members of "timings_ms", for writing and reading.
struct TimingMember {
  const char* name;
  double Timings::*value;
};
constexpr TimingMember timing_members[] = {
    {"capture", &Timings::capture},
    {"encode", &Timings::encode},
    {"bus", &Timings::bus},
    {"wait", &Timings::wait},
    {"decode", &Timings::decode},
    {"infer", &Timings::infer},
    {"encode_mask", &Timings::encode_mask},
};

std::string path_of(const char* list, size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "].";
}

core::Result<std::vector<ClassShare>> read_classes(const core::Json& list) {
  std::vector<ClassShare> classes;
  for (size_t i = 0; i < list.size(); ++i) {
    core::JsonReader reader(list[i], path_of("classes", i));
    ClassShare share;
    share.index = int(reader.count("index", limits::classes_max - 1));
    share.name = reader.text("name", label_length_max);
    share.share = reader.number("share", 0, 1);
    share.confidence = reader.number_or_null("confidence", 0, 1);
    if (auto status = reader.status(); !status) return status.error();
    classes.push_back(std::move(share));
  }
  return classes;
}

core::Result<std::vector<ResultBox>> read_boxes(const core::Json& list) {
  std::vector<ResultBox> boxes;
  for (size_t i = 0; i < list.size(); ++i) {
    core::JsonReader reader(list[i], path_of("boxes", i));
    ResultBox box;
    box.label = reader.text("label", label_length_max);
    box.score = reader.number("score", 0, 1);
    const auto& sides = reader.list("box", 4);
    if (sides.size() != 4) reader.fail("box", "is not [x, y, width, height]");
    double values[4] = {};
    for (size_t side = 0; side < sides.size(); ++side) {
      values[side] = sides[side].is_number() ? sides[side].get<double>() : pixel_max * 2;
      const bool in_range = values[side] >= -pixel_max && values[side] <= pixel_max;
      if (!in_range) reader.fail("box", "is not four numbers in range");
    }
    box.area = {values[0], values[1], values[2], values[3]};
    if (auto status = reader.status(); !status) return status.error();
    boxes.push_back(std::move(box));
  }
  return boxes;
}

Json to_json_value(const ClassShare& share) {
  return {{"index", share.index},
          {"name", share.name},
          {"share", share.share},
          {"confidence", share.confidence ? Json(*share.confidence) : Json()}};
}

Json to_json_value(const ResultBox& box) {
  const auto& area = box.area;
  return {{"label", box.label},
          {"score", box.score},
          {"box", {area.x, area.y, area.width, area.height}}};
}

}  // namespace

std::string to_json(const FrameResult& result) {
  Json classes = Json::array();
  for (const auto& share : result.classes) classes.push_back(to_json_value(share));
  Json boxes = Json::array();
  for (const auto& box : result.boxes) boxes.push_back(to_json_value(box));
  Json timings = Json::object();
  for (const auto& member : timing_members) {
    timings[member.name] =
        std::clamp(result.timings.*member.value, -milliseconds_max, milliseconds_max);
  }
  Json document = {
      {"site", result.stream.site},
      {"device", result.stream.device},
      {"frameseq", result.frame_sequence},
      {"captured", core::to_rfc3339(result.captured)},
      {"model", {{"name", result.model_name}, {"version", result.model_version}}},
      {"inferred", result.inferred},
      {"width", result.frame.width},
      {"height", result.frame.height},
      {"classes", std::move(classes)},
      {"boxes", std::move(boxes)},
      {"timings_ms", std::move(timings)},
  };
  if (const auto& repeats = result.repeats) {
    document["age_ms"] = repeats->age_ms;
    document["shift"] = {repeats->shift_x, repeats->shift_y};
  }
  return document.dump();
}

namespace {

// The members "age_ms" and "shift" of a repeated result; others do not have them.
std::optional<Repetition> read_repetition(const core::Json& document, core::JsonReader& reader) {
  if (!document.contains("age_ms")) return std::nullopt;
  Repetition repeats;
  repeats.age_ms = reader.number("age_ms", -milliseconds_max, milliseconds_max);
  if (!document.contains("shift")) return repeats;
  const auto& shift = reader.list("shift", 2);
  double values[2] = {};
  for (size_t i = 0; i < 2; ++i) {
    const bool number = i < shift.size() && shift[i].is_number();
    values[i] = number ? shift[i].get<double>() : pixel_max * 2;
    if (!(std::abs(values[i]) <= pixel_max)) reader.fail("shift", "is not [x, y] in pixels");
  }
  repeats.shift_x = values[0];
  repeats.shift_y = values[1];
  return repeats;
}

}  // namespace

core::Result<FrameResult> parse_result_json(std::string_view text) {
  const auto document = core::parse_json_object(text);
  if (!document) return document.error();
  core::JsonReader reader(*document);
  FrameResult result;
  result.stream = reader.stream();
  result.frame_sequence = reader.count("frameseq", sequence_max);
  result.captured = reader.time("captured");
  core::JsonReader model(reader.object("model"), "model.");
  core::JsonReader timings(reader.object("timings_ms"), "timings_ms.");
  result.inferred = reader.flag("inferred");
  result.repeats = read_repetition(*document, reader);
  result.frame = reader.size();
  const auto& class_list = reader.list("classes", limits::classes_max);
  const auto& box_list = reader.list("boxes", boxes_max);
  if (auto status = reader.status(); !status) return status.error();

  result.model_name = model.text("name", label_length_max);
  result.model_version = model.text("version", label_length_max);
  if (auto status = model.status(); !status) return status.error();
  for (const auto& member : timing_members) {
    // Clocks of two machines differ: a time from one to the other may come out negative.
    result.timings.*member.value = timings.number(member.name, -milliseconds_max, milliseconds_max);
  }
  if (auto status = timings.status(); !status) return status.error();
  auto classes = read_classes(class_list);
  if (!classes) return classes.error();
  auto boxes = read_boxes(box_list);
  if (!boxes) return boxes.error();
  result.classes = std::move(*classes);
  result.boxes = std::move(*boxes);
  return result;
}

Event make_result_event(const FrameResult& result) {
  Event event = make_event(result.stream, Kind::result, result.captured, result.frame_sequence);
  event.content_type = "application/json";
  event.attributes["frameseq"] = std::to_string(result.frame_sequence);
  event.payload = core::Buffer(to_json(result));
  return event;
}

core::Result<FrameResult> parse_result_event(const Event& event) {
  if (auto status = expect_kind(event, Kind::result); !status) return status.error();
  auto result = parse_result_json(event.payload.text());
  if (result && result->stream != stream_of(event)) {
    return core::Error{core::Code::bad_input, "the result is about '" + result->stream.device +
                                                  "', its topic about '" + event.topic.device +
                                                  "'"};
  }
  return result;
}

}  // namespace fovea::wire
