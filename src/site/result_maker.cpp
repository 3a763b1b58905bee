#include "site/result_maker.h"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <numeric>

#include "core/assert.h"

namespace fovea::site {
namespace {

std::string class_name(const core::ClassList& classes, int index) {
  const auto at = static_cast<size_t>(index);
  return at < classes.size() ? classes[at].name : fmt::format("class {}", index);
}

struct ClassSum {
  uint64_t pixels = 0;
  uint64_t confidence = 0;
};
using ClassSums = std::array<ClassSum, 256>;

// Where the run of one class that begins at `begin` ends.
size_t run_end(std::span<const uint8_t> classes, size_t begin) {
  const uint8_t index = classes[begin];
  const uint64_t eight_same = index * 0x0101010101010101u;
  size_t at = begin;
  for (uint64_t eight = 0; at + 8 <= classes.size(); at += 8) {
    std::memcpy(&eight, &classes[at], 8);
    if (eight != eight_same) break;
  }
  while (at < classes.size() && classes[at] == index) ++at;
  return at;
}

// Class maps are runs of one class: counting each pixel in the table would wait for the pixel
// before it, ten times as long.
ClassSums sum_classes(const infer::Segmentation& segmentation) {
  const auto classes = segmentation.class_map.pixels.span();
  std::span<const uint8_t> confidence;
  if (segmentation.confidence) {
    confidence = segmentation.confidence->pixels.span();
    FOVEA_ASSERT(confidence.size() == classes.size());
  }
  ClassSums sums{};
  for (size_t begin = 0, end = 0; begin < classes.size(); begin = end) {
    end = run_end(classes, begin);
    ClassSum& sum = sums[classes[begin]];
    sum.pixels += end - begin;
    if (confidence.empty()) continue;
    const auto run = confidence.subspan(begin, end - begin);
    sum.confidence += std::accumulate(run.begin(), run.end(), uint32_t{0});
  }
  return sums;
}

}  // namespace

std::vector<wire::ClassShare> class_shares(const infer::Segmentation& segmentation,
                                           const core::ClassList& classes) {
  const ClassSums sums = sum_classes(segmentation);
  const auto total = static_cast<double>(segmentation.class_map.pixels.size());
  std::vector<wire::ClassShare> shares;
  for (int index = 0; index < core::no_class; ++index) {
    const ClassSum& sum = sums[static_cast<size_t>(index)];
    if (sum.pixels == 0) continue;
    const auto pixels = static_cast<double>(sum.pixels);
    wire::ClassShare share{index, class_name(classes, index), pixels / total, std::nullopt};
    if (segmentation.confidence) {
      share.confidence = static_cast<double>(sum.confidence) / (255 * pixels);
    }
    shares.push_back(std::move(share));
  }
  return shares;
}

wire::FrameResult make_result(const std::string& site, const Inferred& inferred) {
  const auto& manifest = inferred.served->model->manifest();
  const core::EncodedFrame& frame = *inferred.work.frame;
  wire::FrameResult result;
  result.stream = {site, inferred.work.device};
  result.frame_sequence = frame.sequence;
  result.captured = frame.captured;
  result.model_name = manifest.name;
  result.model_version = manifest.version;
  result.frame = frame.size;
  if (inferred.prediction.segmentation) {
    result.classes = class_shares(*inferred.prediction.segmentation, manifest.classes);
  }
  for (const auto& box : inferred.prediction.detections) {
    result.boxes.push_back({class_name(manifest.classes, box.class_index), box.score, box.area});
  }
  result.timings.capture = inferred.work.capture_ms;
  result.timings.encode = inferred.work.encode_ms;
  result.timings.bus = inferred.work.bus_ms;
  result.timings.wait = inferred.wait_ms;
  result.timings.decode = inferred.decode_ms;
  result.timings.infer = inferred.prediction.infer_ms;
  return result;
}

wire::FrameResult make_repeated_result(const Repeated& repeated) {
  const core::EncodedFrame& frame = *repeated.work.frame;
  wire::FrameResult result = repeated.result->result;
  result.inferred = false;
  result.repeats = {core::milliseconds(frame.captured - result.captured), repeated.shift_x,
                    repeated.shift_y};
  for (auto& box : result.boxes) {
    box.area.x += repeated.shift_x;
    box.area.y += repeated.shift_y;
  }
  result.frame_sequence = frame.sequence;
  result.captured = frame.captured;
  result.timings = {};
  result.timings.capture = repeated.work.capture_ms;
  result.timings.encode = repeated.work.encode_ms;
  result.timings.bus = repeated.work.bus_ms;
  result.timings.wait = repeated.wait_ms;
  result.timings.decode = repeated.work.video_ms + repeated.work.thumbnail_ms;
  return result;
}

}  // namespace fovea::site
