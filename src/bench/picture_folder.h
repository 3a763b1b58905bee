#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/result.h"
#include "core/temporary_directory.h"

namespace fovea::bench {

// A folder with links to a few pictures of a larger one, evenly picked: a camera checks each of
// its files in whole the first time, and that must be over before anything is measured. Deleted at
// the end.
class PictureFolder {
 public:
  // Errors: bad_input (no JPEG pictures there), io.
  static core::Result<std::unique_ptr<PictureFolder>> make(const std::string& source, size_t count);

  std::string path() const { return folder_.path().string(); }
  size_t size() const { return size_; }

 private:
  PictureFolder(core::TemporaryDirectory folder, size_t size)
      : folder_(std::move(folder)), size_(size) {}
  const core::TemporaryDirectory folder_;
  const size_t size_;
};

}  // namespace fovea::bench
