#include "video/folder_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "codec/png.h"
#include "video/test_pictures.h"
#include "video/test_sources.h"

namespace fovea::video {
namespace {

using ::testing::HasSubstr;

class FolderSourceTest : public SourceTest {
 protected:
  std::string spec() const { return "folder:" + folder_.path().string(); }

  // Pictures are told apart by their width.
  void write_jpeg(const std::string& name, int width) {
    write(name, test_jpeg({width, 16}).span());
  }

  static int width_of(const Picture& picture) {
    const auto* frame = std::get_if<core::EncodedPicture>(&picture.content);
    return frame ? frame->size.width : std::get<core::Image>(picture.content).size.width;
  }

  std::vector<int> widths(Source& source, int count) {
    std::vector<int> found;
    for (int i = 0; i < count; ++i) {
      auto picture = source.next({});
      if (!picture) {
        found.push_back(-int(picture.error().code));
        break;
      }
      found.push_back(width_of(*picture));
    }
    return found;
  }

  const SourceOptions fast_{.fps = 1000};
  const SourceOptions once_{.fps = 1000, .loop = false};
};

TEST_F(FolderSourceTest, NameOrderAndLoop) {
  write_jpeg("b.jpg", 40);
  write_jpeg("a10.JPG", 32);
  write_jpeg("a2.jpeg", 24);
  write("note.txt", std::vector<uint8_t>{1, 2, 3});
  auto source = open(spec(), fast_);
  ASSERT_TRUE(source);
  EXPECT_THAT(widths(*source, 7), ::testing::ElementsAre(24, 32, 40, 24, 32, 40, 24));
}

TEST_F(FolderSourceTest, EndsOnce) {
  write_jpeg("a.jpg", 24);
  write_jpeg("b.jpg", 32);
  auto source = open(spec(), once_);
  ASSERT_TRUE(source);
  EXPECT_THAT(widths(*source, 3), ::testing::ElementsAre(24, 32, -int(core::Code::closed)));
}

TEST_F(FolderSourceTest, JpegIsPassedThroughUntouched) {
  const auto jpeg = test_jpeg({64, 48});
  write("a.jpg", jpeg.span());
  const auto before = clock_.now();
  auto picture = open(spec(), fast_)->next({});
  ASSERT_TRUE(picture);
  const auto& frame = std::get<core::EncodedPicture>(picture->content);
  EXPECT_EQ(frame.data.text(), jpeg.text());
  EXPECT_EQ(frame.size, (core::Size{64, 48}));
  EXPECT_GE(picture->captured, before);
  EXPECT_LE(picture->captured, clock_.now());
}

TEST_F(FolderSourceTest, PngIsDecoded) {
  const auto image = test_image(core::PixelFormat::rgb24, {20, 10});
  write("a.png", codec::encode_png(image)->span());
  auto picture = open(spec(), fast_)->next({});
  ASSERT_TRUE(picture);
  EXPECT_EQ(std::get<core::Image>(picture->content).pixels.text(), image.pixels.text());
}

TEST_F(FolderSourceTest, SizeAndTransformDecode) {
  write("a.jpg", test_jpeg({128, 64}).span());
  SourceOptions options = fast_;
  options.size = {64, 64};
  auto scaled = open(spec(), options)->next({});
  ASSERT_TRUE(scaled);
  EXPECT_EQ(std::get<core::Image>(scaled->content).size, (core::Size{64, 32}));

  options.transform.rotate = 90;
  options.transform.crop = Crop{0, 0, 128, 32};
  auto turned = open(spec(), options)->next({});
  ASSERT_TRUE(turned);
  EXPECT_EQ(std::get<core::Image>(turned->content).size, (core::Size{16, 64}));

  options = fast_;
  options.size = {128, 64};  // nothing to do
  auto same = open(spec(), options)->next({});
  ASSERT_TRUE(same);
  EXPECT_TRUE(std::holds_alternative<core::EncodedPicture>(same->content));
}

TEST_F(FolderSourceTest, CropOutsideSaysSo) {
  write("a.jpg", test_jpeg({64, 48}).span());
  SourceOptions options = fast_;
  options.transform.crop = Crop{0, 0, 65, 48};
  auto picture = open(spec(), options)->next({});
  ASSERT_FALSE(picture);
  EXPECT_THAT(picture.error().message, HasSubstr("65x48+0+0 is not inside the picture of 64x48"));
}

TEST_F(FolderSourceTest, KeepsThePace) {
  write_jpeg("a.jpg", 24);
  auto source = open(spec(), {.fps = 20});
  ASSERT_TRUE(source);
  const auto start = clock_.steady();
  EXPECT_EQ(widths(*source, 11).size(), 11u);
  const double seconds = std::chrono::duration<double>(clock_.steady() - start).count();
  EXPECT_GE(seconds, 0.49);
  EXPECT_LE(seconds, 3);  // a busy machine
}

TEST_F(FolderSourceTest, BrokenPicturesAreSkippedAndCounted) {
  write_jpeg("a.jpg", 24);
  const auto whole = test_jpeg({640, 480});
  write("b.jpg", whole.span().first(whole.size() / 2));
  write("c.jpg", std::vector<uint8_t>{'n', 'o'});
  write("d.png", std::vector<uint8_t>{});
  write_jpeg("e.jpg", 32);
  auto source = open(spec(), fast_);
  ASSERT_TRUE(source);
  EXPECT_THAT(widths(*source, 4), ::testing::ElementsAre(24, 32, 24, 32));
  EXPECT_EQ(broken_count(), 6);
}

TEST_F(FolderSourceTest, OnlyBrokenPicturesIsAnError) {
  write("b.jpg", std::vector<uint8_t>{'n', 'o'});
  auto picture = open(spec(), fast_)->next({});
  ASSERT_FALSE(picture);
  EXPECT_EQ(picture.error().code, core::Code::bad_input);
  EXPECT_THAT(picture.error().message, HasSubstr("none of the 1 pictures"));
}

TEST_F(FolderSourceTest, EmptyAndMissingFoldersAreErrors) {
  EXPECT_THAT(open_error(spec()).message, HasSubstr("holds no pictures"));
  const auto missing = open_error("folder:/nonexistent");
  EXPECT_EQ(missing.code, core::Code::not_found);
  EXPECT_THAT(missing.message, HasSubstr("/nonexistent"));
}

TEST_F(FolderSourceTest, NewPicturesAreSeenInTheNextRound) {
  write_jpeg("a.jpg", 24);
  auto source = open(spec(), fast_);
  ASSERT_TRUE(source);
  EXPECT_THAT(widths(*source, 1), ::testing::ElementsAre(24));
  write_jpeg("b.jpg", 32);
  EXPECT_THAT(widths(*source, 2), ::testing::ElementsAre(24, 32));
}

TEST_F(FolderSourceTest, StopEndsTheWait) {
  write_jpeg("a.jpg", 24);
  auto source = open(spec(), {.fps = 0.01});
  ASSERT_TRUE(source);
  EXPECT_TRUE(source->next({}));
  std::stop_source stop;
  std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // next() waits by then
    stop.request_stop();
  });
  const auto start = clock_.steady();
  auto picture = source->next(stop.get_token());
  ASSERT_FALSE(picture);
  EXPECT_EQ(picture.error().code, core::Code::closed);
  EXPECT_LT(clock_.steady() - start, std::chrono::seconds(10));
}

TEST(NameLess, OrdersAsPeopleDo) {
  const std::vector<std::string> ordered = {"1.jpg",  "2.jpg",    "02b.jpg",   "10.jpg",  "a.jpg",
                                            "a1.jpg", "a9b1.jpg", "a9b10.jpg", "a10.jpg", "b.jpg"};
  for (size_t i = 0; i < ordered.size(); ++i) {
    for (size_t j = 0; j < ordered.size(); ++j) {
      EXPECT_EQ(name_less(ordered[i], ordered[j]), i < j) << ordered[i] << ' ' << ordered[j];
    }
  }
  EXPECT_NE(name_less("01.jpg", "1.jpg"), name_less("1.jpg", "01.jpg"));
}

}  // namespace
}  // namespace fovea::video
