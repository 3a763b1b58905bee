#include "bench/metered_model.h"

#include <utility>

#include "bench/threads.h"

namespace fovea::bench {

namespace {

class MeteredPredictor final : public infer::Predictor {
 public:
  MeteredPredictor(std::unique_ptr<infer::Predictor> predictor, ModelMeter& meter)
      : predictor_(std::move(predictor)), meter_(meter) {}

  core::Result<infer::Prediction> predict(const core::Image& picture, core::Size frame) override {
    const double before = thread_cpu_s();
    auto prediction = predictor_->predict(picture, frame);
    meter_.add(thread_id(), thread_cpu_s() - before);
    return prediction;
  }

 private:
  const std::unique_ptr<infer::Predictor> predictor_;
  ModelMeter& meter_;
};

class MeteredModel final : public infer::LoadedModel {
 public:
  MeteredModel(std::shared_ptr<const infer::LoadedModel> model, ModelMeter& meter)
      : model_(std::move(model)), meter_(meter) {}

  const infer::Manifest& manifest() const override { return model_->manifest(); }
  std::string engine() const override { return model_->engine(); }
  core::Size input_size() const override { return model_->input_size(); }
  core::Result<std::unique_ptr<infer::Predictor>> open() const override {
    auto predictor = model_->open();
    if (!predictor) return predictor.error();
    return std::unique_ptr<infer::Predictor>(
        std::make_unique<MeteredPredictor>(*std::move(predictor), meter_));
  }

 private:
  const std::shared_ptr<const infer::LoadedModel> model_;
  ModelMeter& meter_;
};

}  // namespace

void ModelMeter::add(pid_t caller, double cpu_s) {
  std::lock_guard lock(mutex_);
  cpu_s_ += cpu_s;
  callers_.insert(caller);
}

double ModelMeter::cpu_s() const {
  std::lock_guard lock(mutex_);
  return cpu_s_;
}

std::set<pid_t> ModelMeter::callers() const {
  std::lock_guard lock(mutex_);
  return callers_;
}

std::shared_ptr<const infer::LoadedModel> make_metered(
    std::shared_ptr<const infer::LoadedModel> model, ModelMeter& meter) {
  return std::make_shared<MeteredModel>(std::move(model), meter);
}

}  // namespace fovea::bench
