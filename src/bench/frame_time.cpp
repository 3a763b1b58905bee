#include "bench/frame_time.h"

#include <algorithm>
#include <chrono>

#include "bench/statistics.h"
#include "evaluate/data_set.h"

namespace fovea::bench {

namespace {

constexpr size_t pictures_max = 16;

class Timed {
 public:
  explicit Timed(std::unique_ptr<infer::Predictor> predictor) : predictor_(std::move(predictor)) {}

  core::Status run(const core::Image& picture) {
    const auto begin = std::chrono::steady_clock::now();
    const auto prediction = predictor_->predict(picture, picture.size);
    if (!prediction) return prediction.error();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    took_ms_.push_back(took.count());
    return {};
  }
  double median_ms() const { return median(took_ms_); }
  void forget() { took_ms_.clear(); }

 private:
  std::unique_ptr<infer::Predictor> predictor_;
  std::vector<double> took_ms_;
};

core::Result<std::vector<core::Image>> pictures_of(const std::string& data) {
  auto set = evaluate::open_data_set(data);
  if (!set) return set.error();
  std::vector<core::Image> pictures;
  for (size_t i = 0; i < std::min((*set)->size(), pictures_max); ++i) {
    auto sample = (*set)->read(i);
    if (!sample) return sample.error();
    pictures.push_back(std::move(sample->picture));
  }
  return pictures;
}

}  // namespace

core::Result<std::vector<double>> frame_times(
    const std::vector<std::shared_ptr<const infer::LoadedModel>>& models, const std::string& data,
    int runs) {
  std::vector<Timed> timed;
  for (const auto& model : models) {
    auto predictor = model->open();
    if (!predictor) return predictor.error();
    timed.emplace_back(*std::move(predictor));
  }
  const auto pictures = pictures_of(data);
  if (!pictures) return pictures.error();
  const auto take_turns = [&](size_t count) -> core::Status {
    for (size_t i = 0; i < count; ++i) {
      for (Timed& each : timed) {
        if (auto ran = each.run((*pictures)[i % pictures->size()]); !ran) return ran;
      }
    }
    return {};
  };
  if (auto warm = take_turns(pictures->size()); !warm) return warm.error();
  for (Timed& each : timed) each.forget();
  if (auto ran = take_turns(size_t(runs)); !ran) return ran.error();
  std::vector<double> times;
  times.reserve(timed.size());
  for (const Timed& each : timed) times.push_back(each.median_ms());
  return times;
}

}  // namespace fovea::bench
