#include "bench/attack.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <random>
#include <thread>

#include "bus/bus.h"
#include "codec/jpeg.h"
#include "codec/video_codec.h"
#include "core/limits.h"
#include "core/thread.h"
#include "wire/event.h"
#include "wire/result_event.h"

namespace fovea::bench {

namespace {

using namespace std::chrono_literals;

const core::StreamId stream{"bench", "hostile"};
constexpr core::Size size_4k{3840, 2160};
constexpr int attacks_pictures = 4;

void append(core::Bytes& bytes, std::initializer_list<int> more) {
  for (const int byte : more) bytes.push_back(static_cast<uint8_t>(byte));
}

// A scan of all coefficients but the first, of nothing but "so many blocks end here" (T.81,
// G.1.2.2): a bit of Huffman code and fourteen of how many.
void append_scan(core::Bytes& jpeg, size_t blocks, int high, int low) {
  constexpr uint32_t run_bits = 0x1555;  // without a byte of ones, which would mean a marker
  constexpr size_t run = (1u << 14) + run_bits;
  append(jpeg, {0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, high << 4 | low});
  uint64_t bits = 0;
  int count = 0;
  for (size_t covered = 0; covered < blocks; covered += run) {
    bits = bits << 15 | run_bits;
    for (count += 15; count >= 8; count -= 8) jpeg.push_back(uint8_t(bits >> (count - 8)));
  }
  if (count > 0) jpeg.push_back(uint8_t(bits << (8 - count)));
}

// Sends `send(n)` so many times a second, for ever; what is late is made up for.
core::Status repeat(double per_second, const std::function<core::Status(uint64_t)>& send) {
  const auto begin = std::chrono::steady_clock::now();
  for (uint64_t n = 1;; ++n) {
    std::this_thread::sleep_until(begin +
                                  std::chrono::nanoseconds(int64_t(1e9 * double(n) / per_second)));
    const auto sent = send(n);
    if (!sent && sent.error().code != core::Code::busy) return sent;
  }
}

void tell_begin() {
  fmt::print("sending\n");
  std::fflush(stdout);
}

core::Status send_pictures(bus::Bus& bus, const std::vector<core::EncodedPicture>& pictures,
                           double per_second, const core::Context& context) {
  auto publisher = bus.live_publisher(stream);
  if (!publisher) return publisher.error();
  tell_begin();
  return repeat(per_second, [&](uint64_t n) {
    core::EncodedFrame frame(context.clock.now(), n, pictures[n % pictures.size()]);
    frame.reference = frame.key ? 0 : n - 1;
    return (*publisher)->try_publish(wire::make_frame_event(stream, frame));
  });
}

// Of the best quality with which it stays below `bytes_max`.
core::Result<core::EncodedPicture> encoded_below(const core::Image& picture, size_t bytes_max) {
  codec::JpegEncoder encoder;
  for (const int quality : {95, 85, 75, 60, 45, 30}) {
    auto jpeg = encoder.encode(picture, quality);
    if (!jpeg) return jpeg.error();
    if (jpeg->size() <= bytes_max) {
      return core::EncodedPicture{core::Codec::jpeg, true, picture.size, *std::move(jpeg)};
    }
  }
  return core::Error{core::Code::internal, "the noise is too loud"};
}

core::Result<std::vector<core::EncodedPicture>> make_jpeg() {
  auto quick = encoded_below(noise({2048, 2048}, 1, 64), core::limits::quick_jpeg_bytes_max);
  if (!quick) return quick.error();
  core::Bytes worst = worst_jpeg();
  const auto info = codec::read_jpeg_info(worst);
  if (!info) return info.error();
  return std::vector{
      core::EncodedPicture{core::Codec::jpeg, true, info->size, core::Buffer(std::move(worst))},
      *std::move(quick)};
}

core::Result<std::vector<core::EncodedPicture>> make_large() {
  std::vector<core::EncodedPicture> pictures;
  for (unsigned seed = 0; seed < attacks_pictures; ++seed) {
    auto picture = encoded_below(noise(size_4k, seed, 24), 2u << 20);
    if (!picture) return picture.error();
    pictures.push_back(*std::move(picture));
  }
  return pictures;
}

core::Result<std::vector<core::EncodedPicture>> make_h264(const core::Context& context) {
  constexpr size_t group = 8, bytes_max = 2u << 20;
  std::vector<core::EncodedPicture> pictures;
  for (const int contrast : {24, 16, 10, 6}) {
    pictures.clear();
    auto encoder = codec::open_h264_encoder({size_4k, 30, 85, 10}, context);
    if (!encoder) return encoder.error();
    size_t largest = 0;
    for (unsigned i = 0; i < group && largest <= bytes_max; ++i) {
      auto unit = (*encoder)->encode(noise(size_4k, i % 2, contrast), {}, i == 0);
      if (!unit) return unit.error();
      if (!*unit) return core::Error{core::Code::internal, "the H.264 encoder holds back"};
      largest = std::max(largest, (*unit)->data.size());
      pictures.push_back({core::Codec::h264, (*unit)->key, size_4k, (*unit)->data});
    }
    if (largest <= bytes_max) break;
  }
  // repeat() begins with 1, and each round with its key frame.
  std::rotate(pictures.begin(), pictures.end() - 1, pictures.end());
  return pictures;
}

core::Status send_statuses(bus::Bus& bus, const core::Context& context) {
  constexpr double per_second = 10'000, at_once = 20;
  wire::CameraStatus status;
  status.stream = stream;
  status.state = "live";
  tell_begin();
  return repeat(per_second / at_once, [&](uint64_t n) -> core::Status {
    for (int i = 0; i < int(at_once); ++i) {
      status.time = context.clock.now();
      status.captured = n;
      status.detail = fmt::format("status {}", n);
      if (auto sent = bus.publish(wire::make_status_event(status)); !sent) return sent;
    }
    return {};
  });
}

core::Result<Attack> attack_of(const std::string& kind) {
  for (const auto attack : {Attack::jpeg, Attack::h264, Attack::status, Attack::large}) {
    if (kind == to_string(attack)) return attack;
  }
  return core::Error{core::Code::bad_input, "there is no attack '" + kind + "'"};
}

}  // namespace

const char* to_string(Attack attack) {
  switch (attack) {
    case Attack::jpeg: return "jpeg";
    case Attack::h264: return "h264";
    case Attack::status: return "status";
    case Attack::large: return "large";
  }
  return "jpeg";
}

core::Bytes worst_jpeg() {
  constexpr int width = 5120, height = 4912;
  constexpr size_t blocks = size_t(width / 8) * (height / 8);
  static_assert(size_t(width) * height <= core::limits::inferred_pixels_max);
  constexpr int scans = int(core::limits::inferred_scanned_pixels_max / (size_t(width) * height));
  core::Bytes jpeg;
  append(jpeg, {0xff, 0xd8, 0xff, 0xdb, 0, 67, 0});
  jpeg.resize(jpeg.size() + 64, 1);
  append(jpeg, {0xff, 0xc2, 0, 11, 8, height >> 8, height & 0xff, width >> 8, width & 0xff, 1, 1,
                0x11, 0});
  // One code of one bit, for "the next 2^14 and more blocks end here".
  append(jpeg, {0xff, 0xc4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xe0});
  append_scan(jpeg, blocks, 0, scans - 1);
  for (int low = scans - 2; low >= 0; --low) append_scan(jpeg, blocks, low + 1, low);
  append(jpeg, {0xff, 0xd9});
  return jpeg;
}

core::Image noise(core::Size size, unsigned seed, int contrast) {
  std::mt19937 random(seed);
  core::Bytes pixels(core::image_bytes(core::PixelFormat::gray8, size));
  for (auto& pixel : pixels)
    pixel = uint8_t(128 + int(random() % unsigned(2 * contrast)) - contrast);
  return {core::PixelFormat::gray8, size, std::move(pixels)};
}

core::Status run_attack_child(const AttackOptions& options, const core::Context& context) {
  core::give_way();  // and so do the threads that it starts
  const auto attack = attack_of(options.kind);
  if (!attack) return attack.error();
  auto bus = bus::connect_bus(options.bus_url, {}, context.named("bus"));
  if (!bus) return bus.error();
  if (*attack == Attack::status) return send_statuses(**bus, context);
  const auto pictures = *attack == Attack::jpeg   ? make_jpeg()
                        : *attack == Attack::h264 ? make_h264(context)
                                                  : make_large();
  if (!pictures) return pictures.error();
  return send_pictures(**bus, *pictures, *attack == Attack::h264 ? 30 : 60, context);
}

}  // namespace fovea::bench
