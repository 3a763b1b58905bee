#pragma once

#include <span>
#include <string>

#include "core/buffer.h"
#include "core/result.h"
#include "learn/network.h"
#include "learn/weights.h"

namespace fovea::learn {

// Networks of ours as ONNX (onnx.ai, opset 13), by the plug-in `onnx` (core/plugin.h), opened on
// first use. Input "picture" [1,3,H,W], RGB, normalised; output "scores" [1,C,H,W]. The weights
// keep their names and nothing is folded into them, so that the file can be trained on.
struct OnnxNetwork {
  NetworkConfig config;
  Tensors weights;
};

// `half`: weights of convolutions as 16 bit, half the size; computed with as the engine likes.
// Errors: bad_input (weights are missing), unsupported (no such plug-in).
core::Result<core::Bytes> write_onnx(const OnnxNetwork& network, bool half);

// Errors: bad_input (no ONNX, cut short), unsupported (not written by write_onnx()).
core::Result<OnnxNetwork> read_onnx(std::span<const uint8_t> bytes);

// What the plug-in exports.
inline constexpr char onnx_plugin[] = "onnx";
inline constexpr char onnx_write_symbol[] = "fovea_onnx_write";
inline constexpr char onnx_read_symbol[] = "fovea_onnx_read";
using OnnxWrite = void(const OnnxNetwork& network, bool half, core::Result<core::Bytes>& result);
using OnnxRead = void(std::span<const uint8_t> bytes, core::Result<OnnxNetwork>& result);

}  // namespace fovea::learn
