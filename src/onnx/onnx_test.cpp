#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "learn/half.h"
#include "onnx/onnx_file.h"

namespace fovea::onnx {
namespace {

using ::testing::HasSubstr;

learn::OnnxNetwork some_network() {
  learn::OnnxNetwork network;
  network.config.classes = {{"floor", {1, 2, 3}, -1}, {"person", {4, 5, 6}, -1}};
  network.config.input = {96, 64};
  float value = -1;
  for (const auto& slot : slots_of(make_network(network.config), false)) {
    int64_t count = 1;
    for (const int64_t side : slot.shape) count *= side;
    auto& tensor = network.weights[slot.name];
    tensor.shape = slot.shape;
    for (int64_t i = 0; i < count; ++i) {
      tensor.values.push_back(value);
      value = value > 1 ? -1 : value + 0.0137f;
    }
  }
  return network;
}

TEST(Onnx, ANetworkComesBack) {
  const auto network = some_network();
  const auto bytes = to_onnx(network, false);
  ASSERT_TRUE(bytes) << bytes.error().message;
  const auto again = from_onnx(*bytes);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->config, network.config);
  EXPECT_EQ(again->weights, network.weights);
}

TEST(Onnx, HalfTheSizeKeepsTheNetwork) {
  const auto network = some_network();
  const auto whole = to_onnx(network, false);
  const auto half = to_onnx(network, true);
  ASSERT_TRUE(whole && half);
  EXPECT_LT(half->size(), whole->size() * 6 / 10);
  const auto again = from_onnx(*half);
  ASSERT_TRUE(again) << again.error().message;
  for (const auto& [name, tensor] : network.weights) {
    const auto& other = again->weights.at(name);
    ASSERT_EQ(other.shape, tensor.shape);
    for (size_t i = 0; i < tensor.values.size(); ++i) {
      ASSERT_NEAR(other.values[i], tensor.values[i], 1e-3) << name;
    }
  }
}

TEST(Onnx, CutAnywhereIsRefused) {
  const auto bytes = *to_onnx(some_network(), true);
  for (size_t length = 0; length < bytes.size(); length += 997) {
    EXPECT_FALSE(from_onnx(std::span(bytes).first(length))) << length;
  }
}

TEST(Onnx, OfOthersIsSaid) {
  auto network = some_network();
  network.weights.erase("stem.weight");
  EXPECT_THAT(to_onnx(network, false).error().message, HasSubstr("'stem.weight' are missing"));
  EXPECT_FALSE(from_onnx({}));
  const std::string text = "this is a text, and not a short one";
  EXPECT_FALSE(from_onnx({reinterpret_cast<const uint8_t*>(text.data()), text.size()}));
}

}  // namespace
}  // namespace fovea::onnx
