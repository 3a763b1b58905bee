#include "site/timeline.h"

#include <gtest/gtest.h>

#include "core/limits.h"
#include "testing/fake_clock.h"

namespace fovea::site {
namespace {

TEST(Timeline, NumbersEventsAndTellsTheListener) {
  testing::FakeClock clock;
  Timeline timeline(clock);
  std::vector<uint64_t> told;
  timeline.listen([&](const TimelineEvent& event) { told.push_back(event.number); });
  timeline.add(EventKind::device, "yard", "live");
  clock.advance(std::chrono::seconds(5));
  timeline.add(EventKind::bus, "", "connected again");
  EXPECT_EQ(told, (std::vector<uint64_t>{1, 2}));
  const auto events = timeline.after(0);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].device, "yard");
  EXPECT_EQ(events[1].time - events[0].time, std::chrono::seconds(5));
  EXPECT_EQ(timeline.after(1).size(), 1u);
  EXPECT_TRUE(timeline.after(2).empty());
  EXPECT_TRUE(timeline.after(UINT64_MAX).empty());
}

TEST(Timeline, ForgetsTheOldest) {
  testing::FakeClock clock;
  Timeline timeline(clock);
  const size_t count = core::limits::timeline_events_max + 10;
  for (size_t i = 0; i < count; ++i) timeline.add(EventKind::site, "", "x");
  const auto events = timeline.after(0);
  EXPECT_EQ(events.size(), core::limits::timeline_events_max);
  EXPECT_EQ(events.front().number, 11u);
  EXPECT_EQ(timeline.newest(), count);
}

TEST(Timeline, KeepsTheNewestPictures) {
  testing::FakeClock clock;
  Timeline timeline(clock);
  timeline.add(EventKind::site, "", "without");
  const size_t count = core::limits::timeline_pictures_max + 5;
  for (size_t i = 0; i < count; ++i) {
    timeline.add(EventKind::alert, "yard", "x", core::Buffer("picture " + std::to_string(i)));
  }
  EXPECT_TRUE(timeline.picture(1).empty());
  EXPECT_TRUE(timeline.picture(6).empty());
  EXPECT_EQ(timeline.picture(7).text(), "picture 5");
  EXPECT_TRUE(timeline.picture(count + 2).empty());
  const auto events = timeline.after(0);
  EXPECT_FALSE(events[5].picture);
  EXPECT_TRUE(events[6].picture);
}

TEST(Timeline, ForgetsADevice) {
  testing::FakeClock clock;
  Timeline timeline(clock);
  timeline.add(EventKind::alert, "yard", "x", core::Buffer("one"));
  timeline.add(EventKind::alert, "gate", "y", core::Buffer("two"));
  timeline.add(EventKind::device, "yard", "z");
  timeline.forget("yard");
  const auto events = timeline.after(0);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].device, "gate");
  EXPECT_TRUE(timeline.picture(1).empty());
  EXPECT_FALSE(timeline.picture(2).empty());
  EXPECT_EQ(timeline.newest(), 3u);
}

TEST(Timeline, TheBytesOfPicturesAreBounded) {
  testing::FakeClock clock;
  Timeline timeline(clock);
  const core::Buffer large(core::Bytes(core::limits::timeline_picture_bytes_max / 2));
  for (int i = 0; i < 3; ++i) timeline.add(EventKind::alert, "yard", "x", large);
  EXPECT_TRUE(timeline.picture(1).empty());
  EXPECT_FALSE(timeline.picture(2).empty());
  EXPECT_FALSE(timeline.picture(3).empty());
}

}  // namespace
}  // namespace fovea::site
