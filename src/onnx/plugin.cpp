#include "core/plugin.h"

#include "learn/onnx.h"
#include "onnx/onnx_file.h"

FOVEA_PLUGIN_BUILD_ID

#define FOVEA_EXPORT extern "C" __attribute__((visibility("default")))

FOVEA_EXPORT void fovea_onnx_write(const fovea::learn::OnnxNetwork& network, bool half,
                                   fovea::core::Result<fovea::core::Bytes>& result) {
  result = fovea::onnx::to_onnx(network, half);
}

FOVEA_EXPORT void fovea_onnx_read(std::span<const uint8_t> bytes,
                                  fovea::core::Result<fovea::learn::OnnxNetwork>& result) {
  result = fovea::onnx::from_onnx(bytes);
}
