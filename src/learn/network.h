#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/image.h"
#include "core/result.h"

namespace fovea::learn {

// What a segmentation network of ours is made from; together with its weights, all there is to know
// of a trained model. Travels as JSON in checkpoints and in the metadata of an ONNX file.
struct NetworkConfig {
  core::ClassList classes;
  core::Size input{640, 360};  // the picture it is made for, RGB; any size works for training
  double width = 1;            // of the channels; 1 has half a million parameters
  // (value - mean) / scale, values 0..255.
  std::array<double, 3> mean{123.675, 116.28, 103.53};
  std::array<double, 3> scale{58.395, 57.12, 57.375};
  bool operator==(const NetworkConfig&) const = default;
};

// Whether a network can be made of it, exported and read again. Errors: bad_input (what is wrong).
core::Status check_config(const NetworkConfig& config);

std::string to_json(const NetworkConfig& config);
// Strict. Errors: bad_input.
core::Result<NetworkConfig> parse_network_config(std::string_view json);

// One step of a network: what it makes of the outcomes of earlier steps (or of the picture).
struct Node {
  enum class Op {
    convolution,   // then batch normalisation (if `norm`), then max(0, x) (if `relu`)
    add,           // then max(0, x) (if `relu`)
    concat,        // along the channels
    average_pool,  // padding not counted; kernel 0: over all of the picture
    resize,        // bilinear, pixel centres aligned (half_pixel), to the size of node `like`
  };
  Op op = Op::convolution;
  std::string name;         // of its weights: name.weight, name.norm.weight, .bias, .mean, .var
  std::vector<int> inputs;  // indices of nodes before it, or `picture`
  int channels = 0;         // of its outcome
  int kernel = 1;           // square, padded so that only the stride changes the size
  int stride = 1;
  bool depthwise = false;  // a filter per channel
  bool norm = false;
  bool relu = false;
  int like = 0;

  int padding() const { return kernel / 2; }
};

inline constexpr float norm_epsilon = 1e-5f;  // added to a variance before its root is taken

inline constexpr int picture = -1;

// In an order in which they can be computed.
struct Network {
  std::vector<Node> nodes;
  int scores = 0;     // the node whose outcome are the classes' scores, at half the picture's size
  int auxiliary = 0;  // scores from half-way, at an eighth of the picture: for training only
};

// A small encoder and decoder for real time: depthwise separable and inverted residual blocks
// (MobileNetV2, arXiv:1801.04381) down to a sixteenth, a context module of pooled branches (DAPPM
// of DDRNet, arXiv:2101.06085; pyramid pooling, arXiv:1612.01105), and a decoder that adds the
// finer steps again (Fast-SCNN, arXiv:1902.04502), up to half the picture's size: what is a pixel
// or two wide there (a line on the floor, a pole) is lost at a quarter. Who uses the scores
// interpolates them before taking the best. Everything in it exports to ONNX as it is.
Network make_network(const NetworkConfig& config);

// Heights and widths of all outcomes for a picture of that size, by node.
std::vector<core::Size> sizes_of(const Network& network, core::Size picture_size);

// Names and shapes of the weights, in order; only what `scores` needs, or all.
struct Slot {
  std::string name;
  std::vector<int64_t> shape;
  bool learned = true;  // else a running statistic
};
std::vector<Slot> slots_of(const Network& network, bool with_auxiliary);
// Which nodes must be computed for these ones' outcomes.
std::vector<bool> needed_for(const Network& network, const std::vector<int>& outcomes);

}  // namespace fovea::learn
