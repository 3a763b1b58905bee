#pragma once

#include <string>

#include "core/result.h"

namespace fovea::infer {

// SHA-256 as 64 lower-case hexadecimal digits of what a model consists of: a file's bytes; for
// OpenVINO's IR (.xml with a .bin beside it) the bytes of both in that order; for a folder (a
// TensorFlow SavedModel) its files sorted by path, each as its path, a zero byte and its bytes; for
// an ONNX model with numbers in other files the lines "SHA256\n" of its own file and
// "SHA256  PATH\n" of each other one, as model_parts() has them.
// Errors: not_found, io, bad_input (what cannot be a model, see check_model_file()).
core::Result<std::string> model_digest(const std::string& path);

}  // namespace fovea::infer
