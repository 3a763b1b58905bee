// What Torch, ONNX Runtime and OpenVINO make of one network: export_test.py compares.
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdlib>

#include "core/file.h"
#include "learn/network_file.h"
#include "learn/onnx.h"
#include "testing/process.h"
#include "testing/source_tree.h"
#include "testing/temporary_directory.h"
#include "train/torch_network.h"

namespace fovea::train {
namespace {

TEST(Export, ThreeEnginesAgree) {
  torch::manual_seed(5);
  learn::NetworkConfig config;
  for (int i = 0; i < 7; ++i) config.classes.push_back({"c" + std::to_string(i), {}, -1});
  config.input = {150, 102};  // nothing divides evenly
  TorchNetwork network(config);
  const auto picture = torch::randn({1, 3, config.input.height, config.input.width});
  for (int i = 0; i < 40; ++i) {  // until the running statistics are those of a trained network
    const torch::NoGradGuard no_gradients;
    (void)network.forward_training(
        torch::randn({2, 3, 96, 144}).contiguous(at::MemoryFormat::ChannelsLast));
  }
  const auto scores = network.forward(picture.contiguous(at::MemoryFormat::ChannelsLast));
  const testing::TemporaryDirectory folder;
  const learn::TensorFile file{{{"picture", to_tensor(picture)}, {"scores", to_tensor(scores)}},
                               {}};
  ASSERT_TRUE(
      core::replace_file((folder / "torch.safetensors").string(), learn::to_safetensors(file)));
  for (const bool half : {false, true}) {
    const auto onnx = learn::write_onnx({config, network.weights(false)}, half);
    ASSERT_TRUE(onnx) << onnx.error().message;
    const auto name = half ? "half.onnx" : "whole.onnx";
    ASSERT_TRUE(core::replace_file((folder / name).string(), *onnx));
  }
  testing::Process compare({testing::source_file(".venv/bin/python"),
                            testing::source_file("src/train/export_test.py"),
                            folder.path().string()});
  EXPECT_EQ(compare.wait(), 0) << compare.output();
}

}  // namespace
}  // namespace fovea::train
