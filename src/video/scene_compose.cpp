#include "video/scene_compose.h"

#include <cstring>

namespace fovea::video::scene {
namespace {

bool takes_floor_shadow(uint8_t id) {
  return id >= id_of(SceneClass::floor) && id <= id_of(SceneClass::danger_zone);
}

uint8_t darkened(uint32_t value, uint32_t left) { return static_cast<uint8_t>(value * left >> 8); }

}  // namespace

ShadowLayer::ShadowLayer(core::Size size) : size_(size) {
  const auto pixels = static_cast<size_t>(size.width) * static_cast<size_t>(size.height);
  for (auto& left : left_) left.assign(pixels, 256);
  rows_.resize(static_cast<size_t>(size.height));
}

void ShadowLayer::begin() {
  for (int y = 0; y < size_.height; ++y) {
    Run& run = rows_[static_cast<size_t>(y)];
    if (run.from >= run.to) continue;
    for (auto& left : left_) {
      uint16_t* row = &left[static_cast<size_t>(y) * static_cast<size_t>(size_.width)];
      std::fill(row + run.from, row + run.to, uint16_t{256});
    }
    run = {};
  }
}

void ShadowLayer::add(const ShadowMap& shadow, const Camera& camera, const Light& air, Shift shift,
                      bool conveyor) {
  if (shadow.empty()) return;
  const Rect r = shadow.bounds();
  float low_x = 1e9f, low_y = 1e9f, high_x = -1e9f, high_y = -1e9f;
  const auto shift_x = static_cast<float>(shift.x), shift_y = static_cast<float>(shift.y);
  for (const Vec2 p : {Vec2{r.x0, r.y0}, Vec2{r.x1, r.y0}, Vec2{r.x1, r.y1}, Vec2{r.x0, r.y1}}) {
    Vec3 view = camera.to_view({p.x, p.y, shadow.plane_z()});
    view.z = std::max(view.z, near_plane);
    const Spot spot = camera.project_view(view);
    low_x = std::min(low_x, (spot.x - shift_x) / 2);
    high_x = std::max(high_x, (spot.x - shift_x) / 2);
    low_y = std::min(low_y, (spot.y - shift_y) / 2);
    high_y = std::max(high_y, (spot.y - shift_y) / 2);
  }
  const auto edge = [](float value, int limit) {
    return static_cast<int>(std::clamp(value, 0.0f, static_cast<float>(limit)));
  };
  const int x0 = edge(low_x, size_.width), x1 = edge(high_x + 1, size_.width);
  const int y0 = edge(low_y, size_.height), y1 = edge(high_y + 1, size_.height);
  if (x0 >= x1) return;
  for (int y = y0; y < y1; ++y) {
    Run& run = rows_[static_cast<size_t>(y)];
    run = run.from < run.to ? Run{std::min(run.from, x0), std::max(run.to, x1)} : Run{x0, x1};
    uint16_t* left = &left_[conveyor][static_cast<size_t>(y) * static_cast<size_t>(size_.width)];
    const float sample_y = static_cast<float>(2 * y + 1) + shift_y;
    Vec3 ray = camera.ray(static_cast<float>(2 * x0 + 1) + shift_x, sample_y);
    const Vec3 step = camera.right * (2 / camera.focal);  // level: its z is 0
    if (ray.z > -1e-4f) continue;                         // above the horizon
    const float distance = (shadow.plane_z() - camera.position.z) / ray.z;
    Vec2 at{camera.position.x + ray.x * distance, camera.position.y + ray.y * distance};
    const float clear = air.clearness(distance);
    const Vec2 move{step.x * distance, step.y * distance};
    for (int x = x0; x < x1; ++x, at = at + move) {
      const float light = shadow.at(at.x, at.y);
      if (light >= 0.999f) continue;
      left[x] = static_cast<uint16_t>(static_cast<float>(left[x]) * mix(1, light, clear));
    }
  }
}

Composer::Composer(const Samples& background, core::Size size, int margin)
    : size_(size), margin_(margin), base_columns_(background.width / 2 - 1) {
  const int rows = background.height / 2 - 1;
  const auto pixels = static_cast<size_t>(base_columns_) * static_cast<size_t>(rows);
  for (int phase = 0; phase < 4; ++phase) {
    Base& base = bases_[static_cast<size_t>(phase)];
    base.pixels.resize(pixels * 3);
    base.classes.resize(pixels);
    size_t pixel = 0;
    for (int y = 0; y < rows; ++y) {
      const uint32_t* upper = &background.colour[static_cast<size_t>(2 * y + phase / 2) *
                                                 static_cast<size_t>(background.width)];
      const uint32_t* lower = upper + background.width;
      for (int x = 0; x < base_columns_; ++x, ++pixel) {
        const int s = 2 * x + phase % 2;
        for (size_t c = 0; c < 3; ++c) {
          const auto at = [&](uint32_t sample) { return sample >> (8 * c) & 255; };
          base.pixels[pixel * 3 + c] = static_cast<uint8_t>(
              (at(upper[s]) + at(upper[s + 1]) + at(lower[s]) + at(lower[s + 1]) + 2) / 4);
        }
        base.classes[pixel] = id_of_sample(upper[s]);
      }
    }
  }
}

// What is visible of one instance.
struct Composer::Extent {
  int count = 0;
  int x0 = 1 << 30, y0 = 1 << 30, x1 = -1, y1 = -1;
  void add(int x, int y) {
    ++count;
    x0 = std::min(x0, x);
    x1 = std::max(x1, x);
    y0 = std::min(y0, y);
    y1 = std::max(y1, y);
  }
};

SceneFrame Composer::compose(const Canvas& canvas, const ShadowLayer& shadows, Shift shift,
                             const Instances& instances, const SensorNoise* noise,
                             uint32_t seed) const {
  const auto width = static_cast<size_t>(size_.width), height = static_cast<size_t>(size_.height);
  core::Bytes picture(width * height * 3), classes(width * height);
  std::array<Extent, 256> extents{};
  std::vector<Run> runs;
  const int left = margin_ + shift.x, top = margin_ + shift.y;  // samples
  const Base& base = base_for(left, top);
  for (int y = 0; y < size_.height; ++y) {
    uint8_t* out = &picture[static_cast<size_t>(y) * width * 3];
    uint8_t* out_class = &classes[static_cast<size_t>(y) * width];
    const size_t from = static_cast<size_t>(top / 2 + y) * static_cast<size_t>(base_columns_) +
                        static_cast<size_t>(left / 2);
    std::memcpy(out, &base.pixels[from * 3], width * 3);
    std::memcpy(out_class, &base.classes[from], width);
    const Run dark = shadows.row_run(y);
    const uint16_t* on_floor = shadows.row(y, false);
    const uint16_t* on_belt = shadows.row(y, true);
    const auto light_left = [&](uint8_t id, int x) -> uint32_t {
      if (takes_floor_shadow(id)) return on_floor[x];
      return id == id_of(SceneClass::conveyor) ? on_belt[x] : 256;
    };
    for (int x = dark.from; x < dark.to; ++x) {
      const uint32_t light = light_left(out_class[x], x);
      if (light == 256) continue;
      for (int c = 0; c < 3; ++c) out[x * 3 + c] = darkened(out[x * 3 + c], light);
    }
    const int sample_y = top + 2 * y;
    canvas.runs(sample_y, runs);
    const uint32_t* upper = canvas.row(sample_y) + left;
    const uint32_t* lower = canvas.row(sample_y + 1) + left;
    for (const Run& run : runs) {
      const int end = std::min((run.to - left) / 2, size_.width);
      for (int x = std::max(run.from - left + 1, 0) / 2; x < end; ++x) {
        uint32_t red = 2, green = 2, blue = 2;
        for (const uint32_t sample :
             {upper[2 * x], upper[2 * x + 1], lower[2 * x], lower[2 * x + 1]}) {
          const uint32_t light = light_left(id_of_sample(sample), x);
          red += (sample & 255) * light >> 8;
          green += (sample >> 8 & 255) * light >> 8;
          blue += (sample >> 16 & 255) * light >> 8;
        }
        out[x * 3] = static_cast<uint8_t>(red / 4);
        out[x * 3 + 1] = static_cast<uint8_t>(green / 4);
        out[x * 3 + 2] = static_cast<uint8_t>(blue / 4);
        const uint8_t id = id_of_sample(upper[2 * x]);
        out_class[x] = instances.class_of[id];
        if (id >= robot_id) extents[id].add(x, y);
      }
    }
    if (noise) noise->add(seed, static_cast<uint32_t>(y), out, width * 3);
  }
  SceneFrame frame;
  for (size_t id = robot_id; id < extents.size(); ++id) {
    const Extent& e = extents[id];
    if (e.count < scene_box_pixels_min) continue;
    frame.truth.boxes.push_back(
        {instances.class_of[id],
         1.0,
         {double(e.x0), double(e.y0), double(e.x1 - e.x0 + 1), double(e.y1 - e.y0 + 1)}});
  }
  frame.picture = {core::PixelFormat::rgb24, size_, std::move(picture)};
  frame.truth.class_map = {core::PixelFormat::gray8, size_, std::move(classes)};
  return frame;
}

}  // namespace fovea::video::scene
