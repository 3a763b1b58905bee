#include "train/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace fovea::train {
namespace {

learn::NetworkConfig small() {
  learn::NetworkConfig config;
  config.classes = {{"floor", {}, -1}, {"disc", {}, -1}};
  config.width = 0.25;
  config.input = {32, 32};
  return config;
}

class OptimizerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    torch::manual_seed(1);
    average_.take(network_.weights(true), "");
  }

  void set_gradients(double value) {
    for (auto& tensor : network_.learned()) tensor.mutable_grad() = torch::full_like(tensor, value);
  }

  TorchNetwork network_{small()};
  TorchNetwork average_{small()};
  Optimizer optimizer_{network_, average_, 0};
};

TEST_F(OptimizerTest, GradientsAreCutToANorm) {
  set_gradients(1e6);
  ASSERT_TRUE(optimizer_.step(1e-3));
  learn::Tensors state;
  optimizer_.save(state);
  double squares = 0;
  for (const auto& [name, tensor] : state) {
    if (!name.starts_with("adam.mean.")) continue;
    for (const float value : tensor.values) squares += double(value) * double(value);
  }
  EXPECT_NEAR(std::sqrt(squares), 0.1 * 5, 1e-3) << "a tenth of the norm, as beta is 0.9";
}

TEST_F(OptimizerTest, GradientsThatAreNoNumbersChangeNothing) {
  const auto before = network_.weights(true);
  set_gradients(std::numeric_limits<double>::quiet_NaN());
  EXPECT_FALSE(optimizer_.step(1e-3));
  EXPECT_EQ(network_.weights(true), before);
  EXPECT_EQ(average_.weights(true), before);
  EXPECT_EQ(optimizer_.steps(), 0);
}

TEST_F(OptimizerTest, TheAverageFollowsSlowly) {
  const auto value = [](const TorchNetwork& network) {
    return network.weights(true).at("classes.weight").values[0];
  };
  const float before = value(average_);
  set_gradients(1);
  ASSERT_TRUE(optimizer_.step(0.1));
  const float moved = value(network_) - before;
  EXPECT_NEAR(moved, -0.1, 1e-3) << "Adam's first step is as long as the rate";
  EXPECT_NEAR(value(average_) - before, moved * 9 / 11, 1e-4) << "at first it is near";
  learn::Tensors state;
  optimizer_.save(state);
  ASSERT_TRUE(optimizer_.load(state, 100'000));
  const float settled = value(average_);
  set_gradients(1);
  ASSERT_TRUE(optimizer_.step(0.1));
  EXPECT_NEAR(value(average_) - settled, 0.002F * (value(network_) - settled), 1e-5) << "later far";
}

}  // namespace
}  // namespace fovea::train
