#include "core/child_process.h"

#include <dirent.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "core/secrets.h"
#include "core/thread.h"
#include "testing/temporary_directory.h"
#include "testing/wait_until.h"

namespace fovea::core {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class ChildProcessTest : public ::testing::Test {
 protected:
  static ChildProcess::Options shell(const std::string& text) {
    ChildProcess::Options options;
    options.command = ChildProcess::shell(text);
    return options;
  }

  ChildProcess start(const ChildProcess::Options& options) {
    auto child = ChildProcess::start(options, log_);
    EXPECT_TRUE(child) << (child ? "" : child.error().message);
    return *std::move(child);
  }
  ChildProcess start(const std::string& text) { return start(shell(text)); }

  // Everything until the output is closed.
  static std::string all_output(ChildProcess& child) {
    std::string text;
    std::array<uint8_t, 256> piece;
    while (true) {
      const auto got = child.read(piece, 20s, {});
      EXPECT_TRUE(got) << (got ? "" : got.error().message);
      if (!got || *got == 0) return text;
      text.append(piece.begin(), piece.begin() + long(*got));
    }
  }

  // A zombie does not run. Where /proc shows another process namespace, its word is not about `id`.
  static bool runs(int id) {
    if (::kill(id, 0) != 0) return false;
    std::string state;
    std::ifstream file("/proc/" + std::to_string(id) + "/stat");
    file >> state >> state >> state;
    return state != "Z" && state != "X";
  }

  int number_in(const std::string& file) const {
    int number = 0;
    testing::wait_until([&] {
      std::ifstream(folder_ / file) >> number;
      return number > 0;
    });
    EXPECT_GT(number, 0);
    return number;
  }

  testing::TemporaryDirectory folder_;
  Log log_{make_null_sink(), "test"};
};

TEST_F(ChildProcessTest, AnEndlessComplaintKeepsNobody) {
  auto child = start("yes complaint >&2");
  std::array<uint8_t, 16> piece;
  const auto got = child.read(piece, 500ms, {});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::timeout);
}

TEST_F(ChildProcessTest, GivesOutputAndEnd) {
  auto child = start("printf abc; echo no camera >&2; exit 3");
  EXPECT_EQ(all_output(child), "abc");
  const auto& end = child.wait(20s);
  EXPECT_EQ(end.status, 3);
  EXPECT_FALSE(end.succeeded());
  EXPECT_EQ(end.words, "exited with status 3: no camera");
  EXPECT_EQ(child.last_words(), "no camera");
}

TEST_F(ChildProcessTest, ASignalIsToldInWords) {
  auto child = start("kill -9 $$");
  EXPECT_EQ(child.wait(20s).status, 128 + SIGKILL);
  EXPECT_THAT(child.poll().words, HasSubstr("was ended by signal 9"));
}

TEST_F(ChildProcessTest, AMissingProgramIsNamed) {
  ChildProcess::Options options;
  options.command = {"no-such-program-at-all"};
  const auto child = ChildProcess::start(options, log_);
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error().code, Code::unsupported);
  EXPECT_EQ(child.error().message, "no-such-program-at-all was not found; install it");
  options.command = {folder_.path().string()};
  EXPECT_EQ(ChildProcess::start(options, log_).error().code, Code::io);
}

TEST_F(ChildProcessTest, InheritsNoDescriptorAndNoInput) {
  const int leak = open("/dev/null", O_RDONLY);  // without O_CLOEXEC, as a library might
  auto child = start("cat; ls /proc/self/fd | wc -l");
  // 0, 1, 2 and the folder that ls itself reads.
  EXPECT_EQ(std::stoi(all_output(child)), 4);
  close(leak);
}

TEST_F(ChildProcessTest, StartsWithDefaultSignals) {
  sigset_t term, before;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &term, &before);
  const auto old_handler = std::signal(SIGTERM, SIG_IGN);
  auto child = start("kill -TERM $$; exit 0");
  EXPECT_EQ(child.wait(20s).status, 128 + SIGTERM);
  std::signal(SIGTERM, old_handler);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_F(ChildProcessTest, VariablesReplaceOurs) {
  auto options = shell("printf \"$HOME $FOVEA_CHILD\"");
  options.environment = {"HOME=/elsewhere", "FOVEA_CHILD=yes"};
  auto child = start(options);
  EXPECT_EQ(all_output(child), "/elsewhere yes");
}

TEST_F(ChildProcessTest, OurOtherVariablesStayHere) {
  ::setenv("FOVEA_CHILD_SECRET", "hush", 1);
  auto child = start("printf \"$FOVEA_CHILD_SECRET $HOME\"");
  EXPECT_EQ(all_output(child), std::string(" ") + std::getenv("HOME"));
  auto options = shell("printf \"$FOVEA_CHILD_SECRET\"");
  options.whole_environment = true;
  auto other = start(options);
  EXPECT_EQ(all_output(other), "hush");
  ::unsetenv("FOVEA_CHILD_SECRET");
}

TEST_F(ChildProcessTest, WhatItSaysIsMasked) {
  auto options = shell("echo 'rtsp://u:12#ab@10.0.0.7/s: hush is wrong' >&2; exit 1");
  options.masked = [](std::string text) {
    for (size_t at = text.find("hush"); at != std::string::npos; at = text.find("hush")) {
      text.replace(at, 4, "${PW}");
    }
    return text;
  };
  auto child = start(options);
  EXPECT_EQ(child.wait(20s).words, "exited with status 1: rtsp://***@10.0.0.7/s: ${PW} is wrong");
}

// What is kept of a long text begins anywhere, but never within a secret.
TEST_F(ChildProcessTest, NoHalfOfASecretIsLeftOver) {
  auto options = shell("for i in $(seq 200); do echo secret-secret-secret; done >&2; exit 1");
  Secrets secrets;
  secrets.add("PW", "secret-secret-secret");
  options.masked = [&](std::string text) { return secrets.masked(std::move(text)); };
  auto child = start(options);
  EXPECT_THAT(child.wait(20s).words, ::testing::Not(HasSubstr("secret")));
}

TEST_F(ChildProcessTest, OutputGoesToFiles) {
  auto options = shell("printf out; printf error >&2");
  options.output_file = folder_ / "out";
  options.error_file = folder_ / "error";
  auto child = start(options);
  EXPECT_TRUE(child.wait(20s).succeeded());
  std::stringstream out;
  out << std::ifstream(folder_ / "out").rdbuf() << std::ifstream(folder_ / "error").rdbuf();
  EXPECT_EQ(out.str(), "outerror");
}

TEST_F(ChildProcessTest, TheDestructorEndsTheGroupAndLeavesNoZombie) {
  int shell_id = 0;
  int child_id = 0;
  {
    auto child = start("trap '' TERM; sleep 300 & echo $! > " + (folder_ / "child").string() +
                       "; wait; wait");
    shell_id = child.id();
    child_id = number_in("child");
    EXPECT_TRUE(runs(shell_id) && runs(child_id));
  }
  EXPECT_NE(::kill(shell_id, 0), 0) << "not even as a zombie";
  EXPECT_TRUE(testing::wait_until([&] { return !runs(child_id); }));
}

TEST_F(ChildProcessTest, WhatAnEndedProgramLeavesInItsGroupIsKilled) {
  auto child = start("sleep 300 & echo $! > " + (folder_ / "child").string());
  const int left = number_in("child");
  EXPECT_TRUE(child.wait(20s).succeeded());
  EXPECT_TRUE(testing::wait_until([&] { return !runs(left); }));
}

TEST_F(ChildProcessTest, DiesWithTheThreadThatStartedIt) {
  std::optional<ChildProcess> child;
  start_thread("starter", [&](const std::stop_token&) {
    child.emplace(start("exec sleep 300"));
  }).join();
  EXPECT_EQ(child->wait(20s).status, 128 + SIGKILL);
}

TEST_F(ChildProcessTest, SilenceAndStopEndTheWait) {
  auto child = start("exec sleep 300");
  std::array<uint8_t, 8> piece;
  EXPECT_EQ(child.read(piece, 50ms, {}).error().code, Code::timeout);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(child.read(piece, 20s, stop.get_token()).error().code, Code::closed);
  child.send_signal(SIGTERM);
  EXPECT_EQ(child.wait(20s).status, 128 + SIGTERM);
}

}  // namespace
}  // namespace fovea::core
