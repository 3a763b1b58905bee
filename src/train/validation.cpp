#include "train/validation.h"

#include <algorithm>
#include <cstring>

#include "codec/jpeg.h"
#include "codec/overlay.h"
#include "core/file.h"
#include "train/augment.h"

namespace fovea::train {

namespace {

constexpr int jpeg_quality = 85;
constexpr double opacity = 0.6;
constexpr int part_width = 640;  // of a preview

torch::Tensor batch_of(const core::Image& picture, const learn::NetworkConfig& config) {
  auto pixels = torch::empty({1, config.input.height, config.input.width, 3});
  prepare(picture, config, {pixels.data_ptr<float>(), size_t(pixels.numel())});
  return pixels.permute({0, 3, 1, 2});  // channels last in memory
}

core::Image class_map_of(TorchNetwork& network, const core::Image& picture) {
  const core::Size size = network.config().input;
  const auto scores = torch::upsample_bilinear2d(
      network.forward(batch_of(picture, network.config())), {size.height, size.width}, false);
  const auto best = scores.argmax(1).to(torch::kUInt8).contiguous();
  const uint8_t* values = best.data_ptr<uint8_t>();
  const core::Image map{core::PixelFormat::gray8,
                        {int(best.size(2)), int(best.size(1))},
                        core::Bytes(values, values + best.numel())};
  const core::Area whole{0, 0, double(picture.size.width), double(picture.size.height)};
  return codec::scale_class_map(map, whole, picture.size);
}

// Every n-th pixel, so that it is no wider than a preview's part.
core::Image smaller(const core::Image& picture) {
  const int step = (picture.size.width + part_width - 1) / part_width;
  const core::Size size{picture.size.width / step, std::max(1, picture.size.height / step)};
  core::Bytes pixels;
  pixels.reserve(size_t(size.width) * size_t(size.height) * 3);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const size_t at = (size_t(y * step) * size_t(picture.size.width) + size_t(x * step)) * 3;
      pixels.insert(pixels.end(), picture.pixels.data() + at, picture.pixels.data() + at + 3);
    }
  }
  return {core::PixelFormat::rgb24, size, std::move(pixels)};
}

// Pictures of one size beside each other.
core::Image beside(const std::vector<core::Image>& pictures) {
  const core::Size size = pictures.front().size;
  const auto line = size_t(size.width) * 3;
  core::Bytes pixels(pictures.size() * line * size_t(size.height));
  for (size_t i = 0; i < pictures.size(); ++i) {
    for (size_t y = 0; y < size_t(size.height); ++y) {
      std::memcpy(pixels.data() + (y * pictures.size() + i) * line,
                  pictures[i].pixels.data() + y * line, line);
    }
  }
  return {core::PixelFormat::rgb24,
          {size.width * int(pictures.size()), size.height},
          std::move(pixels)};
}

}  // namespace

core::Result<evaluate::Confusion> validate(TorchNetwork& network, SampleStore& samples,
                                           const std::function<bool()>& goes_on) {
  evaluate::Confusion confusion(samples.classes().size());
  for (size_t i = 0; i < samples.size(); ++i) {
    if (!goes_on()) return core::Error{core::Code::closed, "stopped"};
    const auto sample = samples.read(i);
    if (!sample) return sample.error();
    const auto added = confusion.add(sample->class_map, class_map_of(network, sample->picture));
    if (!added) return added.error().context(samples.name(i));
  }
  return confusion;
}

core::Status write_preview(const std::string& path, TorchNetwork& network, SampleStore& samples,
                           size_t count) {
  core::Bytes pixels;
  core::Size size;
  for (size_t i = 0; i < std::min(count, samples.size()); ++i) {
    const auto sample = samples.read(i);
    if (!sample) return sample.error();
    const auto blend = [&](const core::Image& map) {
      return codec::blend_class_map(sample->picture, map, samples.classes(), opacity);
    };
    const auto row = beside({smaller(sample->picture), smaller(blend(sample->class_map)),
                             smaller(blend(class_map_of(network, sample->picture)))});
    if (size.width != 0 && size.width != row.size.width) continue;
    size = {row.size.width, size.height + row.size.height};
    const auto bytes = row.pixels.span();
    pixels.insert(pixels.end(), bytes.begin(), bytes.end());
  }
  const auto jpeg = codec::JpegEncoder().encode({core::PixelFormat::rgb24, size, std::move(pixels)},
                                                jpeg_quality);
  if (!jpeg) return jpeg.error();
  return core::replace_file(path, jpeg->span());
}

}  // namespace fovea::train
