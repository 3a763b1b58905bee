#include "learn/onnx.h"

#include "core/plugin.h"

namespace fovea::learn {

core::Result<core::Bytes> write_onnx(const OnnxNetwork& network, bool half) {
  const auto address = core::open_plugin(onnx_plugin, onnx_write_symbol);
  if (!address) return address.error();
  core::Result<core::Bytes> result = core::Error{};
  reinterpret_cast<OnnxWrite*> (*address)(network, half, result);
  return result;
}

core::Result<OnnxNetwork> read_onnx(std::span<const uint8_t> bytes) {
  const auto address = core::open_plugin(onnx_plugin, onnx_read_symbol);
  if (!address) return address.error();
  core::Result<OnnxNetwork> result = core::Error{};
  reinterpret_cast<OnnxRead*> (*address)(bytes, result);
  return result;
}

}  // namespace fovea::learn
