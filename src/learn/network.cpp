#include "learn/network.h"

#include <algorithm>
#include <cmath>

namespace fovea::learn {

namespace {

using Op = Node::Op;

// At half the picture's size, whatever the width: fewer save nothing on vectors of 16.
constexpr int fine_channels = 16;

// Adds nodes one after the other; each function returns the index of its last one.
class Builder {
 public:
  explicit Builder(double width) : width_(width) {}

  // Channels in fours: what vector units and memory like.
  int wide(int channels) const { return std::max(4, int(std::lround(channels * width_ / 4)) * 4); }

  int convolution(const std::string& name, int from, int channels, int kernel = 1, int stride = 1,
                  bool relu = true) {
    Node node = make(Op::convolution, name, {from});
    node.channels = channels;
    node.kernel = kernel;
    node.stride = stride;
    node.norm = true;
    node.relu = relu;
    return add(std::move(node));
  }

  int depthwise(const std::string& name, int from, int stride = 1, bool relu = true) {
    const int node = convolution(name, from, channels(from), 3, stride, relu);
    network_.nodes[size_t(node)].depthwise = true;
    return node;
  }

  int separable(const std::string& name, int from, int channels, int stride = 1) {
    return convolution(name + ".point", depthwise(name + ".depth", from, stride, false), channels);
  }

  // Wide in the middle, a shortcut round it where the shape stays.
  int inverted(const std::string& name, int from, int channels_out, int expand, int stride = 1) {
    int node = convolution(name + ".expand", from, channels(from) * expand);
    node = depthwise(name + ".depth", node, stride);
    node = convolution(name + ".project", node, channels_out, 1, 1, false);
    if (stride == 1 && channels(from) == channels_out) node = sum(name, {from, node}, false);
    return node;
  }

  int sum(const std::string& name, std::vector<int> inputs, bool relu) {
    Node node = make(Op::add, name, std::move(inputs));
    node.relu = relu;
    return add(std::move(node));
  }

  int concat(const std::string& name, std::vector<int> inputs) {
    Node node = make(Op::concat, name, std::move(inputs));
    node.channels = 0;
    for (const int input : node.inputs) node.channels += channels(input);
    return add(std::move(node));
  }

  int pool(const std::string& name, int from, int kernel, int stride) {
    Node node = make(Op::average_pool, name, {from});
    node.kernel = kernel;
    node.stride = stride;
    return add(std::move(node));
  }

  int resize(const std::string& name, int from, int like) {
    Node node = make(Op::resize, name, {from});
    node.like = like;
    return add(std::move(node));
  }

  int scores(const std::string& name, int from, int classes) {
    const int node = convolution(name, from, classes, 1, 1, false);
    network_.nodes[size_t(node)].norm = false;  // with a bias instead
    return node;
  }

  Network& network() { return network_; }

 private:
  int channels(int node) const {
    return node == picture ? 3 : network_.nodes[size_t(node)].channels;
  }
  // With as many channels as its first input.
  Node make(Op op, const std::string& name, std::vector<int> inputs) const {
    Node node;
    node.op = op;
    node.name = name;
    node.channels = channels(inputs.front());
    node.inputs = std::move(inputs);
    return node;
  }
  int add(Node node) {
    network_.nodes.push_back(std::move(node));
    return int(network_.nodes.size()) - 1;
  }

  const double width_;
  Network network_;
};

// Averages over ever larger parts, each added to the one before.
int context_module(Builder& build, int from, int inner, int outer) {
  std::vector<int> branches = {build.convolution("context.own", from, inner)};
  const struct {
    const char* name;
    int kernel, stride;
  } pools[] = {{"context.small", 5, 2},
               {"context.middle", 9, 4},
               {"context.large", 17, 8},
               {"context.all", 0, 1}};
  for (const auto& [name, kernel, stride] : pools) {
    const std::string base = name;
    int branch = build.pool(base + ".pool", from, kernel, stride);
    branch = build.convolution(base, branch, inner);
    branch = build.resize(base + ".resize", branch, from);
    branch = build.sum(base + ".sum", {branch, branches.back()}, false);
    branches.push_back(build.depthwise(base + ".mix", branch));
  }
  const int joined = build.convolution("context.join", build.concat("context.concat", branches),
                                       outer, 1, 1, false);
  const int shortcut = build.convolution("context.shortcut", from, outer, 1, 1, false);
  return build.sum("context", {joined, shortcut}, true);
}

// Coarse and fine on the finer one's raster.
int fuse(Builder& build, const std::string& name, int coarse, int fine, int channels) {
  coarse = build.convolution(name + ".coarse", coarse, channels, 1, 1, false);
  coarse = build.resize(name + ".resize", coarse, fine);
  fine = build.convolution(name + ".fine", fine, channels, 1, 1, false);
  return build.separable(name + ".mix", build.sum(name + ".sum", {coarse, fine}, true), channels);
}

core::Size divided(core::Size size, int by) {
  return {(size.width + by - 1) / by, (size.height + by - 1) / by};
}

core::Size size_of(const Node& node, const std::vector<core::Size>& sizes, core::Size whole) {
  const auto at = [&](int index) { return index == picture ? whole : sizes[size_t(index)]; };
  if (node.op == Op::resize) return at(node.like);
  if (node.op == Op::average_pool && node.kernel == 0) return {1, 1};
  return divided(at(node.inputs.front()), node.stride);
}

}  // namespace

Network make_network(const NetworkConfig& config) {
  Builder build(config.width);
  const auto wide = [&](int channels) { return build.wide(channels); };
  const int half = build.convolution("stem", picture, fine_channels, 3, 2);
  int quarter = build.separable("quarter.0", half, wide(32), 2);
  quarter = build.inverted("quarter.1", quarter, wide(32), 2);
  int eighth = build.inverted("eighth.0", quarter, wide(64), 3, 2);
  for (const char* name : {"eighth.1", "eighth.2"})
    eighth = build.inverted(name, eighth, wide(64), 2);
  int sixteenth = build.inverted("sixteenth.0", eighth, wide(128), 3, 2);
  for (const char* name : {"sixteenth.1", "sixteenth.2", "sixteenth.3", "sixteenth.4"}) {
    sixteenth = build.inverted(name, sixteenth, wide(128), 2);
  }
  const int context = context_module(build, sixteenth, wide(48), wide(128));
  const int coarse = fuse(build, "decode.eighth", context, eighth, wide(64));
  int fine = fuse(build, "decode.quarter", coarse, quarter, wide(32));
  fine = fuse(build, "decode.half", fine, half, fine_channels);
  const int classes = int(config.classes.size());
  build.network().scores = build.scores("classes", fine, classes);
  build.network().auxiliary = build.scores("auxiliary", coarse, classes);
  return std::move(build.network());
}

std::vector<core::Size> sizes_of(const Network& network, core::Size picture_size) {
  std::vector<core::Size> sizes;
  for (const auto& node : network.nodes) sizes.push_back(size_of(node, sizes, picture_size));
  return sizes;
}

std::vector<bool> needed_for(const Network& network, const std::vector<int>& outcomes) {
  std::vector<bool> needed(network.nodes.size());
  for (const int outcome : outcomes) needed[size_t(outcome)] = true;
  for (size_t i = network.nodes.size(); i-- > 0;) {
    if (!needed[i]) continue;
    for (const int input : network.nodes[i].inputs) {
      if (input != picture) needed[size_t(input)] = true;
    }
    if (network.nodes[i].op == Op::resize) needed[size_t(network.nodes[i].like)] = true;
  }
  return needed;
}

std::vector<Slot> slots_of(const Network& network, bool with_auxiliary) {
  std::vector<Slot> slots;
  const auto needed = needed_for(network, {network.scores});
  for (size_t i = 0; i < network.nodes.size(); ++i) {
    const Node& node = network.nodes[i];
    if (node.op != Op::convolution || (!needed[i] && !with_auxiliary)) continue;
    const int from =
        node.inputs.front() == picture ? 3 : network.nodes[size_t(node.inputs.front())].channels;
    slots.push_back({node.name + ".weight",
                     {node.channels, node.depthwise ? 1 : from, node.kernel, node.kernel}});
    if (!node.norm) {
      slots.push_back({node.name + ".bias", {node.channels}});
      continue;
    }
    for (const char* part : {".norm.weight", ".norm.bias", ".norm.mean", ".norm.var"}) {
      const bool statistic =
          std::string_view(part).ends_with("mean") || std::string_view(part).ends_with("var");
      slots.push_back({node.name + part, {node.channels}, !statistic});
    }
  }
  return slots;
}

}  // namespace fovea::learn
