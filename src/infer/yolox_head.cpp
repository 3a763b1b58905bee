#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/limits.h"
#include "infer/class_lists.h"
#include "infer/geometry.h"
#include "infer/head.h"
#include "infer/nms.h"

namespace fovea::infer {

namespace {

constexpr std::array<int, 3> strides{8, 16, 32};
constexpr double overlap_max = 0.45;  // of the published demo
constexpr size_t candidates_max = 2000;

int64_t anchor_count(core::Size network) {
  int64_t count = 0;
  for (const int stride : strides) {
    count += int64_t(network.width / stride) * (network.height / stride);
  }
  return count;
}

// One box of the output, in pixels of the network's input.
struct Anchor {
  int column = 0;
  int row = 0;
  int stride = 0;

  core::Area box(const float* values) const {
    const double width = std::exp(double(values[2])) * stride;
    const double height = std::exp(double(values[3])) * stride;
    return {(double(values[0]) + column) * stride - width / 2,
            (double(values[1]) + row) * stride - height / 2, width, height};
  }
};

bool is_finite(const core::Area& area) {
  return std::isfinite(area.x) && std::isfinite(area.y) && std::isfinite(area.width) &&
         std::isfinite(area.height);
}

// YOLOX: anchor-free, per cell of three grids an offset, the logarithm of a size, an objectness
// and C class scores (arXiv:2107.08430). Score = objectness * class score.
class YoloxHead final : public HeadDecoder {
 public:
  Head head() const override { return Head::yolox; }
  Tail tail() const override { return Tail::raw; }

  std::optional<Manifest> propose(const ModelShape& shape, const InputSpec& input) const override {
    if (shape.outputs.empty()) return {};
    const auto& sides = shape.outputs[0].shape;
    const bool fits = sides.size() == 3 && sides[0] == 1 && sides[1] == anchor_count(input.size) &&
                      sides[2] > 5 && sides[2] - 5 <= int64_t(core::limits::classes_max);
    if (!fits) return {};
    Manifest manifest;
    manifest.task = Task::detection;
    manifest.head = head();
    manifest.input.size = input.size;
    manifest.input.nchw = input.nchw;
    manifest.input.bgr = true;
    manifest.input.resize = Resize::letterbox_top_left;
    manifest.classes = classes_by_count(size_t(sides[2] - 5));
    return manifest;
  }

  core::Status check(const Manifest& manifest, const ModelShape& shape) const override {
    const int64_t anchors = anchor_count(manifest.input.size);
    const int64_t values = int64_t(manifest.classes.size()) + 5;
    const std::vector<int64_t> wanted{1, anchors, values};
    if (!shape.outputs.empty() && shape.outputs[0].shape == wanted) return {};
    return core::Error{
        core::Code::bad_input,
        fmt::format("head 'yolox' with {} classes and an input of {}x{} needs an output "
                    "[1,{},{}], but the model gives {}; correct 'classes' or 'input'",
                    manifest.classes.size(), manifest.input.size.width, manifest.input.size.height,
                    anchors, values, shape.outputs.empty() ? "none" : to_string(shape.outputs[0]))};
  }

  core::Result<Prediction> decode(const DecodeInput& input) const override {
    const size_t class_count = input.manifest.classes.size();
    const core::Size network = input.manifest.input.size;
    const Placement placement = place(input.manifest.input.resize, input.picture, network);
    const size_t values = 5 + class_count;
    if (input.outputs.raw.size() != size_t(anchor_count(network)) * values) {
      return core::Error{core::Code::internal, "the engine's output has another size than checked"};
    }
    std::vector<core::Detection> found;
    const float* cell = input.outputs.raw.data();
    for (const int stride : strides) {
      for (int row = 0; row < network.height / stride; ++row) {
        for (int column = 0; column < network.width / stride; ++column, cell += values) {
          if (!(cell[4] > input.score_min)) continue;
          const core::Area area =
              to_frame(Anchor{column, row, stride}.box(cell), placement, input.frame);
          if (!is_finite(area)) continue;
          for (size_t index = 0; index < class_count; ++index) {
            const double score = double(cell[4]) * double(cell[5 + index]);
            if (score > input.score_min) found.push_back({int(index), score, area});
          }
        }
      }
    }
    Prediction prediction;
    // Suppression compares whole boxes, as the published code does; they are cut afterwards.
    prediction.detections = suppress_per_class(std::move(found), overlap_max, candidates_max);
    for (auto& detection : prediction.detections) {
      detection.area = cut_to(input.frame, detection.area);
    }
    std::erase_if(prediction.detections, [](const core::Detection& detection) {
      return detection.area.width <= 0 || detection.area.height <= 0;
    });
    return prediction;
  }
};

}  // namespace

const HeadDecoder& yolox_head() {
  static const YoloxHead head;
  return head;
}

}  // namespace fovea::infer
