#include "core/plugin.h"

#include "openvino/openvino_runtime.h"

FOVEA_PLUGIN_BUILD_ID

// The caller owns what is returned.
extern "C" __attribute__((visibility("default"))) fovea::infer::Runtime* fovea_openvino_runtime(
    const fovea::core::Context& context) {
  return fovea::openvino::make_openvino_runtime(context).release();
}
