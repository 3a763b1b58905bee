#include "train/augment.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace fovea::train {

namespace {

// From a place in the piece to one in the picture: place * step + start.
struct Axis {
  double step = 1;
  double start = 0;
  int limit = 1;  // of the picture
};

// The two neighbours of a place and the second one's share; outside the picture the border's pixel.
struct Tap {
  int first = 0;
  int second = 0;
  float share = 0;
  int nearest = -1;  // -1: outside
};

std::vector<Tap> taps(const Axis& axis, int count) {
  std::vector<Tap> all;
  all.reserve(size_t(count));
  for (int i = 0; i < count; ++i) {
    const double place = i * axis.step + axis.start;
    const double clamped = std::clamp(place, 0.0, double(axis.limit - 1));
    Tap tap;
    tap.first = int(clamped);
    tap.second = std::min(tap.first + 1, axis.limit - 1);
    tap.share = float(clamped - tap.first);
    const int nearest = int(std::floor(place + 0.5));
    if (nearest >= 0 && nearest < axis.limit) tap.nearest = nearest;
    all.push_back(tap);
  }
  return all;
}

// A colour of the picture to what the network takes: a 3x3 matrix and an offset.
struct ColourChange {
  std::array<std::array<float, 3>, 3> matrix{};
  std::array<float, 3> offset{};
};

ColourChange normalisation(const learn::NetworkConfig& config) {
  ColourChange change;
  for (size_t c = 0; c < 3; ++c) {
    change.matrix[c][c] = float(1 / config.scale[c]);
    change.offset[c] = float(-config.mean[c] / config.scale[c]);
  }
  return change;
}

// A factor between e^-less and e^more.
double factor(double less, double more, std::mt19937& random) {
  return std::exp(std::uniform_real_distribution<>(-less, more)(random));
}

bool happens(double share, std::mt19937& random) {
  return std::uniform_real_distribution<>(0, 1)(random) < share;
}

ColourChange random_change(const learn::NetworkConfig& config, double strength,
                           std::mt19937& random) {
  constexpr std::array<double, 3> luma{0.299, 0.587, 0.114};
  constexpr double middle = 128;
  constexpr double haze_light = 200;
  const double light = factor(0.35 * strength, 0.25 * strength, random);
  const double contrast = factor(0.3 * strength, 0.2 * strength, random);
  const double saturation = factor(0.4 * strength, 0.25 * strength, random);
  const bool hazy = happens(0.2 * (strength - 1), random);
  const double haze = hazy ? std::uniform_real_distribution<>(0.1, 0.6)(random) : 0;
  ColourChange change;
  for (size_t row = 0; row < 3; ++row) {
    const double channel = factor(0.06 * strength, 0.06 * strength, random);
    const double gain = (1 - haze) * channel * light * contrast / config.scale[row];
    for (size_t column = 0; column < 3; ++column) {
      const double grey = (1 - saturation) * luma[column];
      change.matrix[row][column] = float(gain * (grey + (row == column ? saturation : 0)));
    }
    const double offset = (1 - haze) * middle * light * (1 - contrast) + haze * haze_light;
    change.offset[row] = float((offset - config.mean[row]) / config.scale[row]);
  }
  return change;
}

void sample_pixels(const core::Image& picture, const std::vector<Tap>& across,
                   const std::vector<Tap>& down, const ColourChange& change, float* to) {
  const auto stride = size_t(picture.size.width) * 3;
  for (const Tap& row : down) {
    const uint8_t* upper = picture.pixels.data() + size_t(row.first) * stride;
    const uint8_t* lower = picture.pixels.data() + size_t(row.second) * stride;
    for (const Tap& column : across) {
      const size_t left = size_t(column.first) * 3;
      const size_t right = size_t(column.second) * 3;
      std::array<float, 3> colour{};
      for (size_t c = 0; c < 3; ++c) {
        const float above =
            float(upper[left + c]) + column.share * float(upper[right + c] - upper[left + c]);
        const float below =
            float(lower[left + c]) + column.share * float(lower[right + c] - lower[left + c]);
        colour[c] = above + row.share * (below - above);
      }
      for (size_t c = 0; c < 3; ++c) {
        *to++ = change.matrix[c][0] * colour[0] + change.matrix[c][1] * colour[1] +
                change.matrix[c][2] * colour[2] + change.offset[c];
      }
    }
  }
}

void sample_labels(const core::Image& map, size_t classes, const std::vector<Tap>& across,
                   const std::vector<Tap>& down, uint8_t* to) {
  for (const Tap& row : down) {
    const uint8_t* line = row.nearest < 0
                              ? nullptr
                              : map.pixels.data() + size_t(row.nearest) * size_t(map.size.width);
    for (const Tap& column : across) {
      const uint8_t value = line && column.nearest >= 0 ? line[column.nearest] : core::no_class;
      *to++ = value < classes ? value : core::no_class;
    }
  }
}

// [1 2 1] along both directions, in place.
void blur(core::Size size, std::span<float> pixels) {
  const auto along = [&](size_t count, size_t step, size_t lines, size_t line_step) {
    for (size_t line = 0; line < lines; ++line) {
      for (size_t c = 0; c < 3; ++c) {
        float* at = pixels.data() + line * line_step + c;
        float before = *at;
        for (size_t i = 0; i + 1 < count; ++i, at += step) {
          const float own = *at;
          *at = (before + 2 * own + at[step]) / 4;
          before = own;
        }
      }
    }
  };
  const auto width = size_t(size.width);
  const auto height = size_t(size.height);
  along(width, 3, height, width * 3);
  along(height, width * 3, width, 3);
}

void add_noise(const learn::NetworkConfig& config, double most, std::mt19937& random,
               std::span<float> pixels) {
  const double strength = std::uniform_real_distribution<>(0, most)(random) * 255 / config.scale[0];
  // The sum of four bytes is near enough to a normal distribution; its deviation is 148.
  const auto factor = float(strength / 148);
  uint32_t state = random() | 1;
  for (float& pixel : pixels) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    const uint32_t sum =
        (state & 255) + ((state >> 8) & 255) + ((state >> 16) & 255) + (state >> 24);
    pixel += factor * (float(sum) - 510);
  }
}

// Where the piece begins, in pixels of the scaled picture; a piece that is larger lies about it.
double random_start(double scaled, int crop, std::mt19937& random) {
  const double room = scaled - crop;
  return std::uniform_real_distribution<>(std::min(0.0, room), std::max(0.0, room))(random);
}

}  // namespace

void cut(const evaluate::Sample& sample, const learn::NetworkConfig& config,
         const Augmentation& how, core::Size crop, std::mt19937& random, std::span<float> pixels,
         std::span<uint8_t> labels) {
  const double scale = std::exp(std::uniform_real_distribution<>(std::log(how.scale_least),
                                                                 std::log(how.scale_most))(random));
  const auto axis = [&](int input, int own, int piece) {
    const double scaled = input * scale;
    Axis made{own / scaled, 0, own};
    made.start = (random_start(scaled, piece, random) + 0.5) * made.step - 0.5;
    return made;
  };
  Axis across = axis(config.input.width, sample.picture.size.width, crop.width);
  const Axis down = axis(config.input.height, sample.picture.size.height, crop.height);
  if (how.flip && happens(0.5, random)) {
    across.start += across.step * (crop.width - 1);
    across.step = -across.step;
  }
  const auto columns = taps(across, crop.width);
  const auto rows = taps(down, crop.height);
  sample_pixels(sample.picture, columns, rows, random_change(config, how.colour, random),
                pixels.data());
  sample_labels(sample.class_map, config.classes.size(), columns, rows, labels.data());
  if (happens(how.blur, random)) blur(crop, pixels);
  if (happens(how.noise, random)) add_noise(config, 0.04, random, pixels);
}

void prepare(const core::Image& picture, const learn::NetworkConfig& config,
             std::span<float> pixels) {
  const auto axis = [](int input, int own) {
    const double step = double(own) / input;
    return Axis{step, 0.5 * step - 0.5, own};
  };
  sample_pixels(picture, taps(axis(config.input.width, picture.size.width), config.input.width),
                taps(axis(config.input.height, picture.size.height), config.input.height),
                normalisation(config), pixels.data());
}

}  // namespace fovea::train
