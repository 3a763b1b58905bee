#include "testing/temporary_directory.h"

#include <fstream>
#include <stdexcept>

namespace fovea::testing {

namespace {

core::TemporaryDirectory make() {
  auto made = core::TemporaryDirectory::make("fovea-test");
  if (!made) throw std::runtime_error(made.error().message);
  return *std::move(made);
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() : folder_(make()) {}

std::filesystem::path TemporaryDirectory::write(const std::string& name,
                                                const std::string& content) const {
  const auto file = path() / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
  return file;
}

}  // namespace fovea::testing
