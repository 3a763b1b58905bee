#include "core/temporary_directory.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace fovea::core {

namespace fs = std::filesystem;

Result<TemporaryDirectory> TemporaryDirectory::make(const std::string& name) {
  std::error_code failed;
  const fs::path temporary = fs::temp_directory_path(failed);
  std::string pattern = ((failed ? fs::path("/tmp") : temporary) / (name + "-XXXXXX")).string();
  if (!mkdtemp(pattern.data())) {
    return Error{Code::io, "making a temporary folder " + pattern + ": " + std::strerror(errno)};
  }
  return TemporaryDirectory(pattern);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace fovea::core
