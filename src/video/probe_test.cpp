#include "video/probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "codec/jpeg.h"
#include "core/loopback.h"
#include "video/probe_advice.h"
#include "video/test_pictures.h"
#include "video/test_sources.h"

namespace fovea::video {
namespace {

using core::Code;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Against real sources; those of the plug-in are tried by the scenario `camera_probe`.
class ProbeTest : public SourceTest {
 protected:
  SourceProbe probe(const std::string& spec,
                    const ProbeOptions& options = {.measuring = std::chrono::milliseconds(400)}) {
    return probe_source(spec, options, context_, {});
  }
  SourceProbe::Failure failure_of(const std::string& spec, const ProbeOptions& options = {}) {
    auto tried = probe(spec, options);
    EXPECT_TRUE(tried.failure) << spec;
    return tried.failure.value_or(SourceProbe::Failure{});
  }
};

TEST_F(ProbeTest, TellsWhatAFolderHolds) {
  write("a.jpg", test_jpeg({64, 48}).span());
  const auto found = probe("folder:" + folder_.path().string());
  ASSERT_FALSE(found.failure) << found.failure->problem;
  EXPECT_EQ(found.codec, "jpeg");
  EXPECT_EQ(found.size, (core::Size{64, 48}));
  EXPECT_NEAR(found.fps, 15, 8);
  EXPECT_EQ(codec::read_jpeg_info(found.picture.span())->size, found.size);
  EXPECT_THAT(found.hints, IsEmpty());
}

TEST_F(ProbeTest, ARawPictureIsSavedAsJpeg) {
  const auto found = probe("synthetic:1");
  ASSERT_FALSE(found.failure) << found.failure->problem;
  EXPECT_EQ(found.codec, "raw");
  EXPECT_EQ(codec::read_jpeg_info(found.picture.span())->size, (core::Size{640, 360}));
  EXPECT_GT(found.fps, 0);
}

TEST_F(ProbeTest, WhatIsWrongHasANameAndAWayOut) {
  const auto none = folder_ / "none";
  std::filesystem::create_directory(none);
  const std::pair<std::string, Trouble> cases[] = {
      {"cam", Trouble::spec},
      {"http://10.0.0.8/video.mjpg", Trouble::spec},
      {"rtsp://:554/x", Trouble::spec},
      {"rtsp://viewer:12#ab@127.0.0.1/s", Trouble::spec},
      {"rtsp://viewer:4/2b@127.0.0.1/s", Trouble::spec},
      {"folder:" + none.string(), Trouble::no_video},
      {"folder:" + (folder_ / "missing").string(), Trouble::not_found},
      {"v4l2:" + (folder_ / "video9").string(), Trouble::not_found},
      {"exec:no-such-program-anywhere", Trouble::not_found},
      {"exec:/dev/null", Trouble::denied},
      {"exec:exit 3", Trouble::ended},
      {"exec:head -c 2000000 /dev/zero", Trouble::no_video},
      {"rtsp://127.0.0.1:" + std::to_string(*core::find_free_port()) + "/x", Trouble::refused},
      {"rtsp://no-such-camera.invalid/x", Trouble::host_unknown},
  };
  for (const auto& [spec, trouble] : cases) {
    const auto failure = failure_of(spec);
    EXPECT_STREQ(to_string(failure.trouble), to_string(trouble)) << spec << failure.problem;
    EXPECT_THAT(failure.problem, ::testing::Not(IsEmpty())) << spec;
    EXPECT_THAT(failure.advice, ::testing::Not(IsEmpty())) << spec;
  }
}

TEST_F(ProbeTest, EndsWithItsTime) {
  const auto before = clock_.steady();
  const auto failure =
      failure_of("exec:sleep 30", {.limit = std::chrono::milliseconds(300), .measuring = {}});
  EXPECT_EQ(failure.trouble, Trouble::silent);
  EXPECT_LT(clock_.steady() - before, std::chrono::seconds(4)) << "the source's own limit is 5 s";
}

// Which may be a host and a path, or a password with a '/'.
TEST_F(ProbeTest, WhatStandsBeforeAnAtIsNotShown) {
  const auto failure = failure_of("rtsp://viewer:4/2b@camera/s");
  EXPECT_THAT(failure.problem, HasSubstr("write / as %2F"));
  EXPECT_THAT(failure.problem + failure.advice, Not(HasSubstr("viewer")));
}

TEST_F(ProbeTest, SecretsAreMasked) {
  const std::string url =
      "rtsp://anna:hunter2@127.0.0.1:" + std::to_string(*core::find_free_port()) + "/x";
  const auto tried = probe(url);
  EXPECT_THAT(tried.source, Not(HasSubstr("hunter2")));
  for (const auto code : {Code::denied, Code::not_found, Code::timeout, Code::bad_input, Code::io,
                          Code::unsupported, Code::closed}) {
    const auto failure = explain(url, {code, "what the source said"});
    EXPECT_THAT(failure.problem + failure.advice, Not(HasSubstr("hunter2")));
  }
}

TEST_F(ProbeTest, WhatTheEnvironmentPutInIsShownAsItWasWritten) {
  ProbeOptions options{.written = "exec:echo ${PW} >&2; exit 3"};
  const auto secrets = std::make_shared<core::Secrets>();
  secrets->add("PW", "hush-hush");
  options.secrets = secrets;
  const auto tried = probe("exec:echo hush-hush >&2; exit 3", options);
  EXPECT_EQ(tried.source, options.written);
  ASSERT_TRUE(tried.failure);
  EXPECT_THAT(tried.failure->problem, HasSubstr("${PW}"));
  EXPECT_THAT(tried.failure->problem, Not(HasSubstr("hush")));
}

TEST(ProbeAdvice, APasswordThatIsMissingIsNotOneThatIsWrong) {
  const core::Error denied{Code::denied, "401"};
  EXPECT_THAT(explain("rtsp://cam/x", denied).problem, HasSubstr("asks for a user"));
  EXPECT_THAT(explain("rtsp://u:p@cam/x", denied).problem, HasSubstr("refuses the user"));
}

TEST(ProbeAdvice, HintsAreForWhatCostsMore) {
  SourceProbe probe;
  probe.source = "rtsp://cam/x";
  probe.codec = "hevc";
  probe.size = {3840, 2160};
  probe.fps = 6;
  probe.fps_stated = 25;
  const auto hints = hints_for(probe);
  EXPECT_THAT(hints, Contains(HasSubstr("switch this stream to H.264")));
  EXPECT_THAT(hints, Contains(HasSubstr("second stream")));
  EXPECT_THAT(hints, Contains(HasSubstr("6 pictures a second came of the 25")));
  probe = {};
  probe.source = "rtsp://cam/x";
  probe.codec = "h264";
  probe.size = {1920, 1080};
  probe.fps = probe.fps_stated = 25;
  EXPECT_THAT(hints_for(probe), IsEmpty());
}

}  // namespace
}  // namespace fovea::video
