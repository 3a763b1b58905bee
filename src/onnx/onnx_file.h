#pragma once

#include <span>

#include "learn/onnx.h"

namespace fovea::onnx {

// What learn/onnx.h says of write_onnx() and read_onnx().
core::Result<core::Bytes> to_onnx(const learn::OnnxNetwork& network, bool half);
core::Result<learn::OnnxNetwork> from_onnx(std::span<const uint8_t> bytes);

}  // namespace fovea::onnx
