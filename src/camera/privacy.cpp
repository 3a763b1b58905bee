#include "camera/privacy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/limits.h"

namespace fovea::camera {

namespace {

using core::PixelFormat;

constexpr uint8_t no_colour = 128;  // of a colour difference

// The pixels of a row of `width` from one share of it to another, also those that it only touches.
void cover(std::vector<bool>& row, double from, double to) {
  const auto width = static_cast<double>(row.size());
  const auto first = static_cast<size_t>(std::clamp(std::floor(from * width), 0.0, width));
  const auto last = static_cast<size_t>(std::clamp(std::ceil(to * width), 0.0, width));
  for (size_t x = first; x < last; ++x) row[x] = true;
}

// All that an area touches between two heights: the outline is followed in quarters of a row, and
// its own edges are added whole.
void cover_row(const core::Polygon& area, double top, double bottom, std::vector<bool>& row) {
  constexpr int slices = 8;
  for (int i = 0; i <= slices; ++i) {
    const auto found = core::crossings(area, top + (bottom - top) * i / slices);
    for (size_t pair = 0; pair + 1 < found.size(); pair += 2) {
      cover(row, found[pair], found[pair + 1]);
    }
  }
  for (size_t i = 0, j = area.size() - 1; i < area.size(); j = i++) {
    auto a = area[i], b = area[j];
    if (a.y > b.y) std::swap(a, b);
    if (b.y < top || a.y > bottom) continue;
    double from = a.x, to = b.x;
    if (b.y > a.y) {
      const auto at = [&](double y) {
        return a.x + (b.x - a.x) * std::clamp((y - a.y) / (b.y - a.y), 0.0, 1.0);
      };
      from = at(top);
      to = at(bottom);
    }
    cover(row, std::min(from, to), std::max(from, to));
  }
}

void black_out(uint8_t* row, PixelFormat format, int from, int to) {
  switch (format) {
    case PixelFormat::rgb24:
    case PixelFormat::bgr24: return std::fill(row + 3 * from, row + 3 * to, uint8_t{0}), void();
    case PixelFormat::yuyv422:
      for (int x = from; x < to; ++x) {
        row[2 * x] = 0;
        row[2 * x + 1] = no_colour;
      }
      return;
    default: std::fill(row + from, row + to, uint8_t{0});
  }
}

}  // namespace

core::Result<PrivacyAreas> parse_privacy(const std::vector<std::string>& texts) {
  if (texts.size() > core::limits::privacy_areas_max) {
    return core::Error{core::Code::bad_input, fmt::format("a camera has at most {} privacy areas",
                                                          core::limits::privacy_areas_max)};
  }
  PrivacyAreas areas;
  for (const auto& text : texts) {
    auto area = core::parse_polygon(text);
    if (!area) return area.error();
    areas.push_back(*std::move(area));
  }
  return areas;
}

// In pairs of rows and of columns, so that colour at half resolution is covered with them.
void PrivacyMask::fit(core::Size size) {
  if (size == size_) return;
  size_ = size;
  runs_.clear();
  std::vector<bool> covered;
  for (int row = 0; row < size.height; row += 2) {
    covered.assign(static_cast<size_t>(size.width), false);
    const double height = size.height;
    for (const auto& area : areas_) {
      cover_row(area, row / height, std::min(height, row + 2.0) / height, covered);
    }
    add_runs(row, covered);
    if (row + 1 < size.height) add_runs(row + 1, covered);
  }
}

void PrivacyMask::add_runs(int row, const std::vector<bool>& covered) {
  const auto width = static_cast<int>(covered.size());
  const auto is_covered = [&](int x) { return x < width && covered[static_cast<size_t>(x)]; };
  for (int x = 0; x < width; x += 2) {
    if (!is_covered(x) && !is_covered(x + 1)) continue;
    if (!runs_.empty() && runs_.back().row == row && runs_.back().to == x) {
      runs_.back().to = std::min(width, x + 2);
    } else {
      runs_.push_back({row, x, std::min(width, x + 2)});
    }
  }
}

core::Result<core::Image> PrivacyMask::apply(const core::Image& image) {
  if (image.pixels.size() != core::image_bytes(image.format, image.size)) {
    return core::Error{core::Code::bad_input, "a picture's bytes do not fit its size"};
  }
  if (empty()) return image;
  fit(image.size);
  const auto span = image.pixels.span();
  core::Bytes pixels(span.begin(), span.end());
  const auto width = static_cast<size_t>(image.size.width);
  const auto height = static_cast<size_t>(image.size.height);
  const size_t chroma_width = (width + 1) / 2, chroma_height = (height + 1) / 2;
  size_t row_bytes = width;
  if (image.format == PixelFormat::rgb24 || image.format == PixelFormat::bgr24) row_bytes *= 3;
  if (image.format == PixelFormat::yuyv422) row_bytes *= 2;
  for (const Run& run : runs_) {
    const auto row = static_cast<size_t>(run.row);
    black_out(&pixels[row * row_bytes], image.format, run.from, run.to);
    if (run.row % 2 != 0) continue;
    const auto from = static_cast<size_t>(run.from / 2), to = static_cast<size_t>(run.to + 1) / 2;
    uint8_t* colours = pixels.data() + width * height;
    if (image.format == PixelFormat::nv12) {
      uint8_t* line = colours + row / 2 * 2 * chroma_width;
      std::fill(line + 2 * from, line + 2 * to, no_colour);
    }
    if (image.format == PixelFormat::i420) {
      for (size_t plane = 0; plane < 2; ++plane) {
        uint8_t* line = colours + (plane * chroma_height + row / 2) * chroma_width;
        std::fill(line + from, line + to, no_colour);
      }
    }
  }
  return core::Image{image.format, image.size, std::move(pixels)};
}

video::GroundTruth PrivacyMask::apply(const video::GroundTruth& truth, core::Size frame) {
  video::GroundTruth known = truth;
  fit(truth.class_map.size);
  const auto span = truth.class_map.pixels.span();
  core::Bytes pixels(span.begin(), span.end());
  const auto width = static_cast<size_t>(truth.class_map.size.width);
  for (const Run& run : runs_) {
    uint8_t* row = &pixels[static_cast<size_t>(run.row) * width];
    std::fill(row + run.from, row + run.to, core::no_class);
  }
  known.class_map.pixels = core::Buffer(std::move(pixels));
  std::erase_if(known.boxes, [&](const core::Detection& box) {
    const core::RelativePoint middle{(box.area.x + box.area.width / 2) / frame.width,
                                     (box.area.y + box.area.height / 2) / frame.height};
    return std::any_of(areas_.begin(), areas_.end(),
                       [&](const auto& area) { return core::contains(area, middle); });
  });
  return known;
}

}  // namespace fovea::camera
