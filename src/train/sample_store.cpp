#include "train/sample_store.h"

#include <fmt/format.h>

namespace fovea::train {

namespace {

constexpr size_t problems_shown = 10;

}  // namespace

core::Result<SampleStore> SampleStore::open(
    std::unique_ptr<evaluate::DataSet> data, size_t bytes_max,
    const std::function<bool(size_t done, size_t total)>& progress) {
  SampleStore store(std::move(data));
  store.kept_.resize(store.size());
  size_t bytes = 0;
  size_t problems = 0;
  core::Error error;
  for (size_t index = 0; index < store.size(); ++index) {
    if (!progress(index, store.size())) return core::Error{core::Code::closed, "stopped"};
    auto sample = store.data_->read(index);
    if (!sample) {
      if (problems == 0) error.code = sample.error().code;
      if (problems++ < problems_shown) error.message += "\n  " + sample.error().message;
      continue;
    }
    if (store.first_size_ == core::Size{}) store.first_size_ = sample->picture.size;
    store.labels_.add(sample->class_map);
    bytes += sample->picture.pixels.size() + sample->class_map.pixels.size();
    if (bytes <= bytes_max) store.kept_[index] = *std::move(sample);
  }
  if (problems > 0) {
    error.message =
        fmt::format("{} of {} samples cannot be used:{}", problems, store.size(), error.message);
    if (problems > problems_shown)
      error.message += fmt::format("\n  and {} more", problems - problems_shown);
    return error;
  }
  return store;
}

core::Result<evaluate::Sample> SampleStore::read(size_t index) {
  if (kept_[index]) return *kept_[index];
  return data_->read(index);
}

}  // namespace fovea::train
