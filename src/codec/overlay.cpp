#include "codec/overlay.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "codec/glyphs.h"
#include "core/assert.h"

namespace fovea::codec {

using core::Area;
using core::Bytes;
using core::ClassList;
using core::Colour;
using core::Image;
using core::PixelFormat;
using core::Size;

namespace {

constexpr int glyph_scale = 2;
constexpr int outline_width = 2;

bool is_background(const ClassList& classes, size_t index) {
  return index >= classes.size() || (index == 0 && classes[0].name == "background");
}

// For each output pixel along one side the input pixel, or -1 outside of the covered part.
std::vector<int> nearest_pixels(int out, double start, double length, int in) {
  std::vector<int> map(size_t(out), -1);
  for (int i = 0; i < out; ++i) {
    const double at = (i + 0.5 - start) / length * in;
    if (at >= 0 && at < in) map[size_t(i)] = int(at);
  }
  return map;
}

// A picture being drawn on.
struct Canvas {
  Bytes pixels;
  Size size;

  void fill(int left, int top, int right, int bottom, Colour colour) {
    left = std::clamp(left, 0, size.width);
    right = std::clamp(right, 0, size.width);
    top = std::clamp(top, 0, size.height);
    bottom = std::clamp(bottom, 0, size.height);
    for (int y = top; y < bottom; ++y) {
      uint8_t* pixel = &pixels[(size_t(y) * size_t(size.width) + size_t(left)) * 3];
      for (int x = left; x < right; ++x, pixel += 3) {
        pixel[0] = colour.red;
        pixel[1] = colour.green;
        pixel[2] = colour.blue;
      }
    }
  }

  void outline(int left, int top, int right, int bottom, Colour colour) {
    fill(left, top, right, top + outline_width, colour);
    fill(left, bottom - outline_width, right, bottom, colour);
    fill(left, top, left + outline_width, bottom, colour);
    fill(right - outline_width, top, right, bottom, colour);
  }

  void text(int left, int top, const std::string& words, Colour colour) {
    for (char character : words) {
      const auto rows = glyph(character);
      for (int y = 0; y < glyph_height; ++y) {
        for (int x = 0; x < glyph_width; ++x) {
          if (!(rows[size_t(y)] & (16u >> x))) continue;
          const int px = left + x * glyph_scale;
          const int py = top + y * glyph_scale;
          fill(px, py, px + glyph_scale, py + glyph_scale, colour);
        }
      }
      left += (glyph_width + 1) * glyph_scale;
    }
  }
};

// Black or white, whichever reads better on `colour` (luma of ITU-R BT.601).
Colour contrast(Colour colour) {
  const int luma = 299 * colour.red + 587 * colour.green + 114 * colour.blue;
  return luma > 140'000 ? Colour{0, 0, 0} : Colour{255, 255, 255};
}

int pixel_at(double position, int end) {
  return int(std::lround(std::clamp(position, 0.0, double(end))));
}

void draw_box(Canvas& canvas, const core::Detection& box, const ClassList& classes) {
  const bool known = size_t(box.class_index) < classes.size();
  const Colour colour = known ? classes[size_t(box.class_index)].colour : Colour{255, 255, 255};
  const std::string name =
      known ? classes[size_t(box.class_index)].name : std::to_string(box.class_index);
  const int left = pixel_at(box.area.x, canvas.size.width);
  const int top = pixel_at(box.area.y, canvas.size.height);
  canvas.outline(left, top, pixel_at(box.area.x + box.area.width, canvas.size.width),
                 pixel_at(box.area.y + box.area.height, canvas.size.height), colour);
  const std::string words = fmt::format("{} {:.2f}", name, box.score);
  const int text_height = (glyph_height + 2) * glyph_scale;
  const int text_width = int(words.size()) * (glyph_width + 1) * glyph_scale + glyph_scale;
  const int text_top = std::max(0, top - text_height);
  canvas.fill(left, text_top, left + text_width, text_top + text_height, colour);
  canvas.text(left + glyph_scale, text_top + glyph_scale, words, contrast(colour));
}

}  // namespace

Image scale_class_map(const Image& class_map, const Area& area, Size frame) {
  FOVEA_ASSERT(class_map.format == PixelFormat::gray8);
  Bytes out(core::image_bytes(PixelFormat::gray8, frame), core::no_class);
  const auto columns = nearest_pixels(frame.width, area.x, area.width, class_map.size.width);
  const auto rows = nearest_pixels(frame.height, area.y, area.height, class_map.size.height);
  for (int y = 0; y < frame.height; ++y) {
    if (rows[size_t(y)] < 0) continue;
    const uint8_t* in =
        class_map.pixels.data() + size_t(rows[size_t(y)]) * size_t(class_map.size.width);
    uint8_t* row = &out[size_t(y) * size_t(frame.width)];
    for (int x = 0; x < frame.width; ++x) {
      if (columns[size_t(x)] >= 0) row[x] = in[columns[size_t(x)]];
    }
  }
  return {PixelFormat::gray8, frame, std::move(out)};
}

Image colour_class_map(const Image& class_map, const ClassList& classes) {
  FOVEA_ASSERT(class_map.format == PixelFormat::gray8);
  std::array<Colour, 256> palette{};
  for (size_t i = 0; i < classes.size() && i < core::no_class; ++i) palette[i] = classes[i].colour;
  Bytes out(core::image_bytes(PixelFormat::rgb24, class_map.size));
  for (size_t i = 0; i < class_map.pixels.size(); ++i) {
    const Colour colour = palette[class_map.pixels.data()[i]];
    out[3 * i] = colour.red;
    out[3 * i + 1] = colour.green;
    out[3 * i + 2] = colour.blue;
  }
  return {PixelFormat::rgb24, class_map.size, std::move(out)};
}

Image blend_class_map(const Image& picture, const Image& class_map, const ClassList& classes,
                      double opacity) {
  FOVEA_ASSERT(picture.format == PixelFormat::rgb24);
  FOVEA_ASSERT(class_map.format == PixelFormat::gray8);
  FOVEA_ASSERT(picture.size == class_map.size);
  const int weight = int(std::lround(std::clamp(opacity, 0.0, 1.0) * 256));
  Bytes out(picture.pixels.data(), picture.pixels.data() + picture.pixels.size());
  for (size_t i = 0; i < class_map.pixels.size(); ++i) {
    const size_t index = class_map.pixels.data()[i];
    if (is_background(classes, index)) continue;
    const Colour colour = classes[index].colour;
    uint8_t* pixel = &out[3 * i];
    pixel[0] = uint8_t((pixel[0] * (256 - weight) + colour.red * weight) >> 8);
    pixel[1] = uint8_t((pixel[1] * (256 - weight) + colour.green * weight) >> 8);
    pixel[2] = uint8_t((pixel[2] * (256 - weight) + colour.blue * weight) >> 8);
  }
  return {PixelFormat::rgb24, picture.size, std::move(out)};
}

Image draw_boxes(const Image& picture, const std::vector<core::Detection>& boxes,
                 const ClassList& classes) {
  FOVEA_ASSERT(picture.format == PixelFormat::rgb24);
  Canvas canvas{Bytes(picture.pixels.data(), picture.pixels.data() + picture.pixels.size()),
                picture.size};
  for (const auto& box : boxes) draw_box(canvas, box, classes);
  return {PixelFormat::rgb24, picture.size, std::move(canvas.pixels)};
}

}  // namespace fovea::codec
