#include "core/file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "core/thread.h"
#include "testing/temporary_directory.h"

namespace fovea::core {
namespace {

using ::testing::HasSubstr;

class FileTest : public ::testing::Test {
 protected:
  std::string path() const { return (folder_ / "a").string(); }
  testing::TemporaryDirectory folder_;
};

TEST(LowerExtension, IsThatOfTheName) {
  EXPECT_EQ(lower_extension("DIR.x/DSC_1.JPG"), ".jpg");
  EXPECT_EQ(lower_extension("a.mask.png"), ".png");
  EXPECT_EQ(lower_extension("DIR.x/none"), "");
}

TEST_F(FileTest, WhatIsWrittenIsRead) {
  ASSERT_TRUE(replace_file(path(), std::string_view("one\0two", 7)));
  EXPECT_EQ(read_file(path(), 7)->text(), std::string_view("one\0two", 7));
  ASSERT_TRUE(replace_file(path(), std::string_view()));
  EXPECT_TRUE(read_file(path(), 0)->empty());
}

TEST_F(FileTest, WhatCannotBeReadIsSaid) {
  const auto missing = read_file(path(), 10);
  EXPECT_EQ(missing.error().code, Code::not_found);
  EXPECT_THAT(missing.error().message, HasSubstr(path()));
  ASSERT_TRUE(replace_file(path(), std::string_view("12345678901")));
  const auto large = read_file(path(), 10);
  EXPECT_EQ(large.error().code, Code::bad_input);
  EXPECT_THAT(large.error().message, HasSubstr("larger than the limit of 10 bytes"));
  EXPECT_EQ(read_file(folder_.path().string(), 10).error().code, Code::bad_input);
}

TEST_F(FileTest, APipeIsReadToItsEnd) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  const std::string content(200'000, 'x');
  const auto writer = start_thread("writer", [&](std::stop_token) {
    const int file = ::open(path().c_str(), O_WRONLY);
    size_t written = 0;
    while (written < content.size()) {
      written += size_t(
          std::max<ssize_t>(0, ::write(file, content.data() + written, content.size() - written)));
    }
    ::close(file);
  });
  const auto read = read_file(path(), 1 << 20);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->text(), content);
}

TEST_F(FileTest, NothingHalfWrittenStays) {
  EXPECT_EQ(replace_file((folder_ / "no" / "b").string(), std::string_view("x")).error().code,
            Code::io);
  // A folder of that name: the new content cannot take its place.
  std::filesystem::create_directories(folder_ / "a" / "full");
  EXPECT_EQ(replace_file(path(), std::string_view("x")).error().code, Code::io);
  size_t entries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    (void)entry;
    ++entries;
  }
  EXPECT_EQ(entries, 1u);
}

}  // namespace
}  // namespace fovea::core
