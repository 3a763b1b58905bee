#pragma once

#include <filesystem>

#include "codec/png.h"
#include "core/image.h"
#include "core/result.h"

// Reading the files of data sets; private to this module.
namespace fovea::evaluate {

// A JPEG or PNG, told apart by its name's end, as rgb24. Errors: io, and the decoders'.
core::Result<core::Image> read_picture(const std::filesystem::path& path);

// A greyscale PNG whose pixels are class indices, or one with a palette (Palettes tells what its
// indices mean). Errors: the same; bad_input (it is coloured).
core::Result<codec::PngWithPalette> read_class_map(const std::filesystem::path& path);

}  // namespace fovea::evaluate
