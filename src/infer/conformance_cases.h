#pragma once

// The cases of RuntimeConformance. Included once, by the test file that instantiates the suite.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "infer/digest.h"
#include "infer/geometry.h"
#include "infer/runtime_conformance.h"
#include "testing/source_tree.h"

namespace fovea::infer {

namespace conformance {

inline constexpr core::Size network{8, 6};  // of every tiny model

inline GraphSpec spec_of(bool nchw, Tail tail) {
  GraphSpec spec;
  spec.input.size = network;
  spec.input.nchw = nchw;
  spec.tail = tail;
  return spec;
}

// A picture with slopes and edges in all channels.
inline core::Image test_picture(core::Size size, int seed = 0) {
  core::Bytes pixels;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      pixels.push_back(uint8_t(x * 23 + seed));
      pixels.push_back(uint8_t(y * 31 + seed));
      pixels.push_back(uint8_t((x / 2 + y) % 3 * 90 + seed));
    }
  }
  return {core::PixelFormat::rgb24, size, std::move(pixels)};
}

// Bilinear with pixel centres at half, edges repeated: what an Interpolate of ONNX's `half_pixel`
// does, in plain words.
inline double sample(const core::Image& picture, core::Size to, int x, int y, int channel) {
  const auto along = [](int at, int from, int target) {
    return std::clamp((at + 0.5) * from / target - 0.5, 0.0, double(from - 1));
  };
  const double across = along(x, picture.size.width, to.width);
  const double down = along(y, picture.size.height, to.height);
  const auto pixel = [&](int column, int row) {
    column = std::min(column, picture.size.width - 1);
    row = std::min(row, picture.size.height - 1);
    return double(
        picture.pixels.data()[(size_t(row) * size_t(picture.size.width) + size_t(column)) * 3 +
                              size_t(channel)]);
  };
  const int left = int(across);
  const int top = int(down);
  const double right_share = across - left;
  const double bottom_share = down - top;
  return (pixel(left, top) * (1 - right_share) + pixel(left + 1, top) * right_share) *
             (1 - bottom_share) +
         (pixel(left, top + 1) * (1 - right_share) + pixel(left + 1, top + 1) * right_share) *
             bottom_share;
}

// What the network is fed at (x, y) and its own channel, before normalisation.
inline double expected_value(const core::Image& picture, const InputSpec& input, int x, int y,
                             int channel) {
  const Placement placement = place(input.resize, picture.size, input.size);
  const int column = x - placement.left;
  const int row = y - placement.top;
  if (column < 0 || row < 0 || column >= placement.inner.width || row >= placement.inner.height) {
    return input.padding;
  }
  return sample(picture, placement.inner, column, row, input.bgr ? 2 - channel : channel);
}

// The greatest difference between what came out of an identity model and what should, in steps of
// the picture's bytes.
inline double feed_error(const Outputs& outputs, const core::Image& picture,
                         const InputSpec& input) {
  double worst = 0;
  for (int y = 0; y < input.size.height; ++y) {
    for (int x = 0; x < input.size.width; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        const int index = input.nchw ? (channel * input.size.height + y) * input.size.width + x
                                     : (y * input.size.width + x) * 3 + channel;
        const auto at = size_t(channel);
        const double got = double(outputs.raw[size_t(index)]) * input.scale[at] + input.mean[at];
        worst = std::max(worst, std::abs(got - expected_value(picture, input, x, y, channel)));
      }
    }
  }
  return worst;
}

}  // namespace conformance

inline void RuntimeConformance::SetUp() { runtime_ = GetParam().make(context_); }

inline std::string RuntimeConformance::tiny(const std::string& file) {
  return fovea::testing::source_file("src/infer/testdata/" + file);
}

inline EngineOptions RuntimeConformance::options() const {
  EngineOptions options;
  options.threads = 1;
  options.precision = "f32";
  options.cache_dir = folder_ / "cache";
  return options;
}

inline core::Result<std::shared_ptr<const Model>> RuntimeConformance::compile(
    const std::string& file, const GraphSpec& spec) const {
  return runtime_->compile(tiny(file), model_digest(tiny(file)).value(), spec, options());
}

namespace conformance {

TEST_P(RuntimeConformance, says_what_it_is) {
  EXPECT_FALSE(runtime_->name().empty());
  EXPECT_FALSE(runtime_->devices().empty());
  const auto extensions = runtime_->extensions();
  EXPECT_NE(std::find(extensions.begin(), extensions.end(), ".onnx"), extensions.end());
}

TEST_P(RuntimeConformance, inspects_inputs_and_outputs) {
  const auto shape = runtime_->inspect(tiny("class_map.onnx"));
  ASSERT_TRUE(shape) << shape.error().message;
  ASSERT_EQ(shape->inputs.size(), 1u);
  EXPECT_EQ(to_string(shape->inputs[0]), "f32 [1,3,6,8]");
  ASSERT_EQ(shape->outputs.size(), 1u);
  EXPECT_EQ(to_string(shape->outputs[0]), "i64 [1,6,8]");
}

TEST_P(RuntimeConformance, refuses_files_that_are_no_model) {
  const auto missing = runtime_->inspect(folder_ / "none.onnx");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, core::Code::not_found);

  std::ifstream file(tiny("logits_nchw.onnx"), std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(file), {}};
  for (const std::string& content : {std::string(), std::string("not a model"), whole.substr(0, 20),
                                     whole.substr(0, whole.size() - 40)}) {
    const std::string path = folder_ / "bad.onnx";
    std::ofstream(path, std::ios::binary) << content;
    const auto shape = runtime_->inspect(path);
    ASSERT_FALSE(shape) << content.size();
    EXPECT_EQ(shape.error().code, core::Code::bad_input) << content.size();
    EXPECT_EQ(shape.error().message.find('\n'), std::string::npos) << shape.error().message;
  }
}

TEST_P(RuntimeConformance, feeds_the_network_as_the_spec_says) {
  const std::vector<core::Size> sizes{network, {16, 12}, {5, 11}, {1, 1}, {37, 9}, {8, 40}};
  for (const bool nchw : {true, false}) {
    for (const bool bgr : {false, true}) {
      for (const auto resize :
           {Resize::stretch, Resize::letterbox_top_left, Resize::letterbox_centre}) {
        for (const bool normalised : {false, true}) {
          GraphSpec spec = spec_of(nchw, Tail::raw);
          spec.input.bgr = bgr;
          spec.input.resize = resize;
          if (normalised) spec.input.mean = {100, 110, 120};
          if (normalised) spec.input.scale = {50, 55, 60};
          const auto model = compile(nchw ? "identity_nchw.onnx" : "identity_nhwc.onnx", spec);
          ASSERT_TRUE(model) << model.error().message;
          auto session = (*model)->open();
          ASSERT_TRUE(session) << session.error().message;
          for (const core::Size size : sizes) {
            const core::Image picture = test_picture(size);
            const auto outputs = (*session)->run(picture);
            ASSERT_TRUE(outputs) << outputs.error().message;
            // One step: engines may round between resize and conversion.
            EXPECT_LE(feed_error(*outputs, picture, spec.input), 1.01)
                << "nchw " << nchw << ", bgr " << bgr << ", " << to_string(resize)
                << ", normalised " << normalised << ", " << size.width << "x" << size.height;
          }
        }
      }
    }
  }
}

TEST_P(RuntimeConformance, feeds_bytes_to_a_network_of_bytes) {
  const GraphSpec spec = spec_of(false, Tail::raw);
  const auto model = compile("identity_u8.onnx", spec);
  ASSERT_TRUE(model) << model.error().message;
  const core::Image picture = test_picture({13, 7});
  auto session = (*model)->open();
  const auto outputs = (*session)->run(picture);
  ASSERT_TRUE(outputs) << outputs.error().message;
  EXPECT_EQ(outputs->raw_shape, (std::vector<size_t>{1, 6, 8, 3}));
  EXPECT_LE(feed_error(*outputs, picture, spec.input), 1.01);
}

TEST_P(RuntimeConformance, gives_an_open_size_the_spec_s) {
  GraphSpec spec = spec_of(true, Tail::raw);
  spec.input.size = {12, 10};
  const auto model = compile("open_size.onnx", spec);
  ASSERT_TRUE(model) << model.error().message;
  auto session = (*model)->open();
  const core::Image picture = test_picture({24, 20});
  const auto outputs = (*session)->run(picture);
  ASSERT_TRUE(outputs) << outputs.error().message;
  EXPECT_EQ(outputs->raw_shape, (std::vector<size_t>{1, 3, 10, 12}));
  EXPECT_LE(feed_error(*outputs, picture, spec.input), 1.01);
}

// The tiny segmentation networks: scores are 0.05 times red, green, blue and 100.
struct Scores {
  int best = 0;
  double share = 0;
};
inline Scores scores_at(const core::Image& picture, size_t pixel) {
  const uint8_t* rgb = picture.pixels.data() + pixel * 3;
  const double scores[] = {rgb[0] * 0.05, rgb[1] * 0.05, rgb[2] * 0.05, 5};
  const auto best = std::max_element(scores, scores + 4);
  double sum = 0;
  for (const double score : scores) sum += std::exp(score - *best);
  return {int(best - scores), 1 / sum};
}

TEST_P(RuntimeConformance, ends_in_a_class_map_and_confidence) {
  struct Case {
    const char* file;
    Tail tail;
  };
  for (const Case& each :
       {Case{"class_map.onnx", Tail::class_map}, Case{"logits_nchw.onnx", Tail::logits_nchw},
        Case{"logits_nhwc.onnx", Tail::logits_nhwc},
        Case{"softmax_nchw.onnx", Tail::logits_nchw}}) {
    const auto model = compile(each.file, spec_of(true, each.tail));
    ASSERT_TRUE(model) << each.file << ": " << model.error().message;
    auto session = (*model)->open();
    const core::Image picture = test_picture(network, 3);
    const auto outputs = (*session)->run(picture);
    ASSERT_TRUE(outputs) << outputs.error().message;
    EXPECT_EQ(outputs->map_size, network);
    EXPECT_TRUE(outputs->raw.empty());
    ASSERT_EQ(outputs->class_map.size(), 48u);
    const bool soft = each.tail != Tail::class_map;
    ASSERT_EQ(outputs->confidence.size(), soft ? 48u : 0u);
    for (size_t pixel = 0; pixel < 48; ++pixel) {
      const Scores expected = scores_at(picture, pixel);
      EXPECT_EQ(int(outputs->class_map[pixel]), expected.best) << each.file << " " << pixel;
      if (soft) {
        EXPECT_NEAR(outputs->confidence[pixel], expected.share * 255, 1.5) << each.file;
      }
    }
  }
}

// Scores at half the size, a cell being the mean of its four pixels.
TEST_P(RuntimeConformance, interpolates_coarse_scores) {
  const core::Image picture = test_picture(network, 3);
  const auto cell = [&](int x, int y, int channel) {
    double sum = 0;
    for (const int at : {0, 1, network.width, network.width + 1}) {
      sum +=
          picture.pixels.data()[size_t(2 * y * network.width + 2 * x + at) * 3 + size_t(channel)];
    }
    return sum / 4 * 0.05;
  };
  const auto between = [](int pixel, int cells, auto&& value) {
    const double at = (pixel + 0.5) / 2 - 0.5;
    const int before = int(std::floor(at));
    const double share = at - before;
    return value(std::max(before, 0)) * (1 - share) +
           value(std::min(before + 1, cells - 1)) * share;
  };
  const auto score = [&](int x, int y, int channel) {
    if (channel == 3) return 5.0;
    return between(y, 3, [&](int row) {
      return between(x, 4, [&](int column) { return cell(column, row, channel); });
    });
  };
  for (const auto& [file, tail] : {std::pair{"coarse_nchw.onnx", Tail::logits_nchw},
                                   {"coarse_nhwc.onnx", Tail::logits_nhwc}}) {
    const auto model = compile(file, spec_of(true, tail));
    ASSERT_TRUE(model) << file << ": " << model.error().message;
    auto session = (*model)->open();
    const auto outputs = (*session)->run(picture);
    ASSERT_TRUE(outputs) << outputs.error().message;
    ASSERT_EQ(outputs->map_size, network);
    ASSERT_EQ(outputs->confidence.size(), 48u);
    for (int y = 0; y < network.height; ++y) {
      for (int x = 0; x < network.width; ++x) {
        int best = 0;
        for (int channel = 1; channel < 4; ++channel) {
          if (score(x, y, channel) > score(x, y, best)) best = channel;
        }
        EXPECT_EQ(int(outputs->class_map[size_t(y * network.width + x)]), best)
            << file << " " << x << " " << y;
      }
    }
  }
}

TEST_P(RuntimeConformance, refuses_a_spec_that_does_not_fit) {
  GraphSpec size = spec_of(true, Tail::raw);
  size.input.size = {9, 6};
  for (const auto& [file, spec] : {std::pair{"identity_nchw.onnx", size},
                                   {"identity_nchw.onnx", spec_of(false, Tail::raw)},
                                   {"logits_nchw.onnx", spec_of(true, Tail::class_map)},
                                   {"class_map.onnx", spec_of(true, Tail::logits_nchw)}}) {
    const auto model = compile(file, spec);
    ASSERT_FALSE(model) << file;
    EXPECT_EQ(model.error().code, core::Code::bad_input) << model.error().message;
  }
}

TEST_P(RuntimeConformance, refuses_devices_and_precisions_it_does_not_know) {
  const std::string path = tiny("identity_nchw.onnx");
  EngineOptions wrong = options();
  wrong.device = "TOASTER";
  const auto device = runtime_->compile(path, "a", spec_of(true, Tail::raw), wrong);
  ASSERT_FALSE(device);
  EXPECT_EQ(device.error().code, core::Code::unsupported);
  wrong = options();
  wrong.precision = "f99";
  const auto precision = runtime_->compile(path, "a", spec_of(true, Tail::raw), wrong);
  ASSERT_FALSE(precision);
  EXPECT_EQ(precision.error().code, core::Code::bad_input);
}

TEST_P(RuntimeConformance, refuses_pictures_that_are_none) {
  const auto model = compile("identity_nchw.onnx", spec_of(true, Tail::raw));
  ASSERT_TRUE(model) << model.error().message;
  auto session = (*model)->open();
  core::Image bgr = test_picture(network);
  bgr.format = core::PixelFormat::bgr24;
  core::Image empty = test_picture(network);
  empty.size = {0, 6};
  core::Image cut = test_picture(network);
  cut.size = {8, 7};
  for (const auto& picture : {bgr, empty, cut, core::Image{}}) {
    const auto outputs = (*session)->run(picture);
    ASSERT_FALSE(outputs);
    EXPECT_EQ(outputs.error().code, core::Code::bad_input);
  }
  EXPECT_TRUE((*session)->run(test_picture(network)));  // and it goes on
}

TEST_P(RuntimeConformance, reads_back_what_it_runs_on) {
  const auto model = compile("identity_nchw.onnx", spec_of(true, Tail::raw));
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ((*model)->engine(), runtime_->name() + " CPU f32");
  EXPECT_EQ(to_string((*model)->shape().inputs.at(0)), "f32 [1,3,6,8]");
}

TEST_P(RuntimeConformance, survives_a_damaged_cache) {
  namespace fs = std::filesystem;
  const GraphSpec spec = spec_of(true, Tail::logits_nchw);
  const auto classes = [&] {
    const auto model = compile("logits_nchw.onnx", spec);
    EXPECT_TRUE(model) << model.error().message;
    EXPECT_EQ(to_string((*model)->shape().outputs.at(0)), "f32 [1,4,6,8]");
    auto session = (*model)->open();
    const auto outputs = (*session)->run(test_picture({20, 20}));
    EXPECT_TRUE(outputs);
    return std::vector<uint8_t>(outputs->class_map.begin(), outputs->class_map.end());
  };
  const auto fresh = classes();
  EXPECT_EQ(classes(), fresh);  // from the cache, where the engine keeps one
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    if (!entry.is_directory()) continue;
    for (const auto& file : fs::recursive_directory_iterator(entry.path())) {
      if (file.is_regular_file()) fs::resize_file(file.path(), file.file_size() / 2);
    }
  }
  EXPECT_EQ(classes(), fresh);
  EXPECT_EQ(classes(), fresh);
}

TEST_P(RuntimeConformance, serves_sessions_of_several_threads) {
  const auto model = compile("logits_nchw.onnx", spec_of(true, Tail::logits_nchw));
  ASSERT_TRUE(model) << model.error().message;
  runtime_.reset();  // a model outlives its runtime
  std::vector<std::thread> threads;
  threads.reserve(4);
  std::vector<int> wrong(4, 0);
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      auto session = (*model)->open();
      const core::Image picture = test_picture(network, thread * 40);
      for (int round = 0; round < 50; ++round) {
        const auto outputs = (*session)->run(picture);
        for (size_t pixel = 0; pixel < 48; ++pixel) {
          const bool right = outputs && outputs->class_map[pixel] == scores_at(picture, pixel).best;
          wrong[size_t(thread)] += right ? 0 : 1;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

}  // namespace conformance
}  // namespace fovea::infer
