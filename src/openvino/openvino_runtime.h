#pragma once

#include <memory>

#include "core/context.h"
#include "infer/runtime.h"

namespace fovea::openvino {

// The engine OpenVINO: ONNX, TFLite, TensorFlow (frozen graph or SavedModel) and its own IR, on
// CPU, GPU, NPU or AUTO. Preprocessing, argmax and confidence are part of the compiled graph.
//
// One graph per model takes pictures of every size: only its resize has an open shape. Measured
// against one graph per size it costs 0.1 to 0.2 ms of a 5 to 10 ms inference (0.8 ms where a
// 1080x810 picture is shrunk), and spares 0.3 s of compiling at every new size, during which
// others would wait.
//
// Opened with cores' own pools of threads; nothing of it is pinned to a core.
std::unique_ptr<infer::Runtime> make_openvino_runtime(const core::Context& context);

}  // namespace fovea::openvino
