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

TEST_F(FileTest, APipeThatNobodyWritesToIsNotWaitedForForEver) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  const auto nobody = read_file(path(), 1 << 20, std::chrono::milliseconds(50));
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, Code::timeout);
  EXPECT_THAT(nobody.error().message, HasSubstr("is a pipe through which nothing comes"));
  const int silent = ::open(path().c_str(), O_RDWR);
  EXPECT_FALSE(read_file(path(), 1 << 20, std::chrono::milliseconds(50)));
  ::close(silent);
}

// As another user of the machine may lay one out in /tmp: at the name, and at the one that the file
// had while it was written in earlier versions.
TEST_F(FileTest, NoLinkIsFollowed) {
  const std::string victim = (folder_ / "victim").string();
  ASSERT_TRUE(replace_file(victim, std::string_view("precious")));
  const std::string foreseen = path() + "." + std::to_string(::getpid()) + ".unfinished";
  ASSERT_EQ(::symlink(victim.c_str(), path().c_str()), 0);
  ASSERT_EQ(::symlink(victim.c_str(), foreseen.c_str()), 0);
  ASSERT_TRUE(replace_file(path(), std::string_view("mine")));
  EXPECT_EQ(read_file(victim, 100)->text(), "precious");
  EXPECT_EQ(read_file(path(), 100)->text(), "mine");
  EXPECT_FALSE(std::filesystem::is_symlink(path()));
}

TEST_F(FileTest, TheModeIsAsAskedFor) {
  ASSERT_TRUE(replace_file(path(), std::string_view("mine"), {.mode = 0600}));
  struct stat found {};
  ASSERT_EQ(::stat(path().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST_F(FileTest, ADeviceIsWrittenTo) {
  EXPECT_TRUE(replace_file("/dev/null", std::string_view("x")));
  const auto full = replace_file("/dev/full", std::string_view("x"));
  ASSERT_FALSE(full);
  EXPECT_THAT(full.error().message, HasSubstr("No space left on device"));
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
