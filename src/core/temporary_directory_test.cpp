#include "core/temporary_directory.h"

#include <gtest/gtest.h>

#include <fstream>

namespace fovea::core {
namespace {

TEST(TemporaryDirectory, IsThereAndGoesWithAllThatIsInIt) {
  std::filesystem::path path;
  {
    auto made = TemporaryDirectory::make("fovea-core-test");
    ASSERT_TRUE(made) << made.error().message;
    const TemporaryDirectory folder = *std::move(made);
    path = folder.path();
    EXPECT_TRUE(std::filesystem::is_directory(path));
    std::ofstream(path / "file") << "content";
    const auto second = TemporaryDirectory::make("fovea-core-test");
    ASSERT_TRUE(second);
    EXPECT_NE(second->path(), path);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace fovea::core
