#include <algorithm>
#include <cmath>
#include <cstring>

#include "infer/geometry.h"
#include "infer/head.h"

namespace fovea::infer {

namespace {

struct Cut {
  int left = 0;
  int top = 0;
  core::Size size;
};

// The map's cells that lie on the picture, padding left out; at least one.
Cut picture_cells(const Placement& placement, core::Size map, core::Size network) {
  const double across = double(map.width) / network.width;
  const double down = double(map.height) / network.height;
  Cut cut;
  cut.left = std::clamp(int(std::lround(placement.left * across)), 0, map.width - 1);
  cut.top = std::clamp(int(std::lround(placement.top * down)), 0, map.height - 1);
  cut.size.width =
      std::clamp(int(std::lround(placement.inner.width * across)), 1, map.width - cut.left);
  cut.size.height =
      std::clamp(int(std::lround(placement.inner.height * down)), 1, map.height - cut.top);
  return cut;
}

core::Bytes cut_map(std::span<const uint8_t> map, core::Size size, const Cut& cut) {
  core::Bytes pixels(core::image_bytes(core::PixelFormat::gray8, cut.size));
  for (int row = 0; row < cut.size.height; ++row) {
    std::memcpy(pixels.data() + size_t(row) * size_t(cut.size.width),
                map.data() + size_t(cut.top + row) * size_t(size.width) + cut.left,
                size_t(cut.size.width));
  }
  return pixels;
}

// A class the manifest does not know must not reach consumers that index by it.
void keep_known_classes(core::Bytes& map, size_t class_count) {
  const auto count = uint8_t(std::min<size_t>(class_count, core::no_class));
  for (uint8_t& pixel : map) pixel = pixel < count ? pixel : core::no_class;
}

}  // namespace

Prediction make_segmentation(const DecodeInput& input) {
  const Outputs& outputs = input.outputs;
  const InputSpec& spec = input.manifest.input;
  const Placement placement = place(spec.resize, input.picture, spec.size);
  const Cut cut = picture_cells(placement, outputs.map_size, spec.size);
  const double cell_width = double(spec.size.width) / outputs.map_size.width;
  const double cell_height = double(spec.size.height) / outputs.map_size.height;

  Segmentation segmentation;
  const auto grey = core::PixelFormat::gray8;
  auto class_map = cut_map(outputs.class_map, outputs.map_size, cut);
  keep_known_classes(class_map, input.manifest.classes.size());
  segmentation.class_map = {grey, cut.size, std::move(class_map)};
  if (!outputs.confidence.empty()) {
    segmentation.confidence = {grey, cut.size, cut_map(outputs.confidence, outputs.map_size, cut)};
  }
  const core::Area cells{cut.left * cell_width, cut.top * cell_height, cut.size.width * cell_width,
                         cut.size.height * cell_height};
  segmentation.area = cut_to(input.frame, to_frame(cells, placement, input.frame));
  Prediction prediction;
  prediction.segmentation = std::move(segmentation);
  return prediction;
}

}  // namespace fovea::infer
