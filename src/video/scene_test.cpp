#include "video/scene.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>
#include <thread>

#include "video/scene_classes.h"
#include "video/scene_layout.h"

namespace fovea::video {
namespace {

using ::testing::HasSubstr;

constexpr core::Size small{160, 90};

Scene open_scene(const std::string& spec, core::Size size = small) {
  auto options = parse_scene_options(spec);
  EXPECT_TRUE(options) << (options ? "" : options.error().message);
  auto scene = Scene::open(*options, size);
  EXPECT_TRUE(scene);
  return std::move(*scene);
}

bool same(const SceneFrame& a, const SceneFrame& b) {
  const auto boxes_equal = [](const core::Detection& x, const core::Detection& y) {
    return x.class_index == y.class_index && x.area == y.area;
  };
  return std::ranges::equal(a.picture.pixels.span(), b.picture.pixels.span()) &&
         std::ranges::equal(a.truth.class_map.pixels.span(), b.truth.class_map.pixels.span()) &&
         std::ranges::equal(a.truth.boxes, b.truth.boxes, boxes_equal);
}

// Mean difference of two pictures' bytes.
double difference(const core::Image& a, const core::Image& b) {
  double sum = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) {
    sum += std::abs(a.pixels.data()[i] - b.pixels.data()[i]);
  }
  return sum / static_cast<double>(a.pixels.size());
}

double brightness(const core::Image& a) {
  double sum = 0;
  for (const uint8_t byte : a.pixels.span()) sum += byte;
  return sum / static_cast<double>(a.pixels.size());
}

void expect_valid(const SceneFrame& frame, core::Size size) {
  const auto pixels = static_cast<size_t>(size.width) * static_cast<size_t>(size.height);
  EXPECT_EQ(frame.picture.size, size);
  EXPECT_EQ(frame.picture.format, core::PixelFormat::rgb24);
  ASSERT_EQ(frame.picture.pixels.size(), pixels * 3);
  EXPECT_EQ(frame.truth.class_map.size, size);
  EXPECT_EQ(frame.truth.class_map.format, core::PixelFormat::gray8);
  ASSERT_EQ(frame.truth.class_map.pixels.size(), pixels);
  EXPECT_LT(std::ranges::max(frame.truth.class_map.pixels.span()), scene_class_count);
  for (const auto& box : frame.truth.boxes) {
    EXPECT_GE(box.area.x, 0);
    EXPECT_GE(box.area.y, 0);
    EXPECT_GT(box.area.width, 0);
    EXPECT_GT(box.area.height, 0);
    EXPECT_LE(box.area.x + box.area.width, size.width);
    EXPECT_LE(box.area.y + box.area.height, size.height);
  }
}

TEST(Scene, ClassesHaveOneNameAndColourEach) {
  const auto& classes = scene_classes();
  ASSERT_EQ(classes.size(), static_cast<size_t>(scene_class_count));
  std::set<std::string> names;
  std::set<std::array<int, 3>> colours;
  for (const auto& c : classes) {
    names.insert(c.name);
    colours.insert({c.colour.red, c.colour.green, c.colour.blue});
  }
  EXPECT_EQ(names.size(), classes.size());
  EXPECT_EQ(colours.size(), classes.size());
  EXPECT_EQ(classes[static_cast<size_t>(SceneClass::person)].name, "person");
  EXPECT_EQ(classes[static_cast<size_t>(SceneClass::storage)].name, "storage");
}

TEST(Scene, AFrameDependsOnSeedAndTimeOnly) {
  Scene first = open_scene("3");
  const SceneFrame wanted = first.render(12.25);
  Scene second = open_scene("3");
  for (const double before : {900.0, 0.0, 12.2}) second.render(before);
  EXPECT_TRUE(same(second.render(12.25), wanted));
  const auto once = render(*parse_scene_options("3"), 12.25, small);
  ASSERT_TRUE(once);
  EXPECT_TRUE(same(*once, wanted));
  EXPECT_FALSE(same(first.render(12.3), wanted));
  EXPECT_FALSE(same(open_scene("4").render(12.25), wanted));
}

TEST(Scene, ThreadsDrawTheSameFrames) {
  const SceneFrame wanted = open_scene("5").render(7.5);
  std::array<bool, 3> equal{};
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < equal.size(); ++i) {
      threads.emplace_back([&, i] {
        Scene scene = open_scene("5");
        scene.render(static_cast<double>(i) * 31);
        equal[i] = same(scene.render(7.5), wanted);
      });
    }
  }
  for (const bool each : equal) EXPECT_TRUE(each);
}

TEST(Scene, EveryResolutionWorks) {
  for (const core::Size size :
       {core::Size{1, 1}, {17, 9}, {9, 17}, {641, 3}, {2, 301}, {640, 360}, {1920, 1080}}) {
    SCOPED_TRACE(std::to_string(size.width) + "x" + std::to_string(size.height));
    Scene scene = open_scene("8", size);
    expect_valid(scene.render(0), size);
    expect_valid(scene.render(3.7), size);
  }
}

TEST(Scene, ImpossibleSizesAndViewsAreRefused) {
  for (const core::Size size :
       {core::Size{0, 10}, {10, 0}, {-4, 10}, {100000, 10}, {16384, 16384}}) {
    auto scene = Scene::open({}, size);
    ASSERT_FALSE(scene);
    EXPECT_EQ(scene.error().code, core::Code::bad_input);
  }
  SceneOptions options;
  options.view = scene_view_max + 1;
  EXPECT_FALSE(Scene::open(options, small));
}

TEST(Scene, FarTimesAreAsGoodAsNearOnes) {
  Scene scene = open_scene("6");
  for (const double time : {-5.0, -1e6, 1.8e9, 9.9e9}) {
    expect_valid(scene.render(time), small);
    // Things still move from one frame to the next.
    EXPECT_FALSE(same(scene.render(time), scene.render(time + 0.1)));
  }
}

// Every edge of a box touches its class, and nothing of its class lies outside all boxes.
TEST(Scene, BoxesAreTightRoundTheClassMap) {
  const core::Size size{480, 270};
  const std::set<int> counted = {5, 6, 7, 8, 9, 10};
  for (const char* spec : {"1", "2", "11?view=2", "12?shift=night,parts"}) {
    SCOPED_TRACE(spec);
    const SceneFrame frame = open_scene(spec, size).render(4.2);
    const uint8_t* map = frame.truth.class_map.pixels.data();
    const auto at = [&](int x, int y) { return int{map[y * size.width + x]}; };
    std::vector<bool> covered(frame.truth.class_map.pixels.size());
    EXPECT_GT(frame.truth.boxes.size(), 5U);
    for (const auto& box : frame.truth.boxes) {
      EXPECT_TRUE(counted.contains(box.class_index));
      const int x0 = static_cast<int>(box.area.x), y0 = static_cast<int>(box.area.y);
      const int x1 = x0 + static_cast<int>(box.area.width) - 1;
      const int y1 = y0 + static_cast<int>(box.area.height) - 1;
      bool left = false, right = false, top = false, bottom = false;
      for (int y = y0; y <= y1; ++y) {
        left |= at(x0, y) == box.class_index;
        right |= at(x1, y) == box.class_index;
        for (int x = x0; x <= x1; ++x) {
          if (at(x, y) == box.class_index) covered[static_cast<size_t>(y * size.width + x)] = true;
        }
      }
      for (int x = x0; x <= x1; ++x) {
        top |= at(x, y0) == box.class_index;
        bottom |= at(x, y1) == box.class_index;
      }
      EXPECT_TRUE(left && right && top && bottom) << box.class_index;
    }
    int outside = 0;
    for (size_t i = 0; i < covered.size(); ++i) outside += counted.contains(map[i]) && !covered[i];
    EXPECT_LE(outside, 40) << "only specks below scene_box_pixels_min have no box";
  }
}

TEST(Scene, EveryClassOccursWithinAMinute) {
  for (const char* spec : {"1", "2", "3", "4"}) {
    Scene scene = open_scene(spec);
    std::array<int, scene_class_count> seen{};
    for (double time = 0; time < 60; time += 3) {
      const SceneFrame frame = scene.render(time);
      for (const uint8_t c : frame.truth.class_map.pixels.span()) ++seen[c];
    }
    for (size_t c = 0; c < seen.size(); ++c) {
      EXPECT_GT(seen[c], 20) << spec << ": " << scene_classes()[c].name;
    }
  }
}

// The demo's alert is about somebody who enters, so the zone must also be left in between.
TEST(Scene, SomebodyEntersTheDangerZoneEvery20Seconds) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SceneOptions options;
    options.seed = seed;
    const auto layout = scene::make_layout(options);
    double last_entry = 0;
    bool inside = scene::people_in_danger(layout, 0) > 0;
    for (double time = 0; time < 120; time += 0.1) {
      const bool now = scene::people_in_danger(layout, time) > 0;
      if (now && !inside) last_entry = time;
      inside = now;
      ASSERT_LE(time - last_entry, 20.0) << "seed " << seed;
    }
  }
}

TEST(Scene, WhoIsInTheDangerZoneIsSeenThere) {
  const core::Size size{320, 180};
  Scene scene = open_scene("1", size);
  const auto zone = scene.danger_zone();
  ASSERT_EQ(zone.size(), 4U);
  const auto inside = [&](double x, double y) {  // the zone is convex
    int turns = 0;
    for (size_t i = 0; i < 4; ++i) {
      const auto& a = zone[i];
      const auto& b = zone[(i + 1) % 4];
      turns += (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x) > 0 ? 1 : -1;
    }
    return std::abs(turns) == 4;
  };
  int frames = 0, seen = 0;
  for (double time = 0; time < 30; time += 0.25) {
    if (scene.people_in_danger(time) == 0) continue;
    ++frames;
    const SceneFrame frame = scene.render(time);
    seen += std::ranges::any_of(frame.truth.boxes, [&](const core::Detection& box) {
      return box.class_index == static_cast<int>(SceneClass::person) &&
             inside((box.area.x + box.area.width / 2) / size.width,
                    (box.area.y + box.area.height) / size.height);
    });
  }
  EXPECT_GT(frames, 5);
  EXPECT_GT(seen, frames * 3 / 4);
}

TEST(Scene, ShiftsChangeThePictureNotTheTruth) {
  const SceneFrame plain = open_scene("9").render(2);
  const SceneFrame night = open_scene("9?shift=night").render(2);
  const SceneFrame fog = open_scene("9?shift=fog").render(2);
  EXPECT_LT(brightness(night.picture), 0.6 * brightness(plain.picture));
  EXPECT_GT(difference(fog.picture, plain.picture), 10);
  for (const auto* shifted : {&night, &fog}) {
    EXPECT_TRUE(std::ranges::equal(shifted->truth.class_map.pixels.span(),
                                   plain.truth.class_map.pixels.span()));
  }
  const SceneFrame parts = open_scene("9?shift=parts").render(2);
  EXPECT_GT(difference(parts.picture, plain.picture), 0.1);
  EXPECT_FALSE(
      std::ranges::equal(parts.truth.class_map.pixels.span(), plain.truth.class_map.pixels.span()));
  for (const char* view : {"9?view=1", "9?view=2", "9?view=3", "9?view=4"}) {
    const SceneFrame other = open_scene(view).render(2);
    expect_valid(other, small);
    EXPECT_GT(difference(other.picture, plain.picture), 8) << view;
  }
}

TEST(Scene, NoiseIsOnThePictureOnlyAndShakeMovesBoth) {
  const core::Size size{640, 360};
  Scene noisy = open_scene("9?shake=off", size), clean = open_scene("9?shake=off&noise=off", size);
  const SceneFrame a = noisy.render(2), b = clean.render(2);
  EXPECT_GT(difference(a.picture, b.picture), 0.5);
  EXPECT_LT(difference(a.picture, b.picture), 5);
  EXPECT_TRUE(std::ranges::equal(a.truth.class_map.pixels.span(), b.truth.class_map.pixels.span()));
  Scene shaking = open_scene("9?noise=off", size);
  bool moved = false;
  for (double time = 2; time < 4; time += 0.2) {
    const SceneFrame still = clean.render(time), shaken = shaking.render(time);
    moved |= !std::ranges::equal(still.truth.class_map.pixels.span(),
                                 shaken.truth.class_map.pixels.span()) &&
             difference(still.picture, shaken.picture) > 0.2;
  }
  EXPECT_TRUE(moved);
}

TEST(Scene, OptionsAreRead) {
  EXPECT_EQ(*parse_scene_options("7"), SceneOptions{.seed = 7});
  const SceneOptions all{.seed = 4294967295U,
                         .night = true,
                         .fog = true,
                         .other_parts = true,
                         .view = 2,
                         .shake = false,
                         .noise = false};
  EXPECT_EQ(*parse_scene_options("4294967295?shift=night,fog,parts&view=2&shake=off&noise=off"),
            all);
  EXPECT_EQ(*parse_scene_options("7?shake=on&noise=on&view=0"), SceneOptions{.seed = 7});
  for (const char* bad : {"", "x", "7x", "-1", "4294967296", " 7", "7?shift=rain", "7?view=9",
                          "7?view=-1", "7?view=", "7?nois=off", "7?shake=maybe"}) {
    auto options = parse_scene_options(bad);
    ASSERT_FALSE(options) << bad;
    EXPECT_EQ(options.error().code, core::Code::bad_input);
    EXPECT_THAT(options.error().message, HasSubstr("shift=night,fog,parts"));
  }
}

// Most of a minute nothing moves; once somebody walks through, from edge to edge.
TEST(SceneActivity, TheHallRestsButForOneVisitor) {
  auto scene = open_scene("3?activity=0.1&shake=off&noise=off");
  SceneFrame before = scene.render(0);
  int still = 0, seen = 0, entries = 0;
  bool there = false;
  for (int second = 1; second <= 120; ++second) {
    SceneFrame frame = scene.render(second);
    if (same(frame, before)) ++still;
    const auto pixels = frame.truth.class_map.pixels.span();
    const bool person = std::ranges::count(pixels, uint8_t(SceneClass::person)) > 0;
    if (person) ++seen;
    if (person && !there) ++entries;
    there = person;
    before = std::move(frame);
  }
  EXPECT_GE(still, 100);
  EXPECT_GE(seen, 6);
  EXPECT_LE(seen, 14);
  EXPECT_EQ(entries, 2);
  EXPECT_TRUE(
      same(scene.render(42.5), open_scene("3?activity=0.1&shake=off&noise=off").render(42.5)));
  EXPECT_FALSE(parse_scene_options("1?activity=0"));
  EXPECT_FALSE(parse_scene_options("1?activity=1.5"));
}

}  // namespace
}  // namespace fovea::video
