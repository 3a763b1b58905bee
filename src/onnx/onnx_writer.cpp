#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <vector>

#include "learn/half.h"
#include "onnx/onnx_file.h"

namespace fovea::onnx {

namespace {

using core::Code;
using core::Error;
using learn::Network;
using learn::Node;
using learn::Tensor;
using Op = Node::Op;

constexpr int ir_version = 7;
constexpr int opset = 13;

class Writer {
 public:
  Writer(const learn::OnnxNetwork& network, bool half)
      : config_(network.config),
        weights_(network.weights),
        network_(make_network(network.config)),
        sizes_(sizes_of(network_, network.config.input)),
        needed_(needed_for(network_, {network_.scores})),
        half_(half),
        graph_(*model_.mutable_graph()) {}

  core::Result<core::Bytes> write() {
    describe();
    for (size_t i = 0; i < network_.nodes.size(); ++i) {
      if (needed_[i]) add(int(i));
    }
    core::Bytes bytes(model_.ByteSizeLong());
    if (!model_.SerializeToArray(bytes.data(), int(bytes.size()))) {
      return Error{Code::internal, "ONNX: the model could not be written"};
    }
    return bytes;
  }

 private:
  void describe() {
    model_.set_ir_version(ir_version);
    model_.set_producer_name("fovea");
    auto* set = model_.add_opset_import();
    set->set_domain("");
    set->set_version(opset);
    auto* metadata = model_.add_metadata_props();
    metadata->set_key("fovea.network");
    metadata->set_value(to_json(config_));
    graph_.set_name("segmentation");
    declare(graph_.add_input(), "picture", {1, 3, config_.input.height, config_.input.width});
    const auto size = sizes_[size_t(network_.scores)];
    declare(graph_.add_output(), "scores",
            {1, int64_t(config_.classes.size()), size.height, size.width});
  }

  static void declare(::onnx::ValueInfoProto* value, const std::string& name,
                      const std::vector<int64_t>& shape) {
    value->set_name(name);
    auto* type = value->mutable_type()->mutable_tensor_type();
    type->set_elem_type(::onnx::TensorProto::FLOAT);
    for (const int64_t side : shape) type->mutable_shape()->add_dim()->set_dim_value(side);
  }

  std::string name_of(int node) const {
    if (node == learn::picture) return "picture";
    return node == network_.scores ? "scores" : network_.nodes[size_t(node)].name;
  }

  ::onnx::NodeProto* operation(const char* type, const std::vector<std::string>& inputs,
                               const std::string& output) {
    auto* node = graph_.add_node();
    node->set_op_type(type);
    node->set_name(output);
    for (const auto& input : inputs) node->add_input(input);
    node->add_output(output);
    return node;
  }

  static void set(::onnx::NodeProto* node, const char* name, int64_t value) {
    auto* attribute = node->add_attribute();
    attribute->set_name(name);
    attribute->set_type(::onnx::AttributeProto::INT);
    attribute->set_i(value);
  }
  static void set(::onnx::NodeProto* node, const char* name, const std::vector<int64_t>& values) {
    auto* attribute = node->add_attribute();
    attribute->set_name(name);
    attribute->set_type(::onnx::AttributeProto::INTS);
    for (const int64_t value : values) attribute->add_ints(value);
  }
  static void set(::onnx::NodeProto* node, const char* name, const char* word) {
    auto* attribute = node->add_attribute();
    attribute->set_name(name);
    attribute->set_type(::onnx::AttributeProto::STRING);
    attribute->set_s(word);
  }
  static void set(::onnx::NodeProto* node, const char* name, float value) {
    auto* attribute = node->add_attribute();
    attribute->set_name(name);
    attribute->set_type(::onnx::AttributeProto::FLOAT);
    attribute->set_f(value);
  }

  // Its name in the graph; of 16 bits that of what makes 32 of it again.
  std::string constant(const std::string& name, bool half) {
    const Tensor& tensor = weights_.at(name);
    auto* initializer = graph_.add_initializer();
    initializer->set_name(name);
    for (const int64_t side : tensor.shape) initializer->add_dims(side);
    if (!half) {
      initializer->set_data_type(::onnx::TensorProto::FLOAT);
      initializer->set_raw_data(tensor.values.data(), tensor.values.size() * sizeof(float));
      return name;
    }
    std::vector<uint16_t> halves;
    halves.reserve(tensor.values.size());
    for (const float value : tensor.values) halves.push_back(learn::to_half(value));
    initializer->set_data_type(::onnx::TensorProto::FLOAT16);
    initializer->set_raw_data(halves.data(), halves.size() * sizeof(uint16_t));
    std::string wide = name + ".f32";
    set(operation("Cast", {name}, wide), "to", int64_t(::onnx::TensorProto::FLOAT));
    return wide;
  }

  void add(int index) {
    const Node& node = network_.nodes[size_t(index)];
    switch (node.op) {
      case Op::convolution: return add_convolution(node, name_of(index));
      case Op::add: return add_sum(node, name_of(index));
      case Op::concat: return add_concat(node, name_of(index));
      case Op::average_pool: return add_pool(node, name_of(index));
      case Op::resize: return add_resize(node, name_of(index), sizes_[size_t(index)]);
    }
  }

  void add_convolution(const Node& node, const std::string& name) {
    std::vector<std::string> inputs = {name_of(node.inputs.front()),
                                       constant(node.name + ".weight", half_)};
    if (!node.norm) inputs.push_back(constant(node.name + ".bias", false));
    auto* convolution =
        operation("Conv", inputs, node.norm || node.relu ? name + ".convolved" : name);
    const int64_t pad = node.padding();
    set(convolution, "kernel_shape", std::vector<int64_t>{node.kernel, node.kernel});
    set(convolution, "strides", std::vector<int64_t>{node.stride, node.stride});
    set(convolution, "pads", std::vector<int64_t>{pad, pad, pad, pad});
    set(convolution, "group", int64_t(node.depthwise ? node.channels : 1));
    if (node.norm) {
      std::vector<std::string> parts = {name + ".convolved"};
      for (const char* part : {".norm.weight", ".norm.bias", ".norm.mean", ".norm.var"}) {
        parts.push_back(constant(node.name + part, false));
      }
      auto* norm = operation("BatchNormalization", parts, node.relu ? name + ".normalised" : name);
      set(norm, "epsilon", learn::norm_epsilon);
    }
    if (!node.relu) return;
    operation("Relu", {name + (node.norm ? ".normalised" : ".convolved")}, name);
  }

  void add_sum(const Node& node, const std::string& name) {
    const std::string sum = node.relu ? name + ".added" : name;
    operation("Add", {name_of(node.inputs[0]), name_of(node.inputs[1])}, sum);
    if (node.relu) operation("Relu", {sum}, name);
  }

  void add_concat(const Node& node, const std::string& name) {
    std::vector<std::string> inputs;
    for (const int input : node.inputs) inputs.push_back(name_of(input));
    set(operation("Concat", inputs, name), "axis", int64_t(1));
  }

  void add_pool(const Node& node, const std::string& name) {
    if (node.kernel == 0) {
      operation("GlobalAveragePool", {name_of(node.inputs.front())}, name);
      return;
    }
    auto* pool = operation("AveragePool", {name_of(node.inputs.front())}, name);
    const int64_t pad = node.padding();
    set(pool, "kernel_shape", std::vector<int64_t>{node.kernel, node.kernel});
    set(pool, "strides", std::vector<int64_t>{node.stride, node.stride});
    set(pool, "pads", std::vector<int64_t>{pad, pad, pad, pad});
    set(pool, "count_include_pad", int64_t(0));
  }

  void add_resize(const Node& node, const std::string& name, core::Size size) {
    auto* sizes = graph_.add_initializer();
    sizes->set_name(name + ".size");
    sizes->set_data_type(::onnx::TensorProto::INT64);
    sizes->add_dims(4);
    for (const int64_t side :
         {int64_t(1), int64_t(node.channels), int64_t(size.height), int64_t(size.width)}) {
      sizes->add_int64_data(side);
    }
    auto* resize =
        operation("Resize", {name_of(node.inputs.front()), "", "", name + ".size"}, name);
    set(resize, "mode", "linear");
    set(resize, "coordinate_transformation_mode", "half_pixel");
  }

  const learn::NetworkConfig& config_;
  const learn::Tensors& weights_;
  const Network network_;
  const std::vector<core::Size> sizes_;
  const std::vector<bool> needed_;
  const bool half_;
  ::onnx::ModelProto model_;
  ::onnx::GraphProto& graph_;
};

}  // namespace

core::Result<core::Bytes> to_onnx(const learn::OnnxNetwork& network, bool half) {
  const auto made = make_network(network.config);
  if (auto good = check_weights(made, network.weights, "", false); !good) return good.error();
  return Writer(network, half).write();
}

}  // namespace fovea::onnx
