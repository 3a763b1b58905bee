#include "train/step_timing.h"

#include <ATen/Parallel.h>

#include <chrono>

#include "core/json_reader.h"
#include "train/loss.h"
#include "train/optimizer.h"
#include "train/torch_network.h"

namespace fovea::train {

namespace {

constexpr int warm_up = 6;
constexpr double learning_rate = 1e-3;
constexpr double weight_decay = 1e-2;

struct Plan {
  learn::NetworkConfig network;
  int64_t width = 0, height = 0, batch = 0, steps = 0;
  int threads = 0;
};

core::Result<Plan> parse_plan(std::string_view text) {
  const auto json = core::parse_json_object(text);
  if (!json) return json.error();
  core::JsonReader reader(*json);
  constexpr int64_t side_max = 4096;
  const auto& crop = reader.list("crop", 2);
  Plan plan;
  plan.width = crop[0].get<int64_t>();
  plan.height = crop[1].get<int64_t>();
  const auto fits = [](int64_t side) { return side > 0 && side <= side_max; };
  if (!fits(plan.width) || !fits(plan.height)) reader.fail("crop", "is not [width, height]");
  plan.batch = reader.integer("batch", 1, 1024);
  plan.steps = reader.integer("steps", 1, 1'000'000);
  plan.threads = int(reader.integer("threads", 1, 1024));
  auto network = learn::parse_network_config(reader.object("network").dump());
  if (auto good = reader.status(); !good) return good.error();
  if (!network) return network.error();
  plan.network = *std::move(network);
  return plan;
}

}  // namespace

core::Result<double> time_steps(std::string_view json) {
  const auto plan = parse_plan(json);
  if (!plan) return plan.error();
  at::set_num_threads(plan->threads);
  torch::manual_seed(1);
  TorchNetwork network(plan->network);
  TorchNetwork average(plan->network);
  Optimizer optimizer(network, average, weight_decay);
  const auto classes = int64_t(plan->network.classes.size());
  LossOptions loss;
  loss.class_weights = torch::ones({classes});
  const auto pixels =
      torch::randn({plan->batch, plan->height, plan->width, 3}).permute({0, 3, 1, 2});
  const auto labels =
      torch::randint(classes, {plan->batch, plan->height, plan->width}, torch::kUInt8);
  auto begin = std::chrono::steady_clock::now();
  for (int64_t step = -warm_up; step < plan->steps; ++step) {
    if (step == 0) begin = std::chrono::steady_clock::now();
    auto value = training_loss(network.forward_training(pixels), labels, step + warm_up, loss);
    value.backward();
    (void)value.item<double>();
    (void)optimizer.step(learning_rate);
  }
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  return took.count() / double(plan->steps);
}

}  // namespace fovea::train
