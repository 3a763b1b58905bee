#include "core/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea::core {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Metrics, SameNameAndLabelsAreOneCounter) {
  auto metrics = make_metrics();
  metrics->counter("fovea_frames_total", "Frames", {{"device", "a"}}).add();
  metrics->counter("fovea_frames_total", "Frames", {{"device", "a"}}).add(2);
  metrics->counter("fovea_frames_total", "Frames", {{"device", "b"}}).add();
  EXPECT_THAT(metrics->text(), HasSubstr("fovea_frames_total{device=\"a\"} 3"));
  EXPECT_THAT(metrics->text(), HasSubstr("fovea_frames_total{device=\"b\"} 1"));
}

TEST(Metrics, AGaugeCanGoAndComeBackAsNew) {
  auto metrics = make_metrics();
  metrics->gauge("fovea_live", "Live", {{"device", "a"}}).set(1);
  metrics->gauge("fovea_live", "Live", {{"device", "b"}}).set(1);
  metrics->remove_gauge("fovea_live", {{"device", "a"}});
  metrics->remove_gauge("fovea_live", {{"device", "c"}});
  EXPECT_THAT(metrics->text(), Not(HasSubstr("device=\"a\"")));
  EXPECT_THAT(metrics->text(), HasSubstr("fovea_live{device=\"b\"} 1"));
  EXPECT_EQ(metrics->gauge("fovea_live", "Live", {{"device", "a"}}).value(), 0);
  EXPECT_THAT(metrics->text(), HasSubstr("fovea_live{device=\"a\"} 0"));
}

TEST(Metrics, SamplesCarryHistogramsAsCountAndSum) {
  auto metrics = make_metrics();
  auto& histogram = metrics->histogram("fovea_infer_seconds", "Inference", {}, {0.1, 1});
  histogram.observe(0.5);
  histogram.observe(0.25);
  const auto samples = metrics->samples();
  ASSERT_EQ(samples.size(), 2u);
  EXPECT_EQ(samples[0].name, "fovea_infer_seconds_count");
  EXPECT_EQ(samples[0].value, 2);
  EXPECT_EQ(samples[1].value, 0.75);
}

}  // namespace
}  // namespace fovea::core
