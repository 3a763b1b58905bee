#include "site/costly_pictures.h"

#include <algorithm>
#include <utility>

#include "codec/scale.h"
#include "core/limits.h"
#include "core/thread.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
using core::Image;
using core::PixelFormat;
using core::Size;

constexpr auto idle_wait = 1s;
// What turns are counted in; how fine it is does not matter.
constexpr double turn_ms = 10;

// Each pixel of what comes out is the mean of `divisor` squared ones.
Image reduced(const Image& rgb, int divisor, PixelFormat format) {
  const Size size{(rgb.size.width + divisor - 1) / divisor,
                  (rgb.size.height + divisor - 1) / divisor};
  core::Bytes pixels;
  pixels.reserve(core::image_bytes(format, size));
  const uint8_t* from = rgb.pixels.data();
  for (int y = 0; y < size.height; ++y) {
    const int bottom = std::min((y + 1) * divisor, rgb.size.height);
    for (int x = 0; x < size.width; ++x) {
      const int right = std::min((x + 1) * divisor, rgb.size.width);
      int sums[3] = {}, count = 0;
      for (int row = y * divisor; row < bottom; ++row) {
        for (int column = x * divisor; column < right; ++column, ++count) {
          const uint8_t* pixel = from + 3 * (ptrdiff_t(row) * rgb.size.width + column);
          for (int i = 0; i < 3; ++i) sums[i] += pixel[i];
        }
      }
      if (format == PixelFormat::gray8) {
        pixels.push_back(uint8_t((77 * sums[0] + 150 * sums[1] + 29 * sums[2]) / (256 * count)));
      } else {
        for (const int sum : sums) pixels.push_back(uint8_t(sum / count));
      }
    }
  }
  return {format, size, std::move(pixels)};
}

// A JPEG that was decoded once, for all who look at it on its way.
class DecodedJpeg final : public codec::VideoPicture {
 public:
  DecodedJpeg(Size whole, Image rgb) : whole_(whole), rgb_(std::move(rgb)) {}

  Size size() const override { return whole_; }
  core::Result<Image> image(Size cover, PixelFormat format) const override {
    if (format != PixelFormat::rgb24 && format != PixelFormat::gray8) {
      return core::Error{core::Code::unsupported, "a JPEG is asked for in a format of video"};
    }
    const int divisor = codec::covering_divisor(rgb_.size, cover);
    if (divisor == 1 && format == PixelFormat::rgb24) return rgb_;
    return reduced(rgb_, divisor, format);
  }

 private:
  const Size whole_;
  const Image rgb_;
};

}  // namespace

CostlyPictures::CostlyPictures(int threads, DecodeBudget& budget, Hooks hooks,
                               const core::Context& context)
    : budget_(budget),
      hooks_(std::move(hooks)),
      context_(context.named("costly")),
      turns_(context.clock, turn_ms) {
  for (int i = 0; i < threads; ++i) {
    threads_.push_back(
        core::start_thread("costly", [this](const std::stop_token& stop) { run(stop); }));
  }
}

CostlyPictures::~CostlyPictures() { stop(); }

void CostlyPictures::stop() {
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
}

bool CostlyPictures::is_costly(const core::EncodedFrame& frame) {
  namespace limits = core::limits;
  const size_t pixels = size_t(frame.size.width) * size_t(frame.size.height);
  if (frame.codec != core::Codec::jpeg) return false;
  if (frame.data.size() > limits::quick_jpeg_bytes_max) return true;
  if (pixels > limits::quick_scanned_pixels_max) return true;
  if (pixels * limits::jpeg_scans_max <= limits::quick_scanned_pixels_max) return false;
  const auto scans = size_t(codec::count_jpeg_scans(frame.data.span()));
  return pixels * scans > limits::quick_scanned_pixels_max;
}

void CostlyPictures::offer(Work work) {
  const std::string device = work.device;
  if (turns_.offer(std::move(work)) == Scheduler::Offer::replaced_older) hooks_.replaced(device);
}

void CostlyPictures::forget(const std::string& device) { turns_.remove(device); }

void CostlyPictures::run(const std::stop_token& stop) {
  core::give_way();
  codec::JpegDecoder decoder(
      {core::limits::inferred_pixels_max, core::limits::inferred_scanned_pixels_max});
  while (!stop.stop_requested()) {
    auto work = turns_.take(idle_wait, stop);
    if (!work) continue;
    const std::string device = work->device;
    const auto began = context_.clock.steady();
    decode(decoder, *std::move(work));
    turns_.release(device, {core::milliseconds(context_.clock.steady() - began), 0});
  }
}

void CostlyPictures::decode(codec::JpegDecoder& decoder, Work work) {
  const Size cover = hooks_.cover(work);
  if (cover.width == 0) return;  // its model was taken away while the frame waited
  const auto began = context_.clock.steady();
  auto decoded = picture(decoder, work, cover);
  work.video_ms = core::milliseconds(context_.clock.steady() - began);
  hooks_.spent(work, work.video_ms);
  if (!decoded) return hooks_.failed(work, decoded.error());
  work.picture = *std::move(decoded);
  hooks_.decoded(std::move(work));
}

core::Result<codec::VideoPicturePtr> CostlyPictures::picture(codec::JpegDecoder& decoder,
                                                             const Work& work, Size cover) {
  const auto jpeg = work.frame->data.span();
  const auto info = codec::read_jpeg_info(jpeg);
  if (!info) return info.error();
  const auto hold =
      budget_.take(work.device, codec::jpeg_decoder_bytes(*info, codec::count_jpeg_scans(jpeg)),
                   DecodeBudget::For::picture);
  if (!hold) return hold.error();
  auto image = decoder.decode_covering(jpeg, cover, PixelFormat::rgb24);
  if (!image) return image.error();
  return codec::VideoPicturePtr(std::make_shared<DecodedJpeg>(info->size, *std::move(image)));
}

}  // namespace fovea::site
