#pragma once

#include <cstdint>
#include <random>
#include <span>

#include "core/image.h"
#include "evaluate/data_set.h"
#include "learn/network.h"

namespace fovea::train {

// How much a picture is changed before it is learned from.
struct Augmentation {
  double scale_least = 0.5;  // of the network's size of the picture
  double scale_most = 1.75;
  bool flip = true;
  // How much brightness, contrast, saturation and the channels' strengths change: 0 is not at all,
  // 1 is for pictures as those that are learned from, 2 for darkness and haze that they do not
  // show.
  double colour = 1;
  double blur = 0.15;  // share of pictures that are blurred a little
  double noise = 0.3;  // share of pictures that get sensor noise, up to 4 % of full scale
};

// Cuts a piece of `crop` out of the sample as the network of `config` would see it (its picture
// stretched to config.input), changed at random. `pixels` takes crop.height * crop.width * 3
// numbers, normalised, channels last; `labels` crop.height * crop.width classes, void outside the
// picture. Pure but for `random`. Threads: any.
void cut(const evaluate::Sample& sample, const learn::NetworkConfig& config,
         const Augmentation& how, core::Size crop, std::mt19937& random, std::span<float> pixels,
         std::span<uint8_t> labels);

// The whole picture as the network sees it, unchanged: config.input.height * width * 3 numbers.
void prepare(const core::Image& picture, const learn::NetworkConfig& config,
             std::span<float> pixels);

}  // namespace fovea::train
