#pragma once

#include <span>

#include "core/embedded_file.h"

namespace fovea::infer {

using core::EmbeddedFile;

// The packages of models/ that ship with the program: manifests ("NAME.manifest.json") and the
// files that they name.
std::span<const EmbeddedFile> embedded_models();

}  // namespace fovea::infer
