#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"

namespace fovea::infer {

// More than any model that an engine could take into memory.
inline constexpr uint64_t model_bytes_max = uint64_t(64) << 30;

// Whether there is a file that can be a model at all, before anybody reads it. Errors: not_found;
// bad_input (a device or a pipe, which need not end; too large; a web page that was saved in place
// of a download; a pointer of Git LFS).
core::Status check_model_file(const std::string& path);

// The other files that belong to the model in a file, as paths relative to its folder, in a fixed
// order: what an ONNX model keeps its numbers in. Errors: not_found (one is not there), bad_input
// (one lies outside of the model's folder, or check_model_file() refuses it).
core::Result<std::vector<std::string>> model_parts(const std::string& path);

}  // namespace fovea::infer
