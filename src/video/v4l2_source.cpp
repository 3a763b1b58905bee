#include "video/v4l2_source.h"

#include <fmt/format.h>
#include <linux/videodev2.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "codec/jpeg.h"
#include "core/ids.h"
#include "core/limits.h"
#include "video/live_reader.h"
#include "video/mjpeg_splitter.h"

namespace fovea::video {

namespace {

using core::Code;
using core::Error;

constexpr uint32_t buffers_wanted = 4;  // one being filled, one here, two for a late wake-up
constexpr auto poll_step_ms = 100;      // how soon a stop request is seen

struct Format {
  uint32_t fourcc;
  const char* name;
  core::PixelFormat raw;  // without meaning for MJPEG
  bool compressed;
};

// In order of preference: what the camera compresses itself costs us nothing.
constexpr Format formats[] = {
    {V4L2_PIX_FMT_MJPEG, "MJPEG", {}, true},
    {V4L2_PIX_FMT_JPEG, "JPEG", {}, true},
    {V4L2_PIX_FMT_YUYV, "YUYV", core::PixelFormat::yuyv422, false},
    {V4L2_PIX_FMT_NV12, "NV12", core::PixelFormat::nv12, false},
    {V4L2_PIX_FMT_YUV420, "YU12", core::PixelFormat::i420, false},
};

Error open_error(const std::string& device, int failed) {
  switch (failed) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
      return {Code::not_found, fmt::format("there is no camera {}; is it plugged in? ('ls "
                                           "/dev/video*' lists what there is)",
                                           device)};
    case EACCES:
    case EPERM:
      return {Code::denied,
              fmt::format("may not open {}; add the user to the group 'video'", device)};
    case EBUSY: return {Code::busy, fmt::format("{} is in use by another program", device)};
    default: return {Code::io, fmt::format("opening {}: {}", device, std::strerror(failed))};
  }
}

// Copies `rows` rows of `row_bytes` from memory where rows lie `stride` apart.
bool copy_rows(std::span<const uint8_t> from, size_t& offset, size_t stride, size_t row_bytes,
               int rows, core::Bytes& out) {
  for (int y = 0; y < rows; ++y) {
    if (offset + row_bytes > from.size()) return false;
    out.insert(out.end(), from.begin() + ptrdiff_t(offset),
               from.begin() + ptrdiff_t(offset + row_bytes));
    offset += stride;
  }
  return true;
}

// One open, streaming device. Threads: one at a time.
class V4l2Camera {
 public:
  V4l2Camera(std::unique_ptr<V4l2Kernel> kernel, std::string device, const core::Context& context)
      : kernel_(std::move(kernel)),
        device_(std::move(device)),
        context_(context),
        broken_count_(context.metrics.counter("fovea_source_pictures_broken_total",
                                              "Pictures that could not be read, skipped.")) {}

  ~V4l2Camera() {
    if (descriptor_ < 0) return;
    if (streaming_) {
      int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
      call(VIDIOC_STREAMOFF, &type);
    }
    for (const auto& [address, length] : buffers_) kernel_->unmap(address, length);
    kernel_->close(descriptor_);
  }
  V4l2Camera(const V4l2Camera&) = delete;
  V4l2Camera& operator=(const V4l2Camera&) = delete;

  core::Status start(const SourceOptions& options) {
    descriptor_ = kernel_->open(device_);
    if (descriptor_ < 0) return open_error(device_, errno);
    if (auto good = check_capabilities(); !good) return good;
    if (auto good = choose_format(options); !good) return good;
    choose_rate(options.fps);
    if (auto good = map_buffers(); !good) return good;
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (call(VIDIOC_STREAMON, &type) != 0) return failure("starting the stream of");
    streaming_ = true;
    return {};
  }

  core::Result<Picture> next(const std::stop_token& stop) {
    const auto silent_at = context_.clock.steady() + silence_max;
    while (!stop.stop_requested()) {
      const int ready = kernel_->wait_readable(descriptor_, poll_step_ms);
      if (ready < 0) return failure("waiting for");
      if (ready == 0) {
        if (context_.clock.steady() < silent_at) continue;
        return Error{Code::timeout,
                     fmt::format("{} delivered no picture for {} s", device_, silence_max.count())};
      }
      v4l2_buffer buffer = make_buffer();
      if (call(VIDIOC_DQBUF, &buffer) != 0) {
        if (errno == EAGAIN) continue;
        if (errno == ENODEV) return Error{Code::io, device_ + " was unplugged"};
        return failure("taking a picture from");
      }
      auto picture = copy_picture(buffer);
      if (call(VIDIOC_QBUF, &buffer) != 0) return failure("giving a buffer back to");
      if (picture) return picture;
      broken_count_.add();
      if (!std::exchange(broken_named_, true)) {
        context_.log.warning("skipping a broken picture from {}: {} (said once)", device_,
                             picture.error().message);
      }
    }
    return Error{Code::closed, "stopped"};
  }

  SourceFacts facts() const { return {format_->name, fps_, false}; }

  std::string description() const {
    return fmt::format("v4l2 {} ({}, {} {}x{}, {:g} fps)", device_, card_, format_->name,
                       size_.width, size_.height, fps_);
  }

 private:
  int call(unsigned long request, void* argument) {
    return kernel_->ioctl(descriptor_, request, argument);
  }

  Error failure(const char* doing) const {
    const int failed = errno;
    if (failed == EBUSY) return open_error(device_, EBUSY);
    return {Code::io, fmt::format("{} {}: {}", doing, device_, std::strerror(failed))};
  }

  static v4l2_buffer make_buffer(uint32_t index = 0) {
    v4l2_buffer buffer{};
    buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    buffer.memory = V4L2_MEMORY_MMAP;
    buffer.index = index;
    return buffer;
  }

  core::Status check_capabilities() {
    v4l2_capability capability{};
    if (call(VIDIOC_QUERYCAP, &capability) != 0) {
      return Error{Code::unsupported, device_ + " is no video device"};
    }
    const uint32_t can = capability.capabilities & V4L2_CAP_DEVICE_CAPS ? capability.device_caps
                                                                        : capability.capabilities;
    if (!(can & V4L2_CAP_VIDEO_CAPTURE) || !(can & V4L2_CAP_STREAMING)) {
      return Error{Code::unsupported,
                   fmt::format("{} delivers no video (a camera often has two devices; try the one "
                               "before or behind)",
                               device_)};
    }
    const auto* card = reinterpret_cast<const char*>(capability.card);
    card_ = core::printable(std::string(card, strnlen(card, sizeof(capability.card))));
    return {};
  }

  core::Status choose_format(const SourceOptions& options) {
    std::vector<uint32_t> offered;
    v4l2_fmtdesc offer{};
    offer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    for (offer.index = 0; offer.index < 256 && call(VIDIOC_ENUM_FMT, &offer) == 0; ++offer.index) {
      offered.push_back(offer.pixelformat);
    }
    const auto* wanted = std::find_if(std::begin(formats), std::end(formats), [&](const auto& one) {
      return std::find(offered.begin(), offered.end(), one.fourcc) != offered.end();
    });
    if (wanted == std::end(formats)) {
      return Error{Code::unsupported, fmt::format("{} offers none of the formats MJPEG, YUYV, NV12 "
                                                  "and YU12",
                                                  device_)};
    }
    v4l2_format format{};
    format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (call(VIDIOC_G_FMT, &format) != 0) return failure("asking for the format of");
    if (options.size != core::Size{} && options.transform.is_identity()) {
      format.fmt.pix.width = static_cast<uint32_t>(options.size.width);
      format.fmt.pix.height = static_cast<uint32_t>(options.size.height);
    }
    format.fmt.pix.pixelformat = wanted->fourcc;
    format.fmt.pix.field = V4L2_FIELD_ANY;
    format.fmt.pix.bytesperline = 0;
    format.fmt.pix.sizeimage = 0;
    if (call(VIDIOC_S_FMT, &format) != 0) return failure("setting the format of");
    return accept_format(format, *wanted);
  }

  core::Status accept_format(const v4l2_format& format, const Format& wanted) {
    if (format.fmt.pix.pixelformat != wanted.fourcc) {
      return Error{Code::unsupported,
                   fmt::format("{} offers {} but does not take it", device_, wanted.name)};
    }
    const uint64_t pixels = uint64_t(format.fmt.pix.width) * format.fmt.pix.height;
    if (pixels == 0 || pixels > core::limits::picture_pixels_max) {
      return Error{Code::unsupported, fmt::format("{} has pictures of {}x{}", device_,
                                                  format.fmt.pix.width, format.fmt.pix.height)};
    }
    format_ = &wanted;
    size_ = {static_cast<int>(format.fmt.pix.width), static_cast<int>(format.fmt.pix.height)};
    stride_ = format.fmt.pix.bytesperline;
    return {};
  }

  // A driver that does not know rates keeps its own; then pictures are passed over instead.
  void choose_rate(double fps) {
    v4l2_streamparm parameters{};
    parameters.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    auto& frame_time = parameters.parm.capture.timeperframe;
    if (fps > 0) {
      frame_time.numerator = 1000;
      frame_time.denominator = static_cast<uint32_t>(std::lround(fps * 1000));
      call(VIDIOC_S_PARM, &parameters);
    } else {
      call(VIDIOC_G_PARM, &parameters);
    }
    if (frame_time.numerator > 0) fps_ = double(frame_time.denominator) / frame_time.numerator;
  }

  core::Status map_buffers() {
    v4l2_requestbuffers request{};
    request.count = buffers_wanted;
    request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    request.memory = V4L2_MEMORY_MMAP;
    if (call(VIDIOC_REQBUFS, &request) != 0) return failure("asking for buffers of");
    if (request.count < 2) return Error{Code::io, device_ + " has no memory for buffers"};
    for (uint32_t i = 0; i < request.count; ++i) {
      v4l2_buffer buffer = make_buffer(i);
      if (call(VIDIOC_QUERYBUF, &buffer) != 0) return failure("asking for a buffer of");
      void* address = kernel_->map(descriptor_, buffer.length, buffer.m.offset);
      if (address == MAP_FAILED) return failure("mapping a buffer of");
      buffers_.emplace_back(address, buffer.length);
      if (call(VIDIOC_QBUF, &buffer) != 0) return failure("giving a buffer to");
    }
    return {};
  }

  core::Result<Picture> copy_picture(const v4l2_buffer& buffer) {
    if (buffer.index >= buffers_.size()) return Error{Code::io, "an unknown buffer"};
    if (buffer.flags & V4L2_BUF_FLAG_ERROR) return Error{Code::io, "the driver marked it"};
    const auto [address, length] = buffers_[buffer.index];
    const std::span<const uint8_t> bytes(static_cast<const uint8_t*>(address),
                                         std::min<size_t>(buffer.bytesused, length));
    const auto captured = capture_time(buffer);
    if (format_->compressed) {
      // Drivers pad pictures; the splitter finds where one really ends.
      MjpegSplitter splitter;
      splitter.push(bytes);
      auto jpeg = splitter.take();
      if (!jpeg) return Error{Code::bad_input, "it is no whole JPEG"};
      auto info = codec::read_jpeg_info(jpeg->span());
      if (!info) return info.error();
      core::EncodedPicture picture;
      picture.size = info->size;
      picture.data = std::move(*jpeg);
      return Picture(captured, std::move(picture));
    }
    auto image = copy_raw(bytes);
    if (!image) return image.error();
    return Picture(captured, std::move(*image));
  }

  core::Result<core::Image> copy_raw(std::span<const uint8_t> bytes) const {
    const size_t width = static_cast<size_t>(size_.width);
    const size_t half_width = (width + 1) / 2;
    const int half_height = (size_.height + 1) / 2;
    core::Bytes pixels;
    pixels.reserve(image_bytes(format_->raw, size_));
    size_t offset = 0;
    bool whole = false;
    if (format_->raw == core::PixelFormat::yuyv422) {
      whole = copy_rows(bytes, offset, std::max<size_t>(stride_, 2 * width), 2 * width,
                        size_.height, pixels);
    } else {
      const size_t stride = std::max<size_t>(stride_, width);
      whole = copy_rows(bytes, offset, stride, width, size_.height, pixels);
      if (format_->raw == core::PixelFormat::nv12) {
        whole = whole && copy_rows(bytes, offset, stride, 2 * half_width, half_height, pixels);
      } else {
        const size_t half_stride = std::max<size_t>(stride / 2, half_width);
        whole = whole && copy_rows(bytes, offset, half_stride, half_width, half_height, pixels);
        whole = whole && copy_rows(bytes, offset, half_stride, half_width, half_height, pixels);
      }
    }
    if (!whole) {
      return Error{Code::io, fmt::format("it has only {} bytes", bytes.size())};
    }
    return core::Image{format_->raw, size_, std::move(pixels)};
  }

  // The driver stamps with the monotonic clock when the picture was taken, or we take now.
  core::Timestamp capture_time(const v4l2_buffer& buffer) const {
    const auto now = context_.clock.now();
    if ((buffer.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) != V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC) {
      return now;
    }
    const auto taken = std::chrono::seconds(buffer.timestamp.tv_sec) +
                       std::chrono::microseconds(buffer.timestamp.tv_usec);
    const auto age = context_.clock.steady().time_since_epoch() - taken;
    if (age < std::chrono::seconds(0) || age > std::chrono::seconds(1)) return now;
    return now - std::chrono::duration_cast<std::chrono::microseconds>(age);
  }

  const std::unique_ptr<V4l2Kernel> kernel_;
  const std::string device_;
  const core::Context context_;
  core::Counter& broken_count_;
  int descriptor_ = -1;
  bool streaming_ = false;
  bool broken_named_ = false;
  std::string card_;
  const Format* format_ = &formats[0];
  core::Size size_;
  size_t stride_ = 0;
  double fps_ = 0;
  std::vector<std::pair<void*, size_t>> buffers_;
};

class V4l2Source final : public Source {
 public:
  V4l2Source(std::unique_ptr<V4l2Camera> camera, double fps_max, const core::Clock& clock)
      : camera_(std::move(camera)), reader_("v4l2", fps_max, clock, [this](std::stop_token stop) {
          return camera_->next(stop);
        }) {}

  core::Result<Picture> next(std::stop_token stop) override { return reader_.next(stop); }
  std::string description() const override { return camera_->description(); }
  SourceFacts facts() const override { return camera_->facts(); }

 private:
  const std::unique_ptr<V4l2Camera> camera_;
  LiveReader reader_;
};

}  // namespace

core::Result<std::unique_ptr<Source>> open_v4l2_source_on(std::unique_ptr<V4l2Kernel> kernel,
                                                          const std::string& device,
                                                          const SourceOptions& options,
                                                          const core::Context& context) {
  if (device.empty()) {
    return Error{Code::bad_input, "v4l2: needs a device, as in v4l2:/dev/video0"};
  }
  auto camera = std::make_unique<V4l2Camera>(std::move(kernel), device, context);
  if (auto started = camera->start(options); !started) return started.error();
  return std::unique_ptr<Source>(
      std::make_unique<V4l2Source>(std::move(camera), options.fps, context.clock));
}

core::Result<std::unique_ptr<Source>> open_v4l2_source(const std::string& spec,
                                                       const SourceOptions& options,
                                                       const core::Context& context) {
  return open_v4l2_source_on(make_v4l2_kernel(), spec.substr(spec.find(':') + 1), options, context);
}

}  // namespace fovea::video
