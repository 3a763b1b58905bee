#include "video/synthetic_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <thread>

#include "codec/jpeg.h"
#include "video/picture_clock.h"
#include "video/scene.h"
#include "video/test_sources.h"

namespace fovea::video {
namespace {

using namespace std::chrono_literals;

using SyntheticSourceTest = SourceTest;

TEST_F(SyntheticSourceTest, APictureIsTheSceneAtItsCaptureTime) {
  auto source = open("synthetic:7?view=1", {.size = {160, 90}});
  ASSERT_TRUE(source);
  auto picture = source->next({});
  ASSERT_TRUE(picture);
  const double time_s = std::chrono::duration<double>(picture->captured.time_since_epoch()).count();
  const auto wanted = render(*parse_scene_options("7?view=1"), time_s, {160, 90});
  ASSERT_TRUE(wanted);
  const auto& image = std::get<core::Image>(picture->content);
  EXPECT_TRUE(std::ranges::equal(image.pixels.span(), wanted->picture.pixels.span()));
  ASSERT_TRUE(picture->truth);
  EXPECT_TRUE(std::ranges::equal(picture->truth->class_map.pixels.span(),
                                 wanted->truth.class_map.pixels.span()));
  EXPECT_EQ(picture->truth->boxes.size(), wanted->truth.boxes.size());
}

// As web/tests/measure.ts does it.
std::optional<int64_t> read_clock(const core::Image& image) {
  const double cell = double(image.size.width) / picture_clock_cells;
  const int y = int(cell);
  const auto bright = [&](int index) {
    const int x = int((index + 0.5) * cell);
    return image.pixels.span()[(size_t(y) * size_t(image.size.width) + size_t(x)) * 3] > 127;
  };
  if (!bright(0) || bright(1)) return std::nullopt;
  uint64_t word = 0;
  for (int i = 2; i < picture_clock_cells; ++i) word = word << 1 | uint64_t(bright(i));
  uint64_t check = 0;
  for (uint64_t left = word; left; left >>= 4) check ^= left & 15;
  if (check != 0) return std::nullopt;
  return int64_t(word >> 4);
}

TEST_F(SyntheticSourceTest, TheClockSurvivesCompression) {
  auto source = open("synthetic:1?clock=on");
  ASSERT_TRUE(source);
  auto picture = source->next({});
  ASSERT_TRUE(picture);
  const auto jpeg = codec::JpegEncoder().encode(std::get<core::Image>(picture->content), 50);
  ASSERT_TRUE(jpeg);
  const auto again = codec::JpegDecoder().decode(jpeg->span());
  ASSERT_TRUE(again);
  const auto captured_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(picture->captured.time_since_epoch())
          .count();
  EXPECT_EQ(read_clock(*again), captured_ms % (int64_t{1} << 42));

  auto plain = open("synthetic:1")->next({});
  ASSERT_TRUE(plain);
  EXPECT_EQ(read_clock(std::get<core::Image>(plain->content)), std::nullopt);
}

TEST_F(SyntheticSourceTest, DefaultsAre640x360At15) {
  auto source = open("synthetic:1");
  ASSERT_TRUE(source);
  EXPECT_EQ(source->description(), "synthetic hall 1 (640x360, 15 fps)");
  auto picture = source->next({});
  ASSERT_TRUE(picture);
  EXPECT_EQ(std::get<core::Image>(picture->content).size, scene_default_size);
}

TEST_F(SyntheticSourceTest, KeepsItsRate) {
  auto source = open("synthetic:1", {.size = {32, 18}, .fps = 20});
  ASSERT_TRUE(source);
  ASSERT_TRUE(source->next({}));
  const auto begin = clock_.steady();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(source->next({}));
  EXPECT_GE(clock_.steady() - begin, 440ms);
}

TEST_F(SyntheticSourceTest, ALateReaderGetsTheNewestAndNoBacklog) {
  auto source = open("synthetic:1", {.size = {32, 18}, .fps = 10});
  ASSERT_TRUE(source);
  ASSERT_TRUE(source->next({}));
  std::this_thread::sleep_for(1s);  // the reader is late, that is the test
  const auto asked = clock_.now();
  auto picture = source->next({});
  ASSERT_TRUE(picture);
  EXPECT_GE(picture->captured, asked);
  // Were there a backlog, these would come at once.
  const auto begin = clock_.steady();
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(source->next({}));
  EXPECT_GE(clock_.steady() - begin, 250ms);
}

TEST_F(SyntheticSourceTest, StopEndsTheWait) {
  auto source = open("synthetic:1", {.size = {32, 18}, .fps = 0.01});
  ASSERT_TRUE(source);
  ASSERT_TRUE(source->next({}));
  core::SteadyTime stopped;
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(50ms);  // next() waits by then
    stopped = clock_.steady();
    stop.request_stop();
  });
  auto picture = source->next(stop.get_token());
  stopper.join();
  ASSERT_FALSE(picture);
  EXPECT_EQ(picture.error().code, core::Code::closed);
  EXPECT_LT(clock_.steady() - stopped, 1s);  // 200 ms, and a busy machine
}

TEST_F(SyntheticSourceTest, WrongOptionsAreRefused) {
  for (const char* spec : {"synthetic:", "synthetic:seven", "synthetic:7?shift=rain"}) {
    auto source = open_source(spec, {}, context_);
    ASSERT_FALSE(source) << spec;
    EXPECT_EQ(source.error().code, core::Code::bad_input);
  }
  EXPECT_FALSE(open_source("synthetic:1", {.size = {1 << 20, 1}}, context_));
  EXPECT_FALSE(open_source("synthetic:1", {.fps = -1}, context_));
  EXPECT_FALSE(open_source("synthetic:1", {.fps = 1e9}, context_));
}

}  // namespace
}  // namespace fovea::video
