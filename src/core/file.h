#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/buffer.h"
#include "core/result.h"

namespace fovea::core {

// ".jpg" of "DIR/DSC_1.JPG"; empty where there is none.
std::string lower_extension(const std::string& path);

// A whole file. Errors name it: not_found, bad_input (more than `bytes_max`, a folder), io.
Result<Buffer> read_file(const std::string& path, size_t bytes_max);

// Writes a file, or puts new content in place of the old, whole or not at all: readers see one or
// the other, and so does who starts again after a power cut. Errors: io (no room, no right).
Status replace_file(const std::string& path, std::span<const uint8_t> content);
Status replace_file(const std::string& path, std::string_view content);

}  // namespace fovea::core
