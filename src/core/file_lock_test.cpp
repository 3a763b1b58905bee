#include "core/file_lock.h"

#include <gtest/gtest.h>

#include "testing/temporary_directory.h"

namespace fovea::core {
namespace {

TEST(FileLock, IsHeldByOneAtATime) {
  testing::TemporaryDirectory folder;
  const auto file = folder / "lock";
  auto first = FileLock::take(file);
  ASSERT_TRUE(first && first->has_value());
  auto second = FileLock::take(file);
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->has_value());
  {
    const FileLock moved = std::move(**first);
    EXPECT_FALSE(FileLock::take(file)->has_value());
  }
  EXPECT_TRUE(FileLock::take(file)->has_value());
  EXPECT_EQ(FileLock::take((folder / "no" / "lock").string()).error().code, Code::io);
}

}  // namespace
}  // namespace fovea::core
