#include "train/batches.h"

#include <gtest/gtest.h>

#include "evaluate/data_set.h"
#include "train/test_data.h"

namespace fovea::train {
namespace {

class BatchesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    write_discs(data_, 5);
    auto opened = evaluate::open_data_set("folder:" + data_.path().string());
    ASSERT_TRUE(opened);
    auto store =
        SampleStore::open(*std::move(opened), size_t(1) << 30, [](size_t, size_t) { return true; });
    ASSERT_TRUE(store);
    store_ = std::make_unique<SampleStore>(*std::move(store));
    config_.classes = store_->classes();
    config_.input = {96, 64};
    options_ = {3, {64, 48}, 7, {}};
  }

  testing::TemporaryDirectory data_;
  std::unique_ptr<SampleStore> store_;
  learn::NetworkConfig config_;
  BatchOptions options_;
};

TEST_F(BatchesTest, AreOfSeedAndStepAlone) {
  const auto first = make_batch(*store_, config_, options_, 11);
  (void)make_batch(*store_, config_, options_, 3);
  const auto again = make_batch(*store_, config_, options_, 11);
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->pixels, again->pixels);
  EXPECT_EQ(first->labels, again->labels);
  options_.seed = 8;
  EXPECT_NE(make_batch(*store_, config_, options_, 11)->pixels, first->pixels);
}

TEST_F(BatchesTest, TheMakerGivesThemInOrder) {
  BatchMaker maker(*store_, config_, options_, 20);
  for (int64_t step = 20; step < 24; ++step) {
    const auto batch = maker.next();
    ASSERT_TRUE(batch);
    BatchOptions same = options_;
    auto other = evaluate::open_data_set("folder:" + data_.path().string());
    auto store = SampleStore::open(*std::move(other), 0, [](size_t, size_t) { return true; });
    EXPECT_EQ(batch->pixels, make_batch(*store, config_, same, step)->pixels)
        << "and a store that keeps nothing";
  }
}

TEST_F(BatchesTest, AFileThatVanishesIsSaid) {
  auto opened = evaluate::open_data_set("folder:" + data_.path().string());
  auto store = SampleStore::open(*std::move(opened), 0, [](size_t, size_t) { return true; });
  ASSERT_TRUE(store);
  std::filesystem::remove(data_ / "disc2.jpg");
  BatchMaker maker(*store, config_, options_, 0);
  core::Result<Batch> batch = core::Error{};
  for (int i = 0; i < 5; ++i) {
    batch = maker.next();
    if (!batch) break;
  }
  ASSERT_FALSE(batch);
  EXPECT_NE(batch.error().message.find("disc2.jpg"), std::string::npos);
}

}  // namespace
}  // namespace fovea::train
