#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/image.h"
#include "core/result.h"

namespace fovea::infer {

enum class Task { segmentation, detection, classification };

// What a segmentation model's output is, or how a detector's output is decoded.
enum class Head {
  class_map,    // segmentation: integer class per pixel, [1,H,W], [1,H,W,1] or [1,1,H,W]
  logits_nchw,  // segmentation: [1,C,H,W]
  logits_nhwc,  // segmentation: [1,H,W,C]
  yolox,        // detection: [1,N,5+C], grids of strides 8, 16, 32 (arXiv:2107.08430)
  scores,       // classification: [1,C]
};

enum class Resize {
  stretch,             // bilinear to the network's size, aspect not kept
  letterbox_top_left,  // aspect kept, picture at the top left, rest padded
  letterbox_centre,    // aspect kept, picture in the middle, rest padded
};

struct InputSpec {
  core::Size size;    // of the network's picture
  bool nchw = false;  // else NHWC
  bool bgr = false;   // else RGB
  Resize resize = Resize::stretch;
  int padding = 114;  // letterbox fill, 0..255
  std::array<double, 3> mean{0, 0,
                             0};  // (value - mean) / scale, in 0..255, network's channel order
  std::array<double, 3> scale{1, 1, 1};
  bool operator==(const InputSpec&) const = default;
};

// What a model is and how it is fed; JSON beside the model file as `<stem>.manifest.json`.
struct Manifest {
  std::string name;  // as [A-Za-z0-9._-]+
  std::string version;
  Task task = Task::segmentation;
  Head head = Head::class_map;
  core::ClassList classes;  // may be empty for a classifier only
  InputSpec input;
  std::string file;    // beside the manifest: a plain name, no folders
  std::string sha256;  // of the file (digest.h), hex; empty: not checked
  std::string licence;
  std::string training_data;
  std::string source;                     // where it comes from, in words or as URL
  std::string parent;                     // the model that it was trained on from, in words
  std::map<std::string, double> metrics;  // how good it was when it was made, such as "miou"
  bool operator==(const Manifest&) const = default;
};

// Strict: unknown keys, wrong types and values outside their limits are errors that name the key
// ("input.width: ..."). Limits: limits::json_bytes_max and json_depth_max, limits::classes_max.
// Errors: bad_input. docs/models.md describes every key.
core::Result<Manifest> parse_manifest(std::string_view json);

// Indented by two; parse_manifest() reads it back unchanged.
std::string to_json(const Manifest& manifest);

const char* to_string(Task task);
const char* to_string(Head head);
const char* to_string(Resize resize);

}  // namespace fovea::infer
