#include "video/transform.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/ids.h"
#include "core/limits.h"
#include "video/planes.h"

namespace fovea::video {

namespace {

using core::Code;
using core::Error;

// Where the pixels of a plane go: the pixel (x, y) of the result is
// from[start + x * step_x + y * step_y], in pixels of the plane.
struct Walk {
  ptrdiff_t start = 0;
  ptrdiff_t step_x = 1;
  ptrdiff_t step_y = 0;
  int width = 0;
  int height = 0;
};

Walk make_walk(const Transform& transform, const Crop& part, int row_pixels) {
  Walk walk;
  walk.start = ptrdiff_t(part.y) * row_pixels + part.x;
  walk.step_x = 1;
  walk.step_y = row_pixels;
  walk.width = part.width;
  walk.height = part.height;
  for (int turned = 0; turned < transform.rotate; turned += 90) {
    // A quarter turn clockwise: the result's row runs up along the left column.
    const Walk before = walk;
    walk.start = before.start + (before.height - 1) * before.step_y;
    walk.step_x = -before.step_y;
    walk.step_y = before.step_x;
    std::swap(walk.width, walk.height);
  }
  if (transform.flip_horizontal) {
    walk.start += (walk.width - 1) * walk.step_x;
    walk.step_x = -walk.step_x;
  }
  if (transform.flip_vertical) {
    walk.start += (walk.height - 1) * walk.step_y;
    walk.step_y = -walk.step_y;
  }
  return walk;
}

template <int channels>
void copy_pixels(const uint8_t* from, const Walk& walk, uint8_t* to) {
  // Square tiles, so that a quarter turn does not miss the cache on every pixel.
  constexpr int tile = 32;
  for (int y0 = 0; y0 < walk.height; y0 += tile) {
    for (int x0 = 0; x0 < walk.width; x0 += tile) {
      const int x1 = std::min(x0 + tile, walk.width);
      const int y1 = std::min(y0 + tile, walk.height);
      for (int y = y0; y < y1; ++y) {
        const uint8_t* source = from + (walk.start + y * walk.step_y + x0 * walk.step_x) * channels;
        uint8_t* target = to + (ptrdiff_t(y) * walk.width + x0) * channels;
        for (int x = x0; x < x1; ++x) {
          for (int c = 0; c < channels; ++c) target[c] = source[c];
          source += walk.step_x * channels;
          target += channels;
        }
      }
    }
  }
}

core::Result<Crop> effective_crop(const Transform& transform, core::Size size) {
  if (!transform.crop) return Crop{0, 0, size.width, size.height};
  Crop crop = *transform.crop;
  if (crop.width <= 0 || crop.height <= 0 || crop.x < 0 || crop.y < 0 ||
      crop.x > size.width - crop.width || crop.y > size.height - crop.height) {
    return Error{Code::bad_input,
                 fmt::format("the crop {}x{}+{}+{} is not inside the picture of {}x{}", crop.width,
                             crop.height, crop.x, crop.y, size.width, size.height)};
  }
  crop.x &= ~1;
  crop.y &= ~1;
  return crop;
}

// --- scaling ------------------------------------------------------------------------------------

// What one output pixel takes from one axis of the input: weights (sum 1 << 14) of the pixels from
// `first` on.
struct Taps {
  int first = 0;
  std::vector<int> weights;
};

std::vector<Taps> make_taps(int from, int to, Scaling scaling) {
  std::vector<Taps> taps(to);
  const double ratio = double(from) / to;
  for (int i = 0; i < to; ++i) {
    if (scaling == Scaling::nearest) {
      taps[i] = {std::min(from - 1, int((i + 0.5) * ratio)), {1 << 14}};
      continue;
    }
    // A triangle as wide as the step: bilinear when enlarging, the covered area when reducing.
    const double radius = std::max(1.0, ratio);
    const double centre = (i + 0.5) * ratio - 0.5;
    const int first = std::max(0, int(std::ceil(centre - radius + 1e-9)));
    const int last = std::min(from - 1, int(std::floor(centre + radius - 1e-9)));
    std::vector<double> exact;
    double sum = 0;
    for (int at = first; at <= last; ++at) {
      exact.push_back(1 - std::abs(at - centre) / radius);
      sum += exact.back();
    }
    Taps& tap = taps[i];
    tap.first = first;
    int left = 1 << 14;
    for (const double weight : exact) {
      tap.weights.push_back(int(std::lround(weight / sum * (1 << 14))));
      left -= tap.weights.back();
    }
    tap.weights[tap.weights.size() / 2] += left;  // the rounding's rest, so that white stays white
  }
  return taps;
}

// Rows first (they are fewer afterwards and this loop runs along memory), then columns.
void scale_plane(const Plane& plane, int width, int height, Scaling scaling, uint8_t* out) {
  const int row_bytes = plane.width * plane.channels;
  const auto columns = make_taps(plane.width, width, scaling);
  const auto rows = make_taps(plane.height, height, scaling);
  std::vector<int> sums(row_bytes);
  std::vector<uint8_t> mixed(row_bytes);
  for (int y = 0; y < height; ++y) {
    std::fill(sums.begin(), sums.end(), 1 << 13);
    const Taps& row = rows[y];
    for (size_t i = 0; i < row.weights.size(); ++i) {
      const uint8_t* source = plane.data + size_t(row.first + int(i)) * row_bytes;
      const int weight = row.weights[i];
      for (int x = 0; x < row_bytes; ++x) sums[x] += source[x] * weight;
    }
    for (int x = 0; x < row_bytes; ++x) mixed[x] = static_cast<uint8_t>(sums[x] >> 14);
    for (int x = 0; x < width; ++x) {
      const Taps& column = columns[x];
      for (int c = 0; c < plane.channels; ++c) {
        int sum = 1 << 13;
        const uint8_t* source = mixed.data() + column.first * plane.channels + c;
        for (const int weight : column.weights) {
          sum += *source * weight;
          source += plane.channels;
        }
        *out++ = static_cast<uint8_t>(sum >> 14);
      }
    }
  }
}

bool parse_ints(std::string_view text, const char* separators, std::initializer_list<int*> out) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int* value : out) {
    const auto [rest, failed] = std::from_chars(at, end, *value);
    if (failed != std::errc()) return false;
    at = rest;
    if (*separators) {
      if (at == end || *at != *separators) return false;
      ++at;
      ++separators;
    }
  }
  return at == end;
}

bool is_side(int value) { return value > 0 && value <= core::limits::picture_side_max; }

}  // namespace

bool Transform::is_identity() const { return *this == Transform{}; }

core::Result<core::Image> transform_image(const core::Image& image, const Transform& transform) {
  if (auto good = check_rotate(transform.rotate); !good) return good.error();
  auto crop = effective_crop(transform, image.size);
  if (!crop) return crop.error();
  auto planar = split_planes(image);
  if (!planar) return planar.error();
  core::Size size{crop->width, crop->height};
  if (transform.rotate % 180 != 0) std::swap(size.width, size.height);
  core::Bytes out(image_bytes(planar->image.format, size));
  uint8_t* to = out.data();
  for (size_t i = 0; i < planar->planes.size(); ++i) {
    const Plane& plane = planar->planes[i];
    const Crop part =
        i == 0 ? *crop
               : Crop{crop->x / 2, crop->y / 2, (crop->width + 1) / 2, (crop->height + 1) / 2};
    const Walk walk = make_walk(transform, part, plane.width);
    if (plane.channels == 3) {
      copy_pixels<3>(plane.data, walk, to);
    } else {
      copy_pixels<1>(plane.data, walk, to);
    }
    to += size_t(walk.width) * walk.height * plane.channels;
  }
  return core::Image{planar->image.format, size, std::move(out)};
}

core::Area transform_area(const core::Area& area, core::Size size, const Transform& transform) {
  const auto crop = effective_crop(transform, size);
  if (!crop) return {};
  const double left = std::clamp<double>(area.x - crop->x, 0, crop->width);
  const double top = std::clamp<double>(area.y - crop->y, 0, crop->height);
  const double right = std::clamp<double>(area.x + area.width - crop->x, 0, crop->width);
  const double bottom = std::clamp<double>(area.y + area.height - crop->y, 0, crop->height);
  core::Area box{left, top, right - left, bottom - top};
  double width = crop->width;
  double height = crop->height;
  for (int turned = 0; turned < transform.rotate; turned += 90) {
    box = {height - box.y - box.height, box.x, box.height, box.width};
    std::swap(width, height);
  }
  if (transform.flip_horizontal) box.x = width - box.x - box.width;
  if (transform.flip_vertical) box.y = height - box.y - box.height;
  return box;
}

core::Result<core::Image> scale_image(const core::Image& image, core::Size size, Scaling scaling) {
  if (!is_side(size.width) || !is_side(size.height)) {
    return Error{Code::bad_input,
                 fmt::format("{}x{} is no size of a picture", size.width, size.height)};
  }
  auto planar = split_planes(image);
  if (!planar) return planar.error();
  if (image.size == size) return planar->image;
  core::Bytes out(image_bytes(planar->image.format, size));
  uint8_t* to = out.data();
  for (size_t i = 0; i < planar->planes.size(); ++i) {
    const Plane& plane = planar->planes[i];
    const int width = i == 0 ? size.width : (size.width + 1) / 2;
    const int height = i == 0 ? size.height : (size.height + 1) / 2;
    scale_plane(plane, width, height, scaling, to);
    to += size_t(width) * height * plane.channels;
  }
  return core::Image{planar->image.format, size, std::move(out)};
}

core::Size fit_size(core::Size source, core::Size box) {
  FOVEA_ASSERT(source.width > 0);
  FOVEA_ASSERT(source.height > 0);
  const double scale =
      std::min(double(box.width) / source.width, double(box.height) / source.height);
  const auto even = [](double side) { return std::max(2, int(side / 2 + 0.5) * 2); };
  return {even(source.width * scale), even(source.height * scale)};
}

core::Result<core::Size> parse_size(std::string_view text) {
  core::Size size;
  if (parse_ints(text, "x", {&size.width, &size.height}) && is_side(size.width) &&
      is_side(size.height)) {
    return size;
  }
  return Error{Code::bad_input, fmt::format("'{}' is no size; write it as 640x360, each side 1 to "
                                            "{}",
                                            core::printable(text), core::limits::picture_side_max)};
}

core::Result<Crop> parse_crop(std::string_view text) {
  Crop crop;
  if (parse_ints(text, "x++", {&crop.width, &crop.height, &crop.x, &crop.y}) &&
      is_side(crop.width) && is_side(crop.height) && crop.x >= 0 && crop.y >= 0) {
    return crop;
  }
  return Error{Code::bad_input, fmt::format("'{}' is no crop; write it as 640x360+20+10 (size, "
                                            "left, top)",
                                            core::printable(text))};
}

core::Status parse_flip(std::string_view text, Transform& transform) {
  const bool known = text == "none" || text == "horizontal" || text == "vertical" || text == "both";
  if (!known) {
    return Error{Code::bad_input, fmt::format("flip is none, horizontal, vertical or both, not "
                                              "'{}'",
                                              core::printable(text))};
  }
  transform.flip_horizontal = text == "horizontal" || text == "both";
  transform.flip_vertical = text == "vertical" || text == "both";
  return {};
}

core::Status check_rotate(int degrees) {
  if (degrees == 0 || degrees == 90 || degrees == 180 || degrees == 270) return {};
  return Error{Code::bad_input,
               fmt::format("rotate is 0, 90, 180 or 270 degrees clockwise, not {}", degrees)};
}

}  // namespace fovea::video
