#pragma once

#include <string>

#include "core/context.h"
#include "core/result.h"
#include "infer/manifest.h"
#include "infer/runtime.h"

namespace fovea::infer {

// How the file's picture input looks: [1,H,W,3] or [1,3,H,W]; stretch, RGB. Normalisation by what
// is usual: none for u8, ImageNet's mean and deviation for f32 NCHW (PyTorch), -1..1 for f32 NHWC
// (TensorFlow). Errors: bad_input (no such input, open size).
core::Result<InputSpec> propose_input(const ModelShape& shape);

// The manifest for a file of this shape by the first head that recognises it; name and file from
// `path`, version "0". Errors: bad_input (no head does; the message shows inputs and outputs).
core::Result<Manifest> propose_manifest(const std::string& path, const ModelShape& shape);

// Whether the file's input is what the manifest says. Errors: bad_input.
core::Status check_input(const InputSpec& input, const ModelShape& shape);

}  // namespace fovea::infer
