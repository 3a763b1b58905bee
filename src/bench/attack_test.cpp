#include "bench/attack.h"

#include <gtest/gtest.h>

#include "codec/jpeg.h"
#include "core/limits.h"

namespace fovea::bench {
namespace {

// An attack that is refused would measure nothing.
TEST(Attack, TheWorstJpegIsSmallAndAdmitted) {
  const core::Bytes jpeg = worst_jpeg();
  EXPECT_LT(jpeg.size(), 2000u);
  const codec::JpegLimits limits{core::limits::inferred_pixels_max,
                                 core::limits::inferred_scanned_pixels_max};
  const auto picture =
      codec::JpegDecoder(limits).decode_covering(jpeg, {513, 513}, core::PixelFormat::gray8);
  ASSERT_TRUE(picture) << picture.error().message;
  EXPECT_EQ(picture->size, (core::Size{640, 614}));
  EXPECT_EQ(codec::count_jpeg_scans(jpeg), 10);
}

}  // namespace
}  // namespace fovea::bench
