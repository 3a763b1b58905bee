#include "learn/training_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/file.h"
#include "testing/temporary_directory.h"

namespace fovea::learn {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Kind = TrainerEvent::Kind;

TrainerEvent event(Kind kind, int64_t step, double miou = -1) {
  TrainerEvent event;
  event.kind = kind;
  event.step = step;
  event.seconds = double(step);
  event.miou = miou;
  event.iou = {miou, std::nullopt};
  event.pictures = 40;
  event.validation_pictures = 5;
  return event;
}

std::string lines(const std::vector<TrainerEvent>& events) {
  std::string text;
  for (const auto& event : events) text += to_json(event) + "\n";
  return text;
}

TEST(TrainingReport, WhatWasToldAfterTheLastStateDidNotHappen) {
  const testing::TemporaryDirectory folder;
  // Killed after step 30, gone on with from step 20; then killed while a line was written.
  folder.write(events_file, lines({event(Kind::started, 0), event(Kind::validated, 20, 0.5),
                                   event(Kind::validated, 30, 0.9), event(Kind::started, 20),
                                   event(Kind::validated, 30, 0.6)}) +
                                "{\"event\":\"valid");
  const auto events = read_events(folder.path().string());
  ASSERT_TRUE(events) << events.error().message;
  std::vector<double> mious;
  for (const auto& told : *events) {
    if (told.kind == Kind::validated) mious.push_back(told.miou);
  }
  EXPECT_EQ(mious, (std::vector<double>{0.5, 0.6}));
}

TEST(TrainingReport, ShowsTheBestItsClassesAndThePreview) {
  const testing::TemporaryDirectory folder;
  folder.write(events_file,
               lines({event(Kind::started, 0), event(Kind::progress, 5),
                      event(Kind::validated, 10, 0.75), event(Kind::validated, 20, 0.625)}));
  folder.write(preview_file, "a JPEG");
  TrainJob job;
  job.output = folder.path().string();
  job.data = "folder:<yard>";
  ASSERT_TRUE(write_report(job, {{"floor", {}, -1}, {"lorry", {}, -1}}));
  const auto file = core::read_file((folder / report_file).string(), size_t(1) << 20);
  ASSERT_TRUE(file) << file.error().message;
  const std::string html(file->text());
  EXPECT_THAT(html, HasSubstr("75.00 %</b>, after 0.2 minutes and 10 steps"));
  EXPECT_THAT(html, HasSubstr("40 to learn from, 5 to check with"));
  EXPECT_THAT(html, HasSubstr("lorry"));
  EXPECT_THAT(html, HasSubstr("folder:&lt;yard&gt;"));
  EXPECT_THAT(html, HasSubstr("data:image/jpeg;base64,YSBKUEVH")) << "the preview is in the page";
  size_t curves = 0;
  for (size_t at = 0; (at = html.find("<svg", at)) != std::string::npos; ++at) ++curves;
  EXPECT_EQ(curves, 3u);
}

TEST(TrainingReport, WithoutEventsOrPreview) {
  const testing::TemporaryDirectory folder;
  TrainJob job;
  job.output = folder.path().string();
  EXPECT_EQ(write_report(job, {}).error().code, core::Code::not_found);
  folder.write(events_file, lines({event(Kind::started, 0)}));
  ASSERT_TRUE(write_report(job, {}));
  const auto file = core::read_file((folder / report_file).string(), size_t(1) << 20);
  EXPECT_THAT(std::string(file->text()), Not(HasSubstr("Pictures</h2>")));
}

}  // namespace
}  // namespace fovea::learn
