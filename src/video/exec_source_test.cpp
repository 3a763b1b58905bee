#include "video/exec_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "video/test_pictures.h"
#include "video/test_sources.h"

namespace fovea::video {
namespace {

using core::Code;
using ::testing::HasSubstr;

class ExecSourceTest : public SourceTest {
 protected:
  core::Error error_of(const std::string& command, bool loop = true) {
    auto source = open("exec:" + command, {.loop = loop});
    if (!source) return {};
    auto picture = source->next({});
    EXPECT_FALSE(picture);
    return picture ? core::Error{} : picture.error();
  }

  // Until the error that ends it.
  std::vector<Picture> all_pictures(Source& source) {
    std::vector<Picture> pictures;
    while (auto picture = source.next({})) pictures.push_back(*picture);
    return pictures;
  }

  bool runs(int process_id) { return ::kill(process_id, 0) == 0; }

  bool ends(int process_id) {
    for (int i = 0; i < 500 && runs(process_id); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));  // polls
    }
    return !runs(process_id);
  }

  int written_process_id(const std::string& file) {
    int process_id = 0;
    for (int i = 0; i < 500 && process_id == 0; ++i) {
      std::ifstream(folder_ / file) >> process_id;
      if (process_id == 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));  // polls
    }
    EXPECT_GT(process_id, 0);
    return process_id;
  }
};

TEST_F(ExecSourceTest, MjpegIsPassedThroughUntouched) {
  const auto jpeg = test_jpeg({64, 48});
  const auto path = write("a.jpg", jpeg.span());
  auto source = open("exec:cat " + path + "; sleep 0.2; cat " + path, {.loop = false});
  ASSERT_TRUE(source);
  const auto pictures = all_pictures(*source);
  ASSERT_EQ(pictures.size(), 2u);
  const auto& frame = std::get<core::EncodedPicture>(pictures[0].content);
  EXPECT_EQ(frame.data.text(), jpeg.text());
  EXPECT_EQ(frame.size, (core::Size{64, 48}));
}

TEST_F(ExecSourceTest, ALateReaderGetsTheNewest) {
  std::string command = "exec:";
  for (int i = 0; i < 20; ++i) {
    command += "cat " + write(std::to_string(i), test_jpeg({16 + 8 * i, 16}).span()) + ";";
  }
  auto source = open(command, {.loop = false});
  ASSERT_TRUE(source);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));  // a late reader, on purpose
  const auto pictures = all_pictures(*source);
  ASSERT_FALSE(pictures.empty());
  EXPECT_LT(pictures.size(), 20u);
  EXPECT_EQ(std::get<core::EncodedPicture>(pictures.back().content).size.width, 16 + 8 * 19);
}

TEST_F(ExecSourceTest, RealEncoderAndRate) {
  auto source =
      open("exec:ffmpeg -v error -re -f lavfi -i testsrc=size=64x48:rate=50 -t 2 -f mjpeg -",
           {.fps = 10, .loop = false});
  ASSERT_TRUE(source);
  const auto pictures = all_pictures(*source);
  EXPECT_GE(pictures.size(), 10u);
  EXPECT_LE(pictures.size(), 22u);
  for (const auto& picture : pictures) {
    EXPECT_EQ(std::get<core::EncodedPicture>(picture.content).size, (core::Size{64, 48}));
  }
}

TEST_F(ExecSourceTest, EndsAreToldApart) {
  EXPECT_EQ(error_of("exit 0", false).code, Code::closed);
  EXPECT_EQ(error_of("exit 0", true).code, Code::io);
  const auto failed = error_of("echo cannot open the camera >&2; exit 3");
  EXPECT_EQ(failed.code, Code::io);
  EXPECT_EQ(failed.message, "the command exited with status 3: cannot open the camera");
  EXPECT_THAT(error_of("kill -9 $$").message, HasSubstr("was ended by signal 9"));
  EXPECT_THAT(error_of("no_such_command_at_all").message, HasSubstr("no_such_command_at_all"));
}

TEST_F(ExecSourceTest, GarbageIsNoVideo) {
  const auto error = error_of("yes");
  EXPECT_EQ(error.code, Code::bad_input);
  EXPECT_THAT(error.message, HasSubstr("neither MJPEG nor H.264"));
}

TEST_F(ExecSourceTest, SilenceIsATimeout) {
  const auto good = write("good", test_jpeg({64, 48}).span());
  const auto start = clock_.steady();
  auto source = open("exec:cat " + good + "; echo tired >&2; sleep 60");
  ASSERT_TRUE(source);
  ASSERT_TRUE(source->next({}));
  const auto next = source->next({});
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, Code::timeout);
  EXPECT_THAT(next.error().message, HasSubstr("tired"));
  EXPECT_GE(clock_.steady() - start, silence_max - std::chrono::milliseconds(100));
}

TEST_F(ExecSourceTest, BrokenPictureIsSkippedAndCounted) {
  const auto jpeg = test_jpeg({64, 48});
  const auto good = write("good", jpeg.span());
  const auto cut = write("cut", jpeg.span().first(jpeg.size() / 2));
  auto source = open("exec:cat " + cut + " " + good, {.loop = false});
  ASSERT_TRUE(source);
  EXPECT_EQ(all_pictures(*source).size(), 1u);
  EXPECT_EQ(broken_count(), 1);
}

TEST_F(ExecSourceTest, ClosingKillsTheWholeGroup) {
  // A shell that ignores SIGTERM, with a child of its own.
  auto source = open("exec:trap '' TERM; sleep 300 & echo $! > " + (folder_ / "child").string() +
                     "; echo $$ > " + (folder_ / "shell").string() + "; wait; wait");
  ASSERT_TRUE(source);
  const int child = written_process_id("child");
  const int shell = written_process_id("shell");
  EXPECT_TRUE(runs(child));
  const auto start = clock_.steady();
  source.reset();
  EXPECT_LT(clock_.steady() - start, std::chrono::seconds(5));
  EXPECT_TRUE(ends(shell));
  EXPECT_TRUE(ends(child));
}

TEST_F(ExecSourceTest, StopEndsTheWait) {
  auto source = open("exec:sleep 60");
  ASSERT_TRUE(source);
  std::stop_source stop;
  stop.request_stop();
  auto picture = source->next(stop.get_token());
  ASSERT_FALSE(picture);
  EXPECT_EQ(picture.error().code, Code::closed);
}

TEST_F(ExecSourceTest, TheCommandStartsWithSignalsOfItsOwn) {
  // A server blocks SIGTERM in all its threads; what it starts must not inherit that.
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &term, &before);
  const auto error = error_of("kill -TERM $$; exit 0", false);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_THAT(error.message, HasSubstr("was ended by signal 15"));
}

TEST_F(ExecSourceTest, AnEmptyCommandIsRefused) {
  EXPECT_EQ(open_error("exec:").code, Code::bad_input);
  EXPECT_EQ(open_error("exec:  ").code, Code::bad_input);
}

TEST_F(ExecSourceTest, NoPasswordIsShown) {
  const auto secrets = std::make_shared<core::Secrets>();
  secrets->add("PW", "hush-hush");
  auto source =
      open("exec:X=1 /bin/echo -u viewer:hush-hush 'rtsp://me:12#ab@10.0.0.8/s' >&2; exit 4",
           {.secrets = secrets});
  ASSERT_TRUE(source);
  EXPECT_EQ(source->description(), "exec /bin/echo");
  const auto picture = source->next({});
  ASSERT_FALSE(picture);
  EXPECT_THAT(picture.error().message, HasSubstr("-u viewer:${PW} rtsp://***@10.0.0.8/s"));
}

// What a service has in its environment is none of a command's business, but for what it names.
TEST_F(ExecSourceTest, ItIsGivenTheVariablesThatItNames) {
  ::setenv("FOVEA_TEST_NAMED", "named-secret", 1);
  ::setenv("FOVEA_TEST_OTHER", "other-secret", 1);
  const auto told = (folder_ / "told").string();
  const auto error = error_of("env > " + told + "; echo \"$FOVEA_TEST_NAMED\" >&2; exit 3");
  ::unsetenv("FOVEA_TEST_NAMED");
  ::unsetenv("FOVEA_TEST_OTHER");
  std::stringstream variables;
  variables << std::ifstream(told).rdbuf();
  EXPECT_THAT(variables.str(), HasSubstr("FOVEA_TEST_NAMED=named-secret"));
  EXPECT_THAT(variables.str(), ::testing::Not(HasSubstr("other-secret")));
  EXPECT_THAT(error.message, HasSubstr("${FOVEA_TEST_NAMED}"));
  EXPECT_THAT(error.message, ::testing::Not(HasSubstr("named-secret")));
}

}  // namespace
}  // namespace fovea::video
