#pragma once

#include <string>

#include "core/result.h"
#include "infer/runtime.h"

namespace fovea::openvino {

// What one entry of the cache holds: the network's own shape (which the compiled graph no longer
// shows) and the engine's blob.
struct StoredModel {
  infer::ModelShape shape;
  std::string blob;
};

std::string pack(const StoredModel& stored);

// Errors: bad_input (not what pack() wrote).
core::Result<StoredModel> unpack(const std::string& payload);

}  // namespace fovea::openvino
