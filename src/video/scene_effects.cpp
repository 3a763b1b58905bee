#include "video/scene_effects.h"

namespace fovea::video::scene {
namespace {

constexpr float strength = 16;  // table units per standard deviation of one

}  // namespace

int shake_max(int picture_width) { return 1 + 2 * picture_width / 250; }

Shift shake(uint32_t seed, double time_s, int picture_width) {
  // Slow sway of the mount and vibration of the machines; a heavy jolt now and then.
  const auto wave = [&](double frequency, uint32_t which) {
    const double phase = hash_unit(seed, which);
    return static_cast<float>(std::sin(2 * pi * std::fmod(time_s * frequency + phase, 1.0)));
  };
  const auto second = static_cast<int64_t>(std::floor(time_s / 7));
  const bool jolt = hash_unit(seed ^ 0x6a6f6cU, static_cast<uint32_t>(second)) < 0.4f;
  const auto since = static_cast<float>(time_s - 7 * static_cast<double>(second));
  const float bump = jolt && since < 0.8f ? (1 - since / 0.8f) * wave(9.0, 7) : 0.0f;
  const auto limit = static_cast<float>(shake_max(picture_width));
  const float x = 0.32f * wave(0.31, 1) + 0.2f * wave(2.3, 2) + 0.12f * wave(6.1, 3);
  const float y = 0.28f * wave(0.23, 4) + 0.2f * wave(3.1, 5) + 0.14f * wave(7.7, 6) + 0.35f * bump;
  return {static_cast<int>(std::lround(std::clamp(x, -1.0f, 1.0f) * limit)),
          static_cast<int>(std::lround(std::clamp(y, -1.0f, 1.0f) * limit))};
}

SensorNoise::SensorNoise(float deviation) {
  table_.reserve(table_bytes);
  // About normal: the sum of four even numbers. Brightness varies more than colour, as after a
  // camera's own denoising.
  const auto normal = [](uint32_t which) {
    float sum = -2;
    for (uint32_t i = 0; i < 4; ++i) sum += hash_unit(which, i);
    return sum * 1.73f;
  };
  for (uint32_t i = 0; table_.size() < table_bytes; ++i) {
    const float grey = normal(hash(i, 1));
    for (uint32_t channel = 2; channel < 5; ++channel) {
      const float value = (0.8f * grey + 0.6f * normal(hash(i, channel))) * deviation * strength;
      table_.push_back(static_cast<int8_t>(std::clamp(std::lround(value / 2), -127L, 127L)));
    }
  }
}

void SensorNoise::add(uint32_t frame_seed, uint32_t row, uint8_t* pixels, size_t bytes) const {
  for (size_t done = 0; done < bytes;) {
    const size_t room = table_bytes / 2;
    const size_t count = std::min(bytes - done, room);
    const uint32_t drawn = hash(hash(frame_seed, row), static_cast<uint32_t>(done));
    const int8_t* noise = &table_[drawn % (room / 3) * 3];
    uint8_t* p = pixels + done;
    for (size_t i = 0; i < count; ++i) {
      // Twice as strong in the light as in the dark: photons come in lots.
      const int gain = 64 + (p[i] >> 2);
      const int value = p[i] + ((noise[i] * gain + 256) >> 9);
      p[i] = static_cast<uint8_t>(std::clamp(value, 0, 255));
    }
    done += count;
  }
}

uint32_t frame_seed(uint32_t seed, double time_s) {
  const auto microseconds = static_cast<uint64_t>(static_cast<int64_t>(time_s * 1e6));
  return hash(hash(seed, static_cast<uint32_t>(microseconds)),
              static_cast<uint32_t>(microseconds >> 32));
}

}  // namespace fovea::video::scene
