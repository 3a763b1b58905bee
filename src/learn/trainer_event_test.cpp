#include "learn/trainer_event.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fovea::learn {
namespace {

using Kind = TrainerEvent::Kind;

TEST(TrainerEvent, EveryKindComesBack) {
  TrainerEvent event;
  event.step = 12;
  event.share = 0.5;
  event.seconds = 3.25;
  event.loss = 0.75;
  event.learning_rate = 1e-3;
  event.miou = 0.6;
  event.iou = {0.5, std::nullopt};
  event.best = true;
  event.miou_half = 0.59;
  event.process = 4711;
  event.parameters = 500000;
  event.pictures = 7;
  event.validation_pictures = 2;
  event.words = "a \"word\"\nand \xff another";
  event.code = core::Code::busy;
  for (const Kind kind : {Kind::reading, Kind::started, Kind::progress, Kind::validated, Kind::note,
                          Kind::failed, Kind::done}) {
    event.kind = kind;
    const std::string line = to_json(event);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const auto again = parse_trainer_event(line);
    ASSERT_TRUE(again) << line;
    EXPECT_EQ(again->kind, kind);
    EXPECT_EQ(again->step, 12);
    EXPECT_EQ(again->share, 0.5);
    EXPECT_EQ(again->seconds, 3.25);
    if (kind == Kind::reading) {
      EXPECT_EQ(again->pictures, 7);
    }
    if (kind == Kind::started) {
      EXPECT_EQ(again->process, 4711);
      EXPECT_EQ(again->parameters, 500000);
      EXPECT_EQ(again->pictures, 7);
      EXPECT_EQ(again->validation_pictures, 2);
      EXPECT_EQ(again->miou, 0.6);
    }
    if (kind == Kind::progress) {
      EXPECT_EQ(again->loss, 0.75);
      EXPECT_EQ(again->learning_rate, 1e-3);
    }
    if (kind == Kind::validated || kind == Kind::done) {
      EXPECT_EQ(again->miou, 0.6);
      EXPECT_EQ(again->miou_half, 0.59);
      EXPECT_EQ(again->iou, event.iou);
      EXPECT_TRUE(again->best);
    }
    if (kind == Kind::note || kind == Kind::failed) {
      EXPECT_EQ(again->words, "a \"word\"\nand \xef\xbf\xbd another");
    }
    if (kind == Kind::failed) {
      EXPECT_EQ(again->code, core::Code::busy);
    }
  }
}

TEST(TrainerEventReader, EventsComeInAnyPieces) {
  std::string text;
  TrainerEvent event;
  for (event.step = 1; event.step <= 3; ++event.step) text += to_json(event) + "\n";
  text += "Torch warns\n" + to_json(event);  // the last one has no end
  for (const size_t piece : {size_t(1), size_t(7), text.size()}) {
    std::vector<int64_t> steps;
    std::vector<std::string> others;
    TrainerEventReader reader([&](const auto& told) { steps.push_back(told.step); },
                              [&](std::string_view line) { others.emplace_back(line); });
    for (size_t at = 0; at < text.size(); at += piece)
      reader.read(std::string_view(text).substr(at, piece));
    EXPECT_EQ(steps, (std::vector<int64_t>{1, 2, 3})) << piece;
    EXPECT_EQ(others, std::vector<std::string>{"Torch warns"}) << piece;
    reader.read("\n");
    EXPECT_EQ(steps.size(), 4u);
  }
}

TEST(TrainerEventReader, ALineWithoutEndIsNotKept) {
  int events = 0;
  TrainerEventReader reader([&](const auto&) { ++events; }, [](std::string_view) {});
  const std::string filler(1 << 16, ' ');
  for (int i = 0; i < 20; ++i) reader.read(filler);
  reader.read("\n" + to_json(TrainerEvent()) + "\n");
  EXPECT_EQ(events, 1);
}

TEST(TrainerEvent, OtherLinesAreNone) {
  for (const char* line :
       {"", "{", "[]", "{}", R"({"event":"dance","step":1,"share":0,"seconds":0})",
        R"({"event":"note","step":"a","share":0,"seconds":0})",
        R"({"event":"note","step":1e80,"share":0,"seconds":0})",
        R"({"event":"validated","step":1,"share":0,"seconds":0,"iou":["x"]})",
        R"({"event":"validated","step":1,"share":0,"seconds":0,"iou":0.5})"}) {
    EXPECT_FALSE(parse_trainer_event(line)) << line;
  }
}

}  // namespace
}  // namespace fovea::learn
