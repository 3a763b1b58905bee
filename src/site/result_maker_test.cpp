#include "site/result_maker.h"

#include <gtest/gtest.h>

#include <array>

#include "testing/fake_model.h"

namespace fovea::site {
namespace {

core::Image grey(core::Bytes pixels) {
  const int count = static_cast<int>(pixels.size());
  return {core::PixelFormat::gray8, {count, 1}, std::move(pixels)};
}

TEST(ResultMaker, SharesAndConfidencePerClass) {
  infer::Segmentation segmentation;
  segmentation.class_map = grey({0, 0, 2, 2, 2, 7, 255, 255});
  segmentation.confidence = grey({255, 0, 51, 51, 51, 255, 255, 255});
  const auto shares = class_shares(segmentation, {{"floor", {}, -1}, {"a", {}, -1}, {"b", {}, -1}});
  ASSERT_EQ(shares.size(), 3u) << "absent classes and no_class are not listed";
  EXPECT_EQ(shares[0].name, "floor");
  EXPECT_DOUBLE_EQ(shares[0].share, 0.25);
  EXPECT_DOUBLE_EQ(*shares[0].confidence, 0.5);
  EXPECT_EQ(shares[1].index, 2);
  EXPECT_EQ(shares[1].name, "b");
  EXPECT_DOUBLE_EQ(shares[1].share, 0.375);
  EXPECT_DOUBLE_EQ(*shares[1].confidence, 0.2);
  EXPECT_EQ(shares[2].name, "class 7") << "a model's index beyond its own list has a name too";
}

// Runs of every length at every place: what is summed run by run is what counting gives.
TEST(ResultMaker, RunsOfAnyLengthAreCountedWhole) {
  core::Bytes classes, confidence;
  std::array<double, 3> pixels{}, sums{};
  for (size_t run = 1; run < 40; ++run) {
    for (size_t i = 0; i < run; ++i) {
      const auto index = uint8_t(run % 3);
      classes.push_back(index);
      confidence.push_back(uint8_t(7 * run + 13 * i));
      pixels[index] += 1;
      sums[index] += confidence.back();
    }
  }
  const auto total = double(classes.size());
  infer::Segmentation segmentation;
  segmentation.class_map = grey(classes);
  segmentation.confidence = grey(confidence);
  const auto shares = class_shares(segmentation, {});
  ASSERT_EQ(shares.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_DOUBLE_EQ(shares[i].share, pixels[i] / total);
    EXPECT_DOUBLE_EQ(*shares[i].confidence, sums[i] / (255 * pixels[i]));
  }
}

TEST(ResultMaker, WithoutLogitsThereIsNoConfidence) {
  infer::Segmentation segmentation;
  segmentation.class_map = grey({1, 1});
  EXPECT_EQ(class_shares(segmentation, {}).at(0).confidence, std::nullopt);
}

TEST(ResultMaker, CarriesTheFramesIdentityAndTimings) {
  auto frame = std::make_shared<core::EncodedFrame>(core::Timestamp(std::chrono::seconds(5)), 42);
  frame->size = {640, 360};
  Inferred inferred;
  inferred.work = {"yard", frame, {}, {}, {}, 1, 0.5, 2};
  inferred.served = std::make_shared<ServedModel>(
      ServedModel{"fake", std::make_shared<testing::FakeModel>(testing::FakeModelPlan{}), nullptr});
  inferred.prediction.detections = {{1, 0.75, {1, 2, 3, 4}}};
  inferred.prediction.infer_ms = 5;
  inferred.wait_ms = 3;
  inferred.decode_ms = 4;
  const auto result = make_result("plant", inferred);
  EXPECT_EQ(result.stream, (core::StreamId{"plant", "yard"}));
  EXPECT_EQ(result.frame_sequence, 42u);
  EXPECT_EQ(result.captured, frame->captured);
  EXPECT_EQ(result.model_name, "fake");
  EXPECT_EQ(result.frame, frame->size);
  ASSERT_EQ(result.boxes.size(), 1u);
  EXPECT_EQ(result.boxes[0].label, "thing");
  EXPECT_EQ(result.boxes[0].area, (core::Area{1, 2, 3, 4}));
  EXPECT_EQ(result.timings.capture, 1);
  EXPECT_EQ(result.timings.encode, 0.5);
  EXPECT_EQ(result.timings.bus, 2);
  EXPECT_EQ(result.timings.wait, 3);
  EXPECT_EQ(result.timings.decode, 4);
  EXPECT_EQ(result.timings.infer, 5);
}

}  // namespace
}  // namespace fovea::site
