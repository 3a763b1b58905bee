#include "evaluate/confusion.h"

#include <fmt/format.h>

#include "core/assert.h"

namespace fovea::evaluate {

core::Status Confusion::add(const core::Image& truth, const core::Image& shown) {
  FOVEA_ASSERT(truth.format == core::PixelFormat::gray8);
  FOVEA_ASSERT(shown.format == core::PixelFormat::gray8);
  if (truth.size != shown.size) {
    return core::Error{core::Code::bad_input,
                       fmt::format("the class map is {}x{}, its truth {}x{}", shown.size.width,
                                   shown.size.height, truth.size.width, truth.size.height)};
  }
  for (size_t i = 0; i < truth.pixels.size(); ++i) {
    add(truth.pixels.data()[i], shown.pixels.data()[i]);
  }
  return {};
}

void Confusion::add(const Confusion& other) {
  FOVEA_ASSERT(classes_ == other.classes_);
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

std::vector<std::optional<double>> Confusion::iou() const {
  std::vector<std::optional<double>> all(classes_);
  for (size_t c = 0; c < classes_; ++c) {
    uint64_t united = 0;
    for (size_t shown = 0; shown <= classes_; ++shown) united += count(c, shown);
    for (size_t truth = 0; truth < classes_; ++truth) united += count(truth, c);
    united -= count(c, c);
    if (united > 0) all[c] = static_cast<double>(count(c, c)) / static_cast<double>(united);
  }
  return all;
}

std::optional<double> Confusion::miou() const {
  double sum = 0;
  int occurring = 0;
  for (const auto& one : iou()) {
    if (!one) continue;
    sum += *one;
    ++occurring;
  }
  return occurring == 0 ? std::nullopt : std::optional(sum / occurring);
}

std::optional<double> Confusion::pixel_accuracy() const {
  uint64_t right = 0, all = 0;
  for (size_t truth = 0; truth < classes_; ++truth) {
    right += count(truth, truth);
    for (size_t shown = 0; shown <= classes_; ++shown) all += count(truth, shown);
  }
  if (all == 0) return std::nullopt;
  return static_cast<double>(right) / static_cast<double>(all);
}

}  // namespace fovea::evaluate
