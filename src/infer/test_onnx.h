#pragma once

#include <string>

namespace fovea::infer {

// Protocol Buffers' field `number` with bytes.
inline std::string onnx_field(int number, const std::string& bytes) {
  return std::string(1, char(number << 3 | 2)) + char(bytes.size()) + bytes;
}

// A model of one tensor whose numbers lie in another file.
inline std::string onnx_with_external_data(const std::string& location) {
  const std::string entry = onnx_field(1, "location") + onnx_field(2, location);
  const std::string tensor = onnx_field(8, "w") + onnx_field(13, entry) + "\x70\x01";
  return onnx_field(7, onnx_field(5, tensor));
}

}  // namespace fovea::infer
