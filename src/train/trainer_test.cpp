#include "train/trainer.h"

#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <filesystem>

#include "core/file.h"
#include "learn/network_file.h"
#include "train/test_data.h"

namespace fovea::train {
namespace {

using core::Code;
using learn::TrainerEvent;
using ::testing::HasSubstr;
using Kind = TrainerEvent::Kind;

class TrainerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    at::set_num_threads(1);
    write_discs(data_, 12);
    job_.data = "folder:" + data_.path().string();
    job_.steps = 40;
    job_.batch = 4;
    job_.crop = {64, 48};
    job_.checks = 4;
    job_.width = 0.5;
  }

  core::Status run(
      const std::string& folder, const Stops& stops = [] { return false; }) {
    job_.output = (output_ / folder).string();
    std::filesystem::create_directories(job_.output);
    return train(
        job_, [&](const auto& event) { events_.push_back(event); }, stops, clock_);
  }
  std::string file(const char* folder, const char* name) const {
    return (output_ / folder / name).string();
  }

  testing::TemporaryDirectory data_;
  testing::TemporaryDirectory output_;
  core::SystemClock clock_;
  learn::TrainJob job_;
  std::vector<TrainerEvent> events_;
};

TEST_F(TrainerTest, LearnsWhatIsEasy) {
  job_.steps = 120;
  const auto done = run("a");
  ASSERT_TRUE(done) << done.error().message;
  ASSERT_EQ(events_.back().kind, Kind::done);
  EXPECT_GT(events_.back().miou, 0.85);
  EXPECT_EQ(events_.front().kind, Kind::started);
  EXPECT_EQ(events_.front().pictures, 11);
  EXPECT_EQ(events_.front().validation_pictures, 1);
  const auto best = learn::read_network(file("a", learn::best_file));
  ASSERT_TRUE(best) << best.error().message;
  EXPECT_EQ(best->config.classes[1].name, "disc");
  EXPECT_TRUE(std::filesystem::exists(file("a", learn::preview_file)));
}

TEST_F(TrainerTest, GoesOnAsIfNothingHadBeen) {
  ASSERT_TRUE(run("whole"));
  const auto whole = learn::read_network(file("whole", learn::last_file));
  ASSERT_TRUE(whole);
  // Ends in the middle, and again with a clean state of everything.
  int asked = 0;
  ASSERT_TRUE(run("parts", [&] { return ++asked > 12 + 17; }));
  ASSERT_EQ(events_.back().kind, Kind::done);
  ASSERT_LT(events_.back().step, 40);
  ASSERT_GT(events_.back().step, 0);
  torch::manual_seed(99);
  job_.resume = true;
  ASSERT_TRUE(run("parts"));
  const auto parts = learn::read_network(file("parts", learn::last_file));
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->tensors.size(), whole->tensors.size());
  for (const auto& [name, tensor] : whole->tensors)
    EXPECT_EQ(parts->tensors.at(name), tensor) << name;
}

TEST_F(TrainerTest, WhoAsksItToEndWaitsForNoMeasurement) {
  ASSERT_TRUE(run("a", [&] { return !events_.empty() && events_.back().share >= 0.5; }));
  ASSERT_EQ(events_.back().kind, Kind::done);
  EXPECT_EQ(events_.back().miou_half, std::nullopt);
  job_.resume = true;
  ASSERT_TRUE(run("a"));
  EXPECT_TRUE(events_.back().miou_half.has_value());
}

TEST_F(TrainerTest, ChecksAgainWhenItIsGivenMoreTime) {
  ASSERT_TRUE(run("a"));
  const double before = events_.back().miou;
  job_.resume = true;
  job_.steps = 80;
  events_.clear();
  ASSERT_TRUE(run("a"));
  EXPECT_EQ(events_.front().miou, before) << "the best so far";
  EXPECT_EQ(std::count_if(events_.begin(), events_.end(),
                          [](const auto& event) { return event.kind == Kind::validated; }),
            2);
}

TEST_F(TrainerTest, ABestThatWasWrittenJustBeforeItWasKilledCounts) {
  ASSERT_TRUE(run("a"));
  const auto best = *learn::read_network(file("a", learn::best_file));
  auto better = best;
  better.metadata = {{"score", R"({"miou": 0.999, "iou": [0.998, null]})"}};
  ASSERT_TRUE(learn::write_network(file("a", learn::best_file), better));
  job_.resume = true;
  ASSERT_TRUE(run("a"));
  EXPECT_EQ(events_.back().miou, 0.999);
  EXPECT_THAT(events_.back().iou, ::testing::ElementsAre(0.998, std::nullopt));
}

TEST_F(TrainerTest, LargePicturesAreSeenSmaller) {
  testing::TemporaryDirectory large;
  large.write("classes.yaml", "classes: [{name: floor}, {name: disc}]");
  const core::Size size{2560, 1440};
  const core::Bytes pixels(size_t(size.width) * size_t(size.height) * 3, 99);
  core::Bytes classes(size_t(size.width) * size_t(size.height), 1);
  std::fill(classes.begin(), classes.begin() + long(classes.size() / 2), 0);
  for (const char* name : {"a", "b"}) {
    const core::Image picture{core::PixelFormat::rgb24, size, pixels};
    const core::Image map{core::PixelFormat::gray8, size, classes};
    large.write(name + std::string(".jpg"),
                std::string(codec::JpegEncoder().encode(picture, 80)->text()));
    large.write(name + std::string(".mask.png"), std::string(codec::encode_png(map)->text()));
  }
  job_.data = "folder:" + large.path().string();
  job_.steps = 1;
  job_.checks = 1;
  const auto done = run("a");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(events_, ::testing::Contains(::testing::Field(
                           &learn::TrainerEvent::words,
                           HasSubstr("2560x1440; the network sees them as 1280x720"))));
  EXPECT_EQ(learn::read_network(file("a", learn::best_file))->config.input,
            (core::Size{1280, 720}));
}

TEST_F(TrainerTest, StartsFromAnotherNetworkWithOtherClasses) {
  job_.steps = 60;
  ASSERT_TRUE(run("first"));
  data_.write("classes.yaml", "classes: [{name: ground}, {name: disc}]");
  job_.start = file("first", learn::best_file);
  job_.steps = 1;
  job_.learning_rate = 1e-6;
  job_.checks = 1;
  ASSERT_TRUE(run("second"));
  const auto first = learn::read_network(file("first", learn::best_file));
  const auto second = learn::read_network(file("second", learn::best_file));
  ASSERT_TRUE(first && second);
  const auto& before = first->tensors.at("classes.weight").values;
  const auto& after = second->tensors.at("classes.weight").values;
  const size_t row = before.size() / 2;
  for (size_t i = row; i < 2 * row; ++i) EXPECT_NEAR(after[i], before[i], 1e-3) << "disc is known";
  double changed = 0;
  for (size_t i = 0; i < row; ++i) changed += std::abs(after[i] - before[i]);
  EXPECT_GT(changed, 0.1) << "ground is new";
}

TEST_F(TrainerTest, ATeacherIsFollowed) {
  ASSERT_TRUE(run("teacher"));
  job_.steps = 5;
  ASSERT_TRUE(run("alone"));
  job_.teacher = file("teacher", learn::best_file);
  ASSERT_TRUE(run("pupil"));
  EXPECT_NE(learn::read_network(file("pupil", learn::last_file))->tensors,
            learn::read_network(file("alone", learn::last_file))->tensors);
  data_.write("classes.yaml", "classes: [{name: ground}, {name: disc}]");
  EXPECT_THAT(run("other").error().message, HasSubstr("has other classes"));
}

TEST_F(TrainerTest, WrongDataIsNamedFileByFileBeforeAnythingIsLearned) {
  data_.write("disc3.mask.png", "no PNG");
  data_.write("disc5.jpg", "no JPEG");
  const auto done = run("a");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::bad_input);
  EXPECT_THAT(done.error().message, HasSubstr("disc3.mask.png"));
  EXPECT_THAT(done.error().message, HasSubstr("disc5.jpg"));
  EXPECT_TRUE(events_.empty());
}

TEST_F(TrainerTest, PicturesToCheckWithMayBeOthers) {
  testing::TemporaryDirectory others;
  write_discs(others, 3);
  job_.validation = "folder:" + others.path().string();
  job_.steps = 1;
  ASSERT_TRUE(run("a"));
  EXPECT_EQ(events_.front().pictures, 12) << "none is kept back";
  EXPECT_EQ(events_.front().validation_pictures, 3);
  others.write("classes.yaml", "classes: [{name: ground}, {name: disc}]");
  EXPECT_THAT(run("b").error().message, HasSubstr("validation have other classes"));
}

TEST_F(TrainerTest, ClassesAreMergedAndDroppedAsTheMappingSays) {
  data_.write("mapping.yaml", "classes: [{name: thing, of: [disc]}]");
  job_.classes = (data_ / "mapping.yaml").string();
  job_.steps = 1;
  ASSERT_TRUE(run("a"));
  const auto classes = learn::read_network(file("a", learn::last_file))->config.classes;
  ASSERT_EQ(classes.size(), 1u);
  EXPECT_EQ(classes[0].name, "thing");
  data_.write("classes.yaml", "classes: [{name: floor}, {name: disc}, {name: box}]");
  data_.write("mapping.yaml", "classes: [{name: box}]");
  EXPECT_THAT(run("b").error().message, HasSubstr("no pixel is of class 'box'"));
}

TEST_F(TrainerTest, OnePictureIsNotEnough) {
  testing::TemporaryDirectory alone;
  write_discs(alone, 1);
  job_.data = "folder:" + alone.path().string();
  EXPECT_THAT(run("a").error().message, HasSubstr("one picture is not enough"));
}

TEST_F(TrainerTest, ALossThatIsNoNumberStopsIt) {
  ASSERT_TRUE(run("a"));
  const auto best = *core::read_file(file("a", learn::best_file), size_t(1) << 30);
  const auto last = *core::read_file(file("a", learn::last_file), size_t(1) << 30);
  job_.resume = true;
  job_.steps = 80;
  job_.learning_rate = 1e30;
  const auto done = run("a");
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, ::testing::ContainsRegex("loss of step 4[12] is no number"));
  EXPECT_THAT(done.error().message,
              HasSubstr("the best network so far is kept in " + file("a", learn::best_file)));
  EXPECT_EQ(core::read_file(file("a", learn::best_file), size_t(1) << 30)->text(), best.text());
  EXPECT_EQ(core::read_file(file("a", learn::last_file), size_t(1) << 30)->text(), last.text());
}

TEST_F(TrainerTest, ADamagedStateIsSaid) {
  ASSERT_TRUE(run("a"));
  job_.resume = true;
  const std::string state = file("a", learn::last_file);
  const auto whole = *core::read_file(state, size_t(1) << 30);
  ASSERT_TRUE(core::replace_file(state, whole.span().first(whole.size() / 2)));
  EXPECT_THAT(run("a").error().message, HasSubstr("cut short"));
  ASSERT_TRUE(core::replace_file(state, whole.span()));
  job_.width = 1;
  EXPECT_THAT(run("a").error().message, HasSubstr("another network"));
}

TEST_F(TrainerTest, AFullDiskIsSaid) {
  job_.steps = 4;
  job_.checks = 1;
  std::filesystem::create_directories(output_ / "a" /
                                      learn::best_file);  // a folder stands in its way
  const auto done = run("a");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::io);
}

}  // namespace
}  // namespace fovea::train
