#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "learn/half.h"
#include "onnx/onnx_file.h"

namespace fovea::onnx {

namespace {

using core::Code;
using core::Error;

// Empty: of another type, or of another length than its shape says.
std::optional<learn::Tensor> read_tensor(const ::onnx::TensorProto& proto) {
  learn::Tensor tensor;
  uint64_t count = 1;
  for (const int64_t side : proto.dims()) {
    if (side < 0 || side > std::numeric_limits<int32_t>::max()) return std::nullopt;
    count *= uint64_t(side);
    if (count > uint64_t(std::numeric_limits<int32_t>::max())) return std::nullopt;
    tensor.shape.push_back(side);
  }
  const std::string& raw = proto.raw_data();
  if (proto.data_type() == ::onnx::TensorProto::FLOAT && raw.size() == count * sizeof(float)) {
    tensor.values.resize(count);
    if (count > 0) std::memcpy(tensor.values.data(), raw.data(), raw.size());
  } else if (proto.data_type() == ::onnx::TensorProto::FLOAT16 &&
             raw.size() == count * sizeof(uint16_t)) {
    tensor.values.resize(count);
    for (size_t i = 0; i < count; ++i) {
      uint16_t half = 0;
      std::memcpy(&half, raw.data() + i * sizeof(half), sizeof(half));
      tensor.values[i] = learn::from_half(half);
    }
  } else {
    return std::nullopt;
  }
  for (const float value : tensor.values) {
    if (!std::isfinite(value)) return std::nullopt;
  }
  return tensor;
}

}  // namespace

core::Result<learn::OnnxNetwork> from_onnx(std::span<const uint8_t> bytes) {
  ::onnx::ModelProto model;
  if (bytes.size() > size_t(std::numeric_limits<int32_t>::max()) ||
      !model.ParseFromArray(bytes.data(), int(bytes.size()))) {
    return Error{Code::bad_input, "this is no ONNX file, or it is cut short"};
  }
  std::string description;
  for (const auto& entry : model.metadata_props()) {
    if (entry.key() == "fovea.network") description = entry.value();
  }
  if (description.empty()) {
    return Error{Code::unsupported,
                 "this ONNX file was not written by 'fovea train', so that it can be run but not "
                 "trained on"};
  }
  auto config = learn::parse_network_config(description);
  if (!config) return config.error();
  learn::OnnxNetwork network{*std::move(config), {}};
  const auto made = make_network(network.config);
  for (const auto& proto : model.graph().initializer()) {
    if (proto.data_type() == ::onnx::TensorProto::INT64) continue;  // sizes
    auto tensor = read_tensor(proto);
    if (!tensor) {
      return Error{Code::bad_input, fmt::format("the weights '{}' are damaged", proto.name())};
    }
    network.weights[proto.name()] = *std::move(tensor);
  }
  if (auto good = check_weights(made, network.weights, "", false); !good) return good.error();
  return network;
}

}  // namespace fovea::onnx
