#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/result.h"

namespace fovea::bench {

// A folder with links to a few pictures of a larger one, evenly picked: a camera checks each of
// its files in whole the first time, and that must be over before anything is measured. Deleted at
// the end.
class PictureFolder {
 public:
  // Errors: bad_input (no JPEG pictures there), io.
  static core::Result<std::unique_ptr<PictureFolder>> make(const std::string& source, size_t count);
  ~PictureFolder();

  std::string path() const { return path_.string(); }
  size_t size() const { return size_; }

 private:
  PictureFolder(std::filesystem::path path, size_t size) : path_(std::move(path)), size_(size) {}
  const std::filesystem::path path_;
  const size_t size_;
};

}  // namespace fovea::bench
