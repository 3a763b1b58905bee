#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "core/buffer.h"
#include "core/result.h"

namespace fovea::core {

// ".jpg" of "DIR/DSC_1.JPG"; empty where there is none.
std::string lower_extension(const std::string& path);

// A whole file, or all that comes through a pipe. Errors name it: not_found, bad_input (more than
// `bytes_max`, a folder), timeout (a pipe through which nothing comes for so long), io.
Result<Buffer> read_file(const std::string& path, size_t bytes_max,
                         std::chrono::milliseconds pipe_patience = std::chrono::seconds(10));

struct ReplaceOptions {
  unsigned mode = 0666;  // of a file that is made, less the umask
  bool lasts = true;     // also over a power cut, which costs a wait for the disk
};

// Writes a file, or puts new content in place of the old, whole or not at all: readers see one or
// the other, and so does who starts again after a power cut. It is made beside `path` under a name
// that nobody can foresee, and no link is followed: what somebody put at `path` in a folder for all
// (/tmp) is replaced, not written to. A device is written to. Errors: io (no room, no right).
Status replace_file(const std::string& path, std::span<const uint8_t> content,
                    const ReplaceOptions& options = {});
Status replace_file(const std::string& path, std::string_view content,
                    const ReplaceOptions& options = {});

}  // namespace fovea::core
