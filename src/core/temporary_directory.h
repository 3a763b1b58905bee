#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "core/result.h"

namespace fovea::core {

// A folder of its own under the system's temporary folder, deleted with everything in it. Threads:
// one.
class TemporaryDirectory {
 public:
  // Called `name` and a random word. Errors: io.
  static Result<TemporaryDirectory> make(const std::string& name);
  ~TemporaryDirectory();
  TemporaryDirectory(TemporaryDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;  // empty: moved away
};

}  // namespace fovea::core
