#include "video/v4l2_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/videodev2.h>
#include <sys/mman.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include "video/test_pictures.h"
#include "video/test_sources.h"

namespace fovea::video {
namespace {

using core::Code;
using ::testing::HasSubstr;

// What the test's device is and does. Shared with the test; its members are set before it opens.
struct Device {
  int open_errno = 0;
  uint32_t capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
  std::vector<uint32_t> formats = {V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_MJPEG};
  uint32_t row_padding = 0;
  std::vector<uint8_t> frame;  // what each buffer is filled with
  bool delivers = true;
  std::atomic<bool> unplugged = false;  // set while the source reads
  bool streaming = false;
  bool closed = false;
  int mapped_count = 0;
  v4l2_pix_format chosen{};
};

// A driver in memory: the part of the API that a capture by mapped buffers uses.
class FakeKernel final : public V4l2Kernel {
 public:
  explicit FakeKernel(std::shared_ptr<Device> device) : device_(std::move(device)) {}

  int open(const std::string&) override {
    errno = device_->open_errno;
    return errno == 0 ? 7 : -1;
  }
  void close(int) override { device_->closed = true; }

  int ioctl(int, unsigned long request, void* argument) override {
    switch (request) {
      case VIDIOC_QUERYCAP: return query(*static_cast<v4l2_capability*>(argument));
      case VIDIOC_ENUM_FMT: return enumerate(*static_cast<v4l2_fmtdesc*>(argument));
      case VIDIOC_G_FMT: return get_format(*static_cast<v4l2_format*>(argument));
      case VIDIOC_S_FMT: return set_format(*static_cast<v4l2_format*>(argument));
      case VIDIOC_REQBUFS: return 0;
      case VIDIOC_QUERYBUF: return query_buffer(*static_cast<v4l2_buffer*>(argument));
      case VIDIOC_QBUF: queued_.push_back(static_cast<v4l2_buffer*>(argument)->index); return 0;
      case VIDIOC_DQBUF: return dequeue(*static_cast<v4l2_buffer*>(argument));
      case VIDIOC_STREAMON: device_->streaming = true; return 0;
      case VIDIOC_STREAMOFF: device_->streaming = false; return 0;
      default: errno = ENOTTY; return -1;  // a driver without rates
    }
  }

  void* map(int, size_t length, size_t offset) override {
    ++device_->mapped_count;
    auto& memory = memory_[offset / 4096];
    memory.resize(length);
    return memory.data();
  }
  void unmap(void*, size_t) override { --device_->mapped_count; }

  int wait_readable(int, int limit_ms) override {
    if (device_->delivers && !queued_.empty()) return 1;
    std::this_thread::sleep_for(std::chrono::milliseconds(limit_ms));  // as poll() would
    return 0;
  }

 private:
  int query(v4l2_capability& capability) {
    capability.capabilities = device_->capabilities;
    std::memcpy(capability.card, "Fake Cam", 9);
    return 0;
  }
  int enumerate(v4l2_fmtdesc& offer) {
    errno = EINVAL;
    if (offer.index >= device_->formats.size()) return -1;
    offer.pixelformat = device_->formats[offer.index];
    return 0;
  }
  int get_format(v4l2_format& format) {
    format.fmt.pix.width = 64;
    format.fmt.pix.height = 48;
    return 0;
  }
  int set_format(v4l2_format& format) {
    auto& pix = format.fmt.pix;
    pix.width = std::min(pix.width, 64u);
    pix.height = std::min(pix.height, 48u);
    const uint32_t row = pix.pixelformat == V4L2_PIX_FMT_YUYV ? 2 * pix.width : pix.width;
    pix.bytesperline = row + device_->row_padding;
    device_->chosen = pix;
    return 0;
  }
  int query_buffer(v4l2_buffer& buffer) {
    buffer.length = 65536;
    buffer.m.offset = buffer.index * 4096;
    return 0;
  }
  int dequeue(v4l2_buffer& buffer) {
    errno = device_->unplugged ? ENODEV : EAGAIN;
    if (device_->unplugged || queued_.empty()) return -1;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // its rate
    buffer.index = queued_.front();
    queued_.pop_front();
    auto& memory = memory_[buffer.index];
    std::copy(device_->frame.begin(), device_->frame.end(), memory.begin());
    buffer.bytesused = static_cast<uint32_t>(device_->frame.size());
    return 0;
  }

  const std::shared_ptr<Device> device_;
  std::vector<uint8_t> memory_[8];
  std::deque<uint32_t> queued_;
};

class V4l2SourceTest : public SourceTest {
 protected:
  core::Result<std::unique_ptr<Source>> open_device(const SourceOptions& options = {}) {
    return open_v4l2_source_on(std::make_unique<FakeKernel>(device_), "/dev/video0", options,
                               context_);
  }
  std::shared_ptr<Device> device_ = std::make_shared<Device>();
};

TEST_F(V4l2SourceTest, MjpegIsPreferredAndPaddingIsCutOff) {
  const auto jpeg = test_jpeg({64, 48});
  device_->frame.assign(jpeg.span().begin(), jpeg.span().end());
  device_->frame.resize(jpeg.size() + 500);
  auto source = open_device();
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_EQ(device_->chosen.pixelformat, uint32_t(V4L2_PIX_FMT_MJPEG));
  EXPECT_THAT((*source)->description(), HasSubstr("Fake Cam, MJPEG 64x48"));
  for (int i = 0; i < 10; ++i) {  // buffers go round
    auto picture = (*source)->next({});
    ASSERT_TRUE(picture) << picture.error().message;
    EXPECT_EQ(std::get<core::EncodedPicture>(picture->content).data.text(), jpeg.text());
  }
  source->reset();
  EXPECT_FALSE(device_->streaming);
  EXPECT_TRUE(device_->closed);
  EXPECT_EQ(device_->mapped_count, 0);
}

TEST_F(V4l2SourceTest, RawRowsWithPadding) {
  for (const auto& [fourcc, format] : {std::pair(V4L2_PIX_FMT_YUYV, core::PixelFormat::yuyv422),
                                       {V4L2_PIX_FMT_NV12, core::PixelFormat::nv12},
                                       {V4L2_PIX_FMT_YUV420, core::PixelFormat::i420}}) {
    device_ = std::make_shared<Device>();
    device_->formats = {fourcc};
    const auto image = test_image(format, {64, 48});
    const bool planar = format == core::PixelFormat::i420;
    const size_t row = format == core::PixelFormat::yuyv422 ? 128 : 64;
    device_->row_padding = 16;
    for (size_t at = 0; at < image.pixels.size();) {
      const bool chroma = planar && at >= 64 * 48;
      const size_t bytes = chroma ? row / 2 : row;
      const auto* from = image.pixels.data() + at;
      device_->frame.insert(device_->frame.end(), from, from + bytes);
      device_->frame.resize(device_->frame.size() + (chroma ? 8 : 16), 0xee);
      at += bytes;
    }
    auto source = open_device();
    ASSERT_TRUE(source) << source.error().message;
    auto picture = (*source)->next({});
    ASSERT_TRUE(picture) << picture.error().message;
    const auto& got = std::get<core::Image>(picture->content);
    EXPECT_EQ(got.format, format);
    EXPECT_EQ(got.pixels.text(), image.pixels.text());
  }
}

TEST_F(V4l2SourceTest, TheSizeIsAskedOfTheDriver) {
  const auto jpeg = test_jpeg({32, 24});
  device_->frame.assign(jpeg.span().begin(), jpeg.span().end());
  ASSERT_TRUE(open_device({.size = {32, 24}}));
  EXPECT_EQ(device_->chosen.width, 32u);
}

TEST_F(V4l2SourceTest, ErrorsAreToldApart) {
  const std::pair<int, Code> cases[] = {
      {ENOENT, Code::not_found}, {EACCES, Code::denied}, {EBUSY, Code::busy}, {EIO, Code::io}};
  for (const auto& [failed, code] : cases) {
    device_->open_errno = failed;
    EXPECT_EQ(open_device().error().code, code) << failed;
  }
  device_->open_errno = 0;
  device_->formats = {V4L2_PIX_FMT_SBGGR8};
  EXPECT_EQ(open_device().error().code, Code::unsupported);
  device_->capabilities = V4L2_CAP_META_CAPTURE;
  EXPECT_THAT(open_device().error().message, HasSubstr("delivers no video"));
  EXPECT_EQ(open_error("v4l2:").code, Code::bad_input);
  EXPECT_EQ(open_error("v4l2:/nonexistent").code, Code::not_found);
}

TEST_F(V4l2SourceTest, UnpluggedAndSilent) {
  device_->unplugged = true;
  auto source = open_device();
  ASSERT_TRUE(source);
  EXPECT_THAT((*source)->next({}).error().message, HasSubstr("was unplugged"));

  device_ = std::make_shared<Device>();
  device_->delivers = false;
  auto silent = open_device();
  ASSERT_TRUE(silent);
  EXPECT_EQ((*silent)->next({}).error().code, Code::timeout);
}

TEST_F(V4l2SourceTest, UnpluggedInMidStreamAndPluggedInAgain) {
  const auto jpeg = test_jpeg({64, 48});
  device_->frame.assign(jpeg.span().begin(), jpeg.span().end());
  auto source = open_device();
  ASSERT_TRUE(source);
  ASSERT_TRUE((*source)->next({}));
  device_->unplugged = true;
  core::Result<Picture> picture = core::Error{};
  do {
    picture = (*source)->next({});
  } while (picture);
  EXPECT_EQ(picture.error().code, Code::io) << picture.error().message;
  EXPECT_THAT(picture.error().message, HasSubstr("was unplugged"));
  source->reset();
  EXPECT_TRUE(device_->closed);
  EXPECT_EQ(device_->mapped_count, 0) << "nothing of the lost device is kept";

  device_->open_errno = ENOENT;  // as long as it is away
  EXPECT_EQ(open_device().error().code, Code::not_found);
  device_->open_errno = 0;
  device_->unplugged = false;
  auto again = open_device();
  ASSERT_TRUE(again);
  EXPECT_TRUE((*again)->next({}));
}

}  // namespace
}  // namespace fovea::video
