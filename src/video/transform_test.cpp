#include "video/transform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "video/test_pictures.h"

namespace fovea::video {
namespace {

using core::PixelFormat;
using ::testing::HasSubstr;

// --- a slow reference: one pixel of one channel of one plane at a time ------------------------

struct Grid {
  int width, height, channels;
  std::vector<uint8_t> bytes;
  uint8_t& at(int x, int y, int c) { return bytes[(size_t(y) * width + x) * channels + c]; }
};

Grid cropped(Grid grid, const Crop& part) {
  Grid out{part.width, part.height, grid.channels, {}};
  out.bytes.resize(size_t(part.width) * part.height * grid.channels);
  for (int y = 0; y < part.height; ++y)
    for (int x = 0; x < part.width; ++x)
      for (int c = 0; c < grid.channels; ++c) out.at(x, y, c) = grid.at(part.x + x, part.y + y, c);
  return out;
}

Grid turned(Grid grid) {  // a quarter turn clockwise: top left goes to top right
  Grid out{grid.height, grid.width, grid.channels, grid.bytes};
  for (int y = 0; y < grid.height; ++y)
    for (int x = 0; x < grid.width; ++x)
      for (int c = 0; c < grid.channels; ++c) out.at(grid.height - 1 - y, x, c) = grid.at(x, y, c);
  return out;
}

Grid mirrored(Grid grid, bool horizontal, bool vertical) {
  Grid out = grid;
  for (int y = 0; y < grid.height; ++y)
    for (int x = 0; x < grid.width; ++x)
      for (int c = 0; c < grid.channels; ++c)
        out.at(horizontal ? grid.width - 1 - x : x, vertical ? grid.height - 1 - y : y, c) =
            grid.at(x, y, c);
  return out;
}

std::vector<Grid> grids(const core::Image& image) {
  const int channels =
      image.format == PixelFormat::rgb24 || image.format == PixelFormat::bgr24 ? 3 : 1;
  std::vector<Grid> out = {{image.size.width, image.size.height, channels, {}}};
  if (image.format == PixelFormat::i420) {
    const Grid chroma{(image.size.width + 1) / 2, (image.size.height + 1) / 2, 1, {}};
    out.insert(out.end(), {chroma, chroma});
  }
  const uint8_t* data = image.pixels.data();
  for (auto& grid : out) {
    const size_t count = size_t(grid.width) * grid.height * grid.channels;
    grid.bytes.assign(data, data + count);
    data += count;
  }
  return out;
}

std::vector<uint8_t> reference(const core::Image& image, const Transform& transform) {
  std::vector<uint8_t> out;
  bool luma = true;
  for (auto grid : grids(image)) {
    if (transform.crop) {
      Crop crop = *transform.crop;
      crop.x &= ~1;
      crop.y &= ~1;
      if (!luma) crop = {crop.x / 2, crop.y / 2, (crop.width + 1) / 2, (crop.height + 1) / 2};
      grid = cropped(grid, crop);
    }
    for (int i = 0; i < transform.rotate; i += 90) grid = turned(grid);
    grid = mirrored(grid, transform.flip_horizontal, transform.flip_vertical);
    out.insert(out.end(), grid.bytes.begin(), grid.bytes.end());
    luma = false;
  }
  return out;
}

std::vector<uint8_t> bytes(const core::Image& image) {
  return {image.pixels.span().begin(), image.pixels.span().end()};
}

TEST(Transform, AgreesWithSlowReference) {
  for (const auto format :
       {PixelFormat::gray8, PixelFormat::rgb24, PixelFormat::bgr24, PixelFormat::i420}) {
    for (const core::Size size : {core::Size{64, 48}, {37, 41}, {2, 2}, {100, 3}, {1, 1}}) {
      const auto image = test_image(format, size);
      for (const int rotate : {0, 90, 180, 270}) {
        for (const int flips : {0, 1, 2, 3}) {
          for (const bool crop : {false, true}) {
            Transform transform;
            transform.rotate = rotate;
            transform.flip_horizontal = flips & 1;
            transform.flip_vertical = flips & 2;
            if (crop) {
              transform.crop = Crop{size.width / 3, size.height / 3, (size.width + 1) / 2,
                                    (size.height + 1) / 2};
            }
            auto result = transform_image(image, transform);
            ASSERT_TRUE(result) << result.error().message;
            ASSERT_EQ(bytes(*result), reference(image, transform))
                << int(format) << ' ' << size.width << 'x' << size.height << ' ' << rotate << ' '
                << flips << ' ' << crop;
          }
        }
      }
    }
  }
}

TEST(Transform, YuyvAndNv12BecomeI420) {
  // Two rows of two pixels: luma 1 2 / 3 4, colour 100/200 above and 110/210 below.
  const core::Image yuyv{PixelFormat::yuyv422, {2, 2}, core::Bytes{1, 100, 2, 200, 3, 110, 4, 210}};
  auto from_yuyv = transform_image(yuyv, {});
  ASSERT_TRUE(from_yuyv);
  EXPECT_EQ(from_yuyv->format, PixelFormat::i420);
  EXPECT_EQ(bytes(*from_yuyv), (std::vector<uint8_t>{1, 2, 3, 4, 105, 205}));

  const core::Image nv12{PixelFormat::nv12, {2, 2}, core::Bytes{1, 2, 3, 4, 100, 200}};
  Transform turn;
  turn.rotate = 90;
  auto from_nv12 = transform_image(nv12, turn);
  ASSERT_TRUE(from_nv12);
  EXPECT_EQ(bytes(*from_nv12), (std::vector<uint8_t>{3, 1, 4, 2, 100, 200}));
}

TEST(Transform, CropOutsideIsRefused) {
  const auto image = test_image(PixelFormat::gray8, {10, 10});
  for (const Crop crop :
       {Crop{0, 0, 11, 10}, {1, 0, 10, 10}, {-1, 0, 5, 5}, {0, 0, 0, 5}, {2147483647, 0, 10, 10}}) {
    Transform transform;
    transform.crop = crop;
    auto result = transform_image(image, transform);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, core::Code::bad_input);
    EXPECT_THAT(result.error().message, HasSubstr("not inside the picture of 10x10"));
  }
}

TEST(Transform, BytesThatDoNotFitAreRefused) {
  const core::Image image{PixelFormat::i420, {10, 10}, core::Bytes(10)};
  EXPECT_FALSE(transform_image(image, {}));
  EXPECT_FALSE(scale_image(image, {5, 5}, Scaling::smooth));
}

TEST(Transform, AreaFollowsThePixels) {
  // A box of ones in a class map must be where transform_area says.
  const core::Size size{40, 24};
  const core::Area area{10, 4, 6, 8};
  core::Bytes pixels(size_t(size.width) * size.height, 0);
  for (int y = 4; y < 12; ++y)
    for (int x = 10; x < 16; ++x) pixels[size_t(y) * size.width + x] = 1;
  const core::Image image{PixelFormat::gray8, size, std::move(pixels)};
  for (const int rotate : {0, 90, 180, 270}) {
    for (const int flips : {0, 1, 2, 3}) {
      Transform transform;
      transform.rotate = rotate;
      transform.flip_horizontal = flips & 1;
      transform.flip_vertical = flips & 2;
      transform.crop = Crop{2, 2, 30, 20};
      const auto result = transform_image(image, transform);
      ASSERT_TRUE(result);
      const auto box = transform_area(area, size, transform);
      for (int y = 0; y < result->size.height; ++y) {
        for (int x = 0; x < result->size.width; ++x) {
          const bool inside =
              x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
          ASSERT_EQ(result->pixels.data()[size_t(y) * result->size.width + x], inside)
              << rotate << ' ' << flips << ' ' << x << ' ' << y;
        }
      }
    }
  }
}

TEST(Scale, SmoothKeepsFlatPicturesFlat) {
  for (const auto format : {PixelFormat::gray8, PixelFormat::rgb24, PixelFormat::i420}) {
    for (const core::Size from : {core::Size{64, 48}, {7, 5}, {640, 360}, {1, 1}}) {
      for (const core::Size to : {core::Size{32, 24}, {100, 31}, {1, 1}, {13, 200}}) {
        const core::Image flat{format, from, core::Bytes(image_bytes(format, from), 255)};
        const auto scaled = scale_image(flat, to, Scaling::smooth);
        ASSERT_TRUE(scaled);
        EXPECT_EQ(scaled->size, to);
        for (const uint8_t byte : scaled->pixels.span()) ASSERT_EQ(byte, 255);
      }
    }
  }
}

TEST(Scale, HalvingASlopeKeepsTheSlope) {
  core::Bytes pixels(256 * 4);
  for (int i = 0; i < 256 * 4; ++i) pixels[i] = uint8_t(i % 256);
  const core::Image slope{PixelFormat::gray8, {256, 4}, std::move(pixels)};
  const auto scaled = scale_image(slope, {128, 2}, Scaling::smooth);
  ASSERT_TRUE(scaled);
  for (int x = 1; x < 127; ++x) {
    EXPECT_NEAR(scaled->pixels.data()[x], 2 * x + 0.5, 1) << x;
  }
}

TEST(Scale, NearestInventsNoClass) {
  core::Bytes pixels(64 * 64);
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = i % 3 ? 7 : 255;
  const core::Image map{PixelFormat::gray8, {64, 64}, std::move(pixels)};
  for (const core::Size to : {core::Size{31, 17}, {200, 90}}) {
    const auto scaled = scale_image(map, to, Scaling::nearest);
    ASSERT_TRUE(scaled);
    for (const uint8_t byte : scaled->pixels.span()) ASSERT_TRUE(byte == 7 || byte == 255);
  }
}

TEST(Scale, RefusesSizesThatAreNone) {
  const auto image = test_image(PixelFormat::gray8, {8, 8});
  for (const core::Size to : {core::Size{0, 8}, {8, -1}, {100000, 8}}) {
    EXPECT_FALSE(scale_image(image, to, Scaling::smooth));
  }
}

TEST(FitSize, KeepsTheAspect) {
  EXPECT_EQ(fit_size({768, 432}, {640, 480}), (core::Size{640, 360}));
  EXPECT_EQ(fit_size({640, 360}, {320, 320}), (core::Size{320, 180}));
  EXPECT_EQ(fit_size({360, 640}, {320, 180}), (core::Size{102, 180}));
  EXPECT_EQ(fit_size({640, 360}, {1280, 720}), (core::Size{1280, 720}));
  EXPECT_EQ(fit_size({10000, 1}, {100, 100}), (core::Size{100, 2}));
}

TEST(ParseTransform, TakesWhatItDocuments) {
  EXPECT_EQ(*parse_size("640x360"), (core::Size{640, 360}));
  EXPECT_EQ(*parse_crop("640x360+20+10"), (Crop{20, 10, 640, 360}));
  Transform transform;
  EXPECT_TRUE(parse_flip("both", transform));
  EXPECT_TRUE(transform.flip_horizontal);
  EXPECT_TRUE(transform.flip_vertical);
  EXPECT_TRUE(check_rotate(270));
}

TEST(ParseTransform, RefusesTheRest) {
  for (const char* text : {"", "640", "640x", "0x360", "640x0", "-1x5", "640x360x2", "640 x 360",
                           "99999x5", "axb", "99999999999x1"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
  for (const char* text : {"", "640x360", "640x360+1", "640x360+1+", "640x360+-1+0", "0x1+0+0"}) {
    EXPECT_FALSE(parse_crop(text)) << text;
  }
  Transform transform;
  EXPECT_FALSE(parse_flip("sideways", transform));
  EXPECT_FALSE(check_rotate(45));
  EXPECT_FALSE(check_rotate(-90));
}

}  // namespace
}  // namespace fovea::video
