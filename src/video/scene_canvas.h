#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "video/scene_camera.h"
#include "video/scene_light.h"
#include "video/scene_mesh.h"

namespace fovea::video::scene {

// Samples of a picture, two in each direction per pixel. A sample is 0xIIBBGGRR: the instance's id
// and the colour as displayed. Depth is closeness * 65535: 7 mm at 20 m.
struct Samples {
  int width = 0, height = 0;
  std::vector<uint32_t> colour;
  std::vector<uint16_t> depth;

  Samples(int columns, int rows)
      : width(columns),
        height(rows),
        colour(static_cast<size_t>(columns) * static_cast<size_t>(rows)),
        depth(colour.size()) {}
};

inline uint8_t id_of_sample(uint32_t sample) { return static_cast<uint8_t>(sample >> 24); }

// A run of samples [from, to).
struct Run {
  int from = 0, to = 0;
};

// Draws what moves over a background that stays: a tile of samples is copied from the background
// when something is first drawn into it, so a frame costs what moves, not what stands.
class Canvas {
 public:
  static constexpr int tile = 16;  // samples

  explicit Canvas(const Samples& background);

  // Forgets what was drawn.
  void begin();
  void draw(const Mesh& mesh, const Camera& camera, const Light& light);

  const uint32_t* row(int y) const { return &drawn_.colour[index(0, y)]; }
  // The samples of rows y and y + 1 that both hold valid drawn samples; all others are the
  // background's.
  void runs(int y, std::vector<Run>& runs) const;

 private:
  size_t index(int x, int y) const {
    return static_cast<size_t>(y) * static_cast<size_t>(drawn_.width) + static_cast<size_t>(x);
  }
  void touch(int x0, int y0, int x1, int y1);
  void draw_triangle(const Triangle& triangle, const Camera& camera, const Light& light);

  const Samples& background_;
  Samples drawn_;
  int tile_columns_, tile_rows_;
  std::vector<uint8_t> touched_;
};

}  // namespace fovea::video::scene
