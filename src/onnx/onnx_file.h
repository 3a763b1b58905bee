#pragma once

#include <span>

#include "learn/onnx.h"

namespace fovea::onnx {

// What learn/onnx.h says of its functions of the same names.
core::Result<core::Bytes> write_onnx(const learn::OnnxNetwork& network, bool half);
core::Result<learn::OnnxNetwork> read_onnx(std::span<const uint8_t> bytes);

}  // namespace fovea::onnx
