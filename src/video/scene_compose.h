#pragma once

#include <array>
#include <vector>

#include "video/scene.h"
#include "video/scene_canvas.h"
#include "video/scene_effects.h"
#include "video/scene_shadow.h"

namespace fovea::video::scene {

// Light left per pixel, 256 = all of it, for what lies in the shadow of moving things. Floor and
// conveyor take shadows.
class ShadowLayer {
 public:
  explicit ShadowLayer(core::Size size);
  void begin();
  // Darkens the pixels of the plane that `shadow` lies on. `shift` is the picture's displacement.
  void add(const ShadowMap& shadow, const Camera& camera, const Light& air, Shift shift,
           bool conveyor);

  bool row_has_any(int y) const {
    return rows_[static_cast<size_t>(y)].from < rows_[static_cast<size_t>(y)].to;
  }
  Run row_run(int y) const { return rows_[static_cast<size_t>(y)]; }
  // Pairs: for the floor, for the conveyor.
  const uint16_t* row(int y, bool conveyor) const {
    return &left_[conveyor][static_cast<size_t>(y) * static_cast<size_t>(size_.width)];
  }

 private:
  core::Size size_;
  std::array<std::vector<uint16_t>, 2> left_;
  std::vector<Run> rows_;  // pixels that may be less than 256
};

// Turns samples into pictures and truth. Holds the background as pictures, one for each half-pixel
// displacement, so that what stands still is copied.
class Composer {
 public:
  Composer(const Samples& background, core::Size size, int margin);

  // What each instance is.
  struct Instances {
    std::array<uint8_t, 256> class_of{};
  };
  SceneFrame compose(const Canvas& canvas, const ShadowLayer& shadows, Shift shift,
                     const Instances& instances, const SensorNoise* noise, uint32_t seed) const;

 private:
  struct Base {
    std::vector<uint8_t> pixels;   // rgb24
    std::vector<uint8_t> classes;  // ids, which are classes here
  };
  struct Extent;
  const Base& base_for(int x, int y) const {
    return bases_[static_cast<size_t>((y & 1) * 2 + (x & 1))];
  }

  core::Size size_;
  int margin_;        // samples
  int base_columns_;  // pixels
  std::array<Base, 4> bases_;
};

}  // namespace fovea::video::scene
