#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/image.h"
#include "core/result.h"

namespace fovea::video {

// A part of the source's picture in its own pixels. Left and top are rounded down to even numbers,
// so that colour at half resolution stays on its place.
struct Crop {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  bool operator==(const Crop&) const = default;
};

// How a mounted camera's picture is set right: cut out, then turned, then mirrored.
struct Transform {
  std::optional<Crop> crop;
  int rotate = 0;                // clockwise: 0, 90, 180 or 270 degrees
  bool flip_horizontal = false;  // left and right change sides
  bool flip_vertical = false;    // top and bottom change sides

  bool is_identity() const;
  bool operator==(const Transform&) const = default;
};

// The picture after `transform`. yuyv422 and nv12 come out as i420, all other formats stay.
// Errors: bad_input (the crop is not inside the picture, bytes that do not fit the size).
core::Result<core::Image> transform_image(const core::Image& image, const Transform& transform);

// The box around the same things after `transform` of a picture of `size`; cut at the crop's edge.
core::Area transform_area(const core::Area& area, core::Size size, const Transform& transform);

enum class Scaling {
  smooth,   // reduces by the mean of the covered area, enlarges bilinearly
  nearest,  // for class maps
};

// yuyv422 and nv12 come out as i420. Errors: bad_input (bytes or `size` that are no picture).
core::Result<core::Image> scale_image(const core::Image& image, core::Size size, Scaling scaling);

// The largest size inside `box` with the aspect of `source`, in even numbers (at least 2).
core::Size fit_size(core::Size source, core::Size box);

// Parse what the command line and the configuration take; errors are bad_input, ready to print.
core::Result<core::Size> parse_size(std::string_view text);  // "640x360"
core::Result<Crop> parse_crop(std::string_view text);        // "640x360+20+10": size, left, top
// "none", "horizontal", "vertical" or "both", into the transform's two flags.
core::Status parse_flip(std::string_view text, Transform& transform);
core::Status check_rotate(int degrees);

}  // namespace fovea::video
