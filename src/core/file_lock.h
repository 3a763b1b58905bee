#pragma once

#include <optional>
#include <string>

#include "core/result.h"

namespace fovea::core {

// A file that one process at a time holds (flock(2)). It is made where it is not there, stays there
// when the lock is gone, and the kernel lets go of it when the process dies in whatever way.
// Programs that the process starts do not hold it. Threads: one.
class FileLock {
 public:
  // None: another process holds it. Errors: io.
  static Result<std::optional<FileLock>> take(const std::string& file);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;  // -1: moved from
};

}  // namespace fovea::core
