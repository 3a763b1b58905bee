#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/image.h"
#include "core/result.h"

namespace fovea::evaluate {

// Pixels by true and by shown class (Everingham et al.: "The PASCAL Visual Object Classes
// Challenge", 2010, section 4.1.3). Pixels whose truth is no class are left out; a pixel that is
// shown as no class is a miss of its true one. Threads: one.
class Confusion {
 public:
  explicit Confusion(size_t classes)
      : classes_(classes), counts_(classes * (classes + 1)) {}  // the last column: no class

  void add(uint8_t truth, uint8_t shown) {
    if (truth >= classes_) return;
    const size_t column = shown < classes_ ? shown : classes_;
    ++counts_[truth * (classes_ + 1) + column];
  }
  // Two gray8 maps. Errors: bad_input (of different sizes).
  core::Status add(const core::Image& truth, const core::Image& shown);
  // Of as many classes.
  void add(const Confusion& other);

  size_t classes() const { return classes_; }
  uint64_t count(size_t truth, size_t shown) const {  // shown == classes(): as no class
    return counts_[truth * (classes_ + 1) + shown];
  }

  // Intersection over union of each class; empty: neither true nor shown anywhere.
  std::vector<std::optional<double>> iou() const;
  // Mean over the classes that have one; empty: none has.
  std::optional<double> miou() const;
  // Share of all pixels that are right; empty: there are none.
  std::optional<double> pixel_accuracy() const;

 private:
  size_t classes_;
  std::vector<uint64_t> counts_;
};

}  // namespace fovea::evaluate
