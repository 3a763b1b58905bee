#include "core/log_sinks.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "testing/temporary_directory.h"
#include "testing/wait_until.h"

namespace fovea::core {
namespace {

using ::testing::HasSubstr;
using testing::TemporaryDirectory;

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

// Points stderr at a file while it lives.
class StderrInFile {
 public:
  explicit StderrInFile(const std::filesystem::path& file) : file_(file), kept_(dup(2)) {
    const int opened = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND, 0600);
    dup2(opened, 2);
    ::close(opened);
  }
  ~StderrInFile() {
    dup2(kept_, 2);
    ::close(kept_);
  }
  std::string text() const { return text_of(file_); }

 private:
  const std::filesystem::path file_;
  const int kept_;
};

TEST(StderrIsJournal, OnlyWhereJournalStreamNamesThisVeryFile) {
  TemporaryDirectory folder;
  const StderrInFile error_stream(folder / "stderr");
  struct stat found {};
  ASSERT_EQ(fstat(2, &found), 0);
  unsetenv("JOURNAL_STREAM");
  EXPECT_FALSE(stderr_is_journal());
  setenv("JOURNAL_STREAM", "8:1", 1);
  EXPECT_FALSE(stderr_is_journal());
  setenv("JOURNAL_STREAM", fmt::format("{}:{}", found.st_dev, found.st_ino).c_str(), 1);
  EXPECT_TRUE(stderr_is_journal());
  unsetenv("JOURNAL_STREAM");
}

TEST(JournalSink, PutsThePriorityBeforeEveryLine) {
  TemporaryDirectory folder;
  const StderrInFile error_stream(folder / "stderr");
  const Log log(make_journal_sink(Level::info), "bus");
  log.debug("not wanted");
  log.info("connected");
  log.warning("one\n<0>two");
  log.error("gone");
  EXPECT_EQ(error_stream.text(), "<6>bus: connected\n<4>bus: one\n<4>bus: <0>two\n<3>bus: gone\n");
}

TEST(FileSink, WritesLinesThatOnlyTheOwnerReads) {
  TemporaryDirectory folder;
  const auto file = folder.write("site.log", "from before\n");
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  const auto tail = std::make_shared<LogTail>(10);
  const Log log(make_file_sink(Level::info, {file, 1000, 3}, tail), "bus");
  log.debug("not wanted");
  log.warning("away");
  EXPECT_THAT(text_of(file), ::testing::MatchesRegex("from before\n[-0-9]+ [:.0-9]+ warning bus: "
                                                     "away\n"));
  struct stat found {};
  ASSERT_EQ(stat(file.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
  ASSERT_EQ(tail->lines().size(), 1U);
}

TEST(FileSink, RotatesAndKeepsNoMoreThanItIsTold) {
  TemporaryDirectory folder;
  const auto file = folder / "site.log";
  const Log log(make_file_sink(Level::info, {file, 1000, 3}), "bus");
  for (int i = 1; i <= 200; ++i) log.info("line {}", i);
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    ++files;
    EXPECT_LE(entry.file_size(), 1000U) << entry.path();
    struct stat found {};
    ASSERT_EQ(stat(entry.path().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0600U) << entry.path();
  }
  EXPECT_EQ(files, 3U);
  EXPECT_THAT(text_of(file), HasSubstr("line 200\n"));
  EXPECT_THAT(text_of(folder / "site.1.log") + text_of(folder / "site.2.log"), HasSubstr("line 1"));
}

// A folder in the file's place cannot be written, not even by root.
TEST(FileSink, SaysOnceThatItCannotWriteAndGoesOnWhenItCan) {
  TemporaryDirectory folder;
  const StderrInFile error_stream(folder / "stderr");
  const auto file = folder / "site.log";
  std::filesystem::create_directory(file);
  const auto tail = std::make_shared<LogTail>(10);
  const Log log(make_file_sink(Level::info, {file, 1000, 3}, tail), "bus");
  for (int i = 0; i < 3; ++i) log.info("lost");
  EXPECT_EQ(tail->lines().size(), 3U);
  EXPECT_THAT(error_stream.text(), HasSubstr("site.log cannot be written"));
  const auto said = error_stream.text();
  std::filesystem::remove(file);
  ASSERT_TRUE(testing::wait_until([&] {
    log.info("there again");
    return std::filesystem::exists(file);
  }));
  EXPECT_THAT(text_of(file), HasSubstr("lines are missing here\n"));
  EXPECT_THAT(text_of(file), HasSubstr("bus: there again\n"));
  EXPECT_EQ(error_stream.text(), said);
}

TEST(FileSink, SurvivesADiskThatIsFull) {
  TemporaryDirectory folder;
  const StderrInFile error_stream(folder / "stderr");
  const Log log(make_file_sink(Level::info, {"/dev/full", 1000, 1}), "bus");
  struct stat before {};
  ASSERT_EQ(stat("/dev/full", &before), 0);
  for (int i = 0; i < 3; ++i) log.info("lost");
  EXPECT_THAT(error_stream.text(), HasSubstr("/dev/full cannot be written"));
  struct stat after {};
  ASSERT_EQ(stat("/dev/full", &after), 0);
  EXPECT_EQ(before.st_mode, after.st_mode) << "a device is not ours to close to others";
}

// The tail is what the page shows.
TEST(MaskingSink, MasksWhatIsKnownWhenALineIsWritten) {
  TemporaryDirectory folder;
  const auto file = folder / "site.log";
  const auto tail = std::make_shared<LogTail>(10);
  const auto secrets = std::make_shared<Secrets>();
  const Log log(make_masking_sink(make_file_sink(Level::info, {file, 1000, 3}, tail), secrets),
                "camera yard");
  secrets->add("PW", "hush-hush");
  log.warning("viewer:hush-hush is refused");
  EXPECT_THAT(text_of(file), HasSubstr("camera yard: viewer:${PW} is refused\n"));
  ASSERT_EQ(tail->lines().size(), 1U);
  EXPECT_EQ(tail->lines()[0].message, "viewer:${PW} is refused");
}

}  // namespace
}  // namespace fovea::core
