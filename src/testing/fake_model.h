#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "infer/predictor.h"

namespace fovea::testing {

// How a fake model behaves. `predict` may wait, fail or throw; it is called on the session's
// thread. Without it every pixel is class 1, "thing", at once.
struct FakeModelPlan {
  std::string name = "fake";
  std::string version = "1";
  core::Size size{8, 8};
  std::function<core::Result<infer::Prediction>(const core::Image& picture, core::Size frame)>
      predict;
  core::ClassList classes = {{"background", {0, 0, 0}, -1}, {"thing", {200, 30, 30}, -1}};
};

inline infer::Prediction all_things(core::Size size, core::Size frame) {
  infer::Prediction prediction;
  prediction.segmentation = infer::Segmentation{
      {core::PixelFormat::gray8, size,
       core::Bytes(static_cast<size_t>(size.width) * static_cast<size_t>(size.height), 1)},
      std::nullopt,
      {0, 0, static_cast<double>(frame.width), static_cast<double>(frame.height)}};
  prediction.infer_ms = 1;
  return prediction;
}

// A model that needs no engine, for builds without one and for tests that control time.
class FakeModel final : public infer::LoadedModel {
 public:
  explicit FakeModel(FakeModelPlan plan) : plan_(std::move(plan)) {
    manifest_.name = plan_.name;
    manifest_.version = plan_.version;
    manifest_.classes = plan_.classes;
    manifest_.input.size = plan_.size;
  }

  const infer::Manifest& manifest() const override { return manifest_; }
  std::string engine() const override { return "fake"; }
  core::Size input_size() const override { return plan_.size; }
  core::Result<std::unique_ptr<infer::Predictor>> open() const override {
    return std::unique_ptr<infer::Predictor>(std::make_unique<Fake>(plan_));
  }

 private:
  class Fake final : public infer::Predictor {
   public:
    explicit Fake(FakeModelPlan plan) : plan_(std::move(plan)) {}
    core::Result<infer::Prediction> predict(const core::Image& picture, core::Size frame) override {
      return plan_.predict ? plan_.predict(picture, frame) : all_things(plan_.size, frame);
    }

   private:
    const FakeModelPlan plan_;
  };

  const FakeModelPlan plan_;
  infer::Manifest manifest_;
};

}  // namespace fovea::testing
