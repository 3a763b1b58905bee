#include "camera/truth.h"

#include <array>

#include "codec/png.h"
#include "video/scene_classes.h"

namespace fovea::camera {

wire::FrameResult make_truth_result(const core::StreamId& stream, const core::EncodedFrame& frame,
                                    const video::GroundTruth& truth) {
  const auto& classes = video::scene_classes();
  std::array<size_t, 256> counts{};
  for (const uint8_t index : truth.class_map.pixels.span()) ++counts[index];
  const double pixels_count = static_cast<double>(truth.class_map.pixels.size());

  wire::FrameResult result;
  result.stream = stream;
  result.frame_sequence = frame.sequence;
  result.captured = frame.captured;
  result.model_name = truth_model_name;
  result.model_version = "1";
  result.frame = frame.size;
  for (size_t i = 0; i < classes.size(); ++i) {
    if (counts[i] == 0) continue;
    result.classes.push_back(
        {static_cast<int>(i), classes[i].name, static_cast<double>(counts[i]) / pixels_count, 1.0});
  }
  for (const auto& box : truth.boxes) {
    const auto index = static_cast<size_t>(box.class_index);
    if (index < classes.size()) {
      result.boxes.push_back({classes[index].name, box.score, box.area});
    }
  }
  return result;
}

core::Status publish_truth(bus::Bus& bus, const core::StreamId& stream,
                           const core::EncodedFrame& frame, const video::GroundTruth& truth) {
  auto png = codec::encode_png(truth.class_map);
  if (!png) return png.error();
  wire::Mask mask;
  mask.frame_sequence = frame.sequence;
  mask.captured = frame.captured;
  mask.frame = frame.size;
  mask.area = {0, 0, double(frame.size.width), double(frame.size.height)};
  mask.png = std::move(*png);
  auto mask_event = wire::make_mask_event(stream, mask);
  mask_event.attributes[producer_attribute] = producer_device;
  if (auto sent = bus.publish(mask_event); !sent) return sent;
  auto result_event = wire::make_result_event(make_truth_result(stream, frame, truth));
  result_event.attributes[producer_attribute] = producer_device;
  return bus.publish(result_event);
}

}  // namespace fovea::camera
