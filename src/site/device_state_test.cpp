#include "site/device_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const core::SteadyTime start = core::SteadyTime(100h);

Signs with_pictures(double period_s) {
  Signs signs;
  signs.first_seen = start;
  signs.last_frame = start;
  signs.period_s = period_s;
  return signs;
}

void set_status(Signs& signs, core::SteadyTime when, const std::string& state,
                const std::string& detail) {
  signs.last_status = when;
  signs.camera_state = state;
  signs.camera_detail = detail;
}

TEST(DeviceState, FollowsTheTimeSinceTheLastPicture) {
  struct Case {
    double period_s;
    core::SteadyTime::duration silence;
    DeviceState expected;
  };
  const Case cases[] = {
      {0.1, 0s, DeviceState::live},      {0.1, 1900ms, DeviceState::live},
      {0.1, 2100ms, DeviceState::stale}, {0.1, 9900ms, DeviceState::stale},
      {0.1, 10100ms, DeviceState::away}, {5, 14s, DeviceState::live},
      {5, 16s, DeviceState::stale},      {5, 31s, DeviceState::away},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(judge(with_pictures(c.period_s), start + c.silence).state, c.expected)
        << c.period_s << " s, silent for " << std::chrono::duration<double>(c.silence).count();
  }
}

TEST(DeviceState, SaysHowLongAgo) {
  EXPECT_EQ(judge(with_pictures(0.1), start + 7s).detail, "stale: last picture 7 s ago");
  EXPECT_THAT(judge(with_pictures(0.1), start + 300s).detail, HasSubstr("last picture 5 min ago"));
}

TEST(DeviceState, ConnectsBeforeTheFirstPicture) {
  Signs signs;
  signs.first_seen = start;
  EXPECT_EQ(judge(signs, start + 1s).detail, "connecting: waiting for the first picture");
  EXPECT_EQ(judge(signs, start + 11s).state, DeviceState::away);
  set_status(signs, start + 1s, "connecting", "opening rtsp://host/yard");
  EXPECT_EQ(judge(signs, start + 2s).state, DeviceState::connecting);
  EXPECT_EQ(judge(signs, start + 2s).detail, "connecting: opening rtsp://host/yard");
}

TEST(DeviceState, BelievesACameraThatHasFailed) {
  Signs signs = with_pictures(0.1);
  set_status(signs, start + 500ms, "failed", "trying rtsp://host/yard again in 4 s: refused");
  const Verdict verdict = judge(signs, start + 1s);
  EXPECT_EQ(verdict.state, DeviceState::away);
  EXPECT_THAT(verdict.detail, HasSubstr("away since "));
  EXPECT_THAT(verdict.detail, HasSubstr("trying rtsp://host/yard again in 4 s: refused"));

  signs.last_frame = start + 900ms;
  EXPECT_EQ(judge(signs, start + 1s).state, DeviceState::live) << "a newer picture says more";
}

TEST(DeviceState, ASilentCameraHasNoWords) {
  Signs signs = with_pictures(0.1);
  set_status(signs, start, "live", "15 fps");
  const Verdict verdict = judge(signs, start + 30s);
  EXPECT_EQ(verdict.state, DeviceState::away);
  EXPECT_THAT(verdict.detail, HasSubstr("last picture 30 s ago, and the camera says nothing"));
}

TEST(DeviceState, AStoppedCameraIsAwayAtOnce) {
  Signs signs = with_pictures(0.1);
  set_status(signs, start, "stopped", "");
  EXPECT_THAT(judge(signs, start + 100ms).detail, HasSubstr("the camera was stopped"));
}

}  // namespace
}  // namespace fovea::site
