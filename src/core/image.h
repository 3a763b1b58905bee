#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/buffer.h"
#include "core/clock.h"

namespace fovea::core {

struct Size {
  int width = 0;
  int height = 0;
  bool operator==(const Size&) const = default;
};

// A rectangle in pixels, origin top left.
struct Area {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
  bool operator==(const Area&) const = default;
};

// Rows top down without padding; planes of i420 and nv12 follow each other.
enum class PixelFormat {
  gray8,    // 1 byte per pixel; also class maps (pixel = class index, no_class = none)
  rgb24,    // 3 bytes per pixel
  bgr24,    // 3 bytes per pixel
  yuyv422,  // 2 bytes per pixel, even width
  i420,     // Y, then U, then V at half size (rounded up)
  nv12,     // Y, then interleaved UV at half size (rounded up)
};

inline constexpr uint8_t no_class = 255;

size_t image_bytes(PixelFormat format, Size size);

// A decoded picture, immutable and cheap to copy. `pixels` holds image_bytes(format, size) bytes.
struct Image {
  PixelFormat format = PixelFormat::rgb24;
  Size size;
  Buffer pixels;
};

enum class Codec { jpeg, h264 };
const char* to_string(Codec codec);

// A compressed picture by itself, as a camera's encoder or a file holds it: when it was taken is
// for whoever hands it on to say (video::Picture, EncodedFrame).
struct EncodedPicture {
  Codec codec = Codec::jpeg;
  bool key = true;  // decodable on its own
  Size size;
  Buffer data;
  uint64_t number = 0;  // of H.264, from 1 by its source: each but a key one needs the one before
};

// A compressed picture as it travels. `captured` is stamped once, where the picture was taken, and
// `sequence` counts a stream's frames from 1: no frame can be made without the two.
struct EncodedFrame {
  EncodedFrame(Timestamp taken, uint64_t place, EncodedPicture picture = {})
      : captured(taken),
        sequence(place),
        codec(picture.codec),
        key(picture.key),
        size(picture.size),
        data(std::move(picture.data)) {}

  Timestamp captured;
  uint64_t sequence;
  Codec codec;
  bool key;  // decodable on its own
  Size size;
  Buffer data;
  uint64_t reference = 0;  // of no key frame: sequence of the one it builds on
};

struct Colour {
  uint8_t red = 0;
  uint8_t green = 0;
  uint8_t blue = 0;
  bool operator==(const Colour&) const = default;
};

// What a class index means; a model's or a scene's list is indexed by the class.
struct ClassInfo {
  std::string name;
  Colour colour;
  int category_id = -1;  // the data set's own id (COCO's 1..90), or -1
  bool operator==(const ClassInfo&) const = default;
};
using ClassList = std::vector<ClassInfo>;

// One found object; `area` in pixels of the frame.
struct Detection {
  int class_index = 0;
  double score = 0;
  Area area;
};

}  // namespace fovea::core
