#include "bench/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/statistics.h"
#include "bench/threads.h"
#include "core/json.h"
#include "testing/json.h"

namespace fovea::bench {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Report make_report() {
  return {"pipeline",
          "a <machine>",
          {{"ratio", 0.95, "", 0.9, Metric::Want::at_least, 0.01, ""},
           {"age", 120, "ms", 100.0, Metric::Want::at_most, 5, "with a note"},
           {"fps", 24, "frames/s", {}, Metric::Want::at_least, 1, ""}},
          {{"Ages", "s", "ms", {{"one", {{0, 1}, {1, 3}}}, {"none", {}}}, true}}};
}

TEST(StatisticsTest, FindsPercentilesAndMedians) {
  EXPECT_EQ(percentile({5, 1, 4, 2, 3}, 0.5), 3);
  EXPECT_EQ(percentile({5, 1, 4, 2, 3}, 0.99), 5);
  EXPECT_EQ(percentile({5, 1, 4, 2, 3}, 0), 1);
  EXPECT_EQ(percentile({}, 0.5), 0);
  EXPECT_EQ(median({4, 1, 3, 2}), 2.5);
  EXPECT_EQ(spread({4, 1, 3}), 3);
}

TEST(ReportTest, TellsWhichGoalsAreMet) {
  Report report = make_report();
  EXPECT_FALSE(report.all_met());
  const auto json = testing::json(to_json(report));
  EXPECT_EQ(json["benchmark"], "pipeline");
  ASSERT_EQ(json["metrics"].size(), 3u);
  EXPECT_EQ(json["metrics"][0]["met"], true);
  EXPECT_EQ(json["metrics"][1]["met"], false);
  EXPECT_EQ(json["metrics"][1]["goal"], 100.0);
  EXPECT_TRUE(json["metrics"][2]["met"].is_null());
  EXPECT_TRUE(json["metrics"][2]["goal"].is_null());
  report.metrics[1].value = 99;
  EXPECT_TRUE(report.all_met());
  EXPECT_THAT(to_text(report), HasSubstr("goal <= 100: met"));
}

TEST(ReportTest, IsReadAsItWasWritten) {
  const std::string json = to_json(make_report());
  const auto read = parse_report(json);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_json(*read), json);
  EXPECT_EQ(to_html(*read), to_html(make_report()));
  EXPECT_FALSE(parse_report(json.substr(0, json.size() / 2)));
  EXPECT_FALSE(parse_report(R"({"benchmark": "x"})"));
}

TEST(ReportTest, WritesAPageThatNeedsNothingElse) {
  const std::string html = to_html(make_report());
  EXPECT_THAT(html, HasSubstr("<svg"));
  EXPECT_THAT(html, HasSubstr("polyline"));
  EXPECT_THAT(html, HasSubstr("a &lt;machine&gt;"));
  EXPECT_THAT(html,
              Not(::testing::AnyOf(HasSubstr("src="), HasSubstr("href="), HasSubstr("url("))));
  EXPECT_THAT(html, Not(HasSubstr("nan")));
}

// Whatever a series is called, it is read in whole: nothing is written beyond the right edge.
TEST(ReportTest, PutsTheNamesOfSeriesBesideEachOther) {
  Plot plot{"Ages", "s", "ms", {}, false};
  for (int i = 0; i < 2; ++i) {
    plot.series.push_back({"capture to result minus inference, and more", {{0, 1}, {1, 3}}});
  }
  const std::string svg = to_svg(plot);
  EXPECT_THAT(svg, HasSubstr("xmlns="));
  EXPECT_THAT(svg, HasSubstr("<text x='80' y='20'>capture"));
  EXPECT_THAT(svg, HasSubstr("<text x='398' y='20'>capture"));
  plot.series.push_back(plot.series.front());
  EXPECT_THAT(to_svg(plot), HasSubstr("<text x='80' y='36'>capture"));
}

TEST(ThreadTimesTest, AssignsWorkToParts) {
  ThreadTimes before{{{1, {"fovea", 1}}, {2, {"session 1", 2}}}, 3};
  ThreadTimes after{{{1, {"fovea", 1.5}},
                     {2, {"session 1", 4}},
                     {3, {"cam yard", 0.25}},
                     {4, {"session 1", 8}},
                     {5, {"nats send", 1}}},
                    14.75};
  const auto parts = cpu_by_part(before, after, {4});
  EXPECT_EQ(parts,
            (std::map<std::string, double>{
                {"rest", 0.5}, {"session", 2}, {"cameras", 0.25}, {"engine", 8}, {"bus", 1}}));
}

TEST(ThreadTimesTest, SeesItsOwnProcess) {
  const auto before = read_thread_times();
  volatile double sink = 0;
  while (read_thread_times().process_cpu_s - before.process_cpu_s < 0.05) sink = sink + 1;
  EXPECT_GT(resident_mib(), 1);
  EXPECT_FALSE(before.threads.empty());
}

}  // namespace
}  // namespace fovea::bench
