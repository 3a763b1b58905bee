#pragma once

#include <filesystem>
#include <string>

#include "core/temporary_directory.h"

namespace fovea::testing {

// core::TemporaryDirectory as tests want it: made by the constructor, which throws where it cannot.
class TemporaryDirectory {
 public:
  TemporaryDirectory();

  const std::filesystem::path& path() const { return folder_.path(); }
  std::filesystem::path operator/(const std::string& name) const { return path() / name; }

  // Writes a file into it and returns its path.
  std::filesystem::path write(const std::string& name, const std::string& content) const;

 private:
  core::TemporaryDirectory folder_;
};

}  // namespace fovea::testing
