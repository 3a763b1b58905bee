#include "train/batches.h"

#include <algorithm>
#include <new>
#include <numeric>
#include <random>

#include "core/thread.h"

namespace fovea::train {

namespace {

constexpr size_t waiting_max = 2;

std::mt19937 random_of(uint32_t seed, uint64_t what, uint32_t purpose) {
  std::seed_seq words{seed, uint32_t(what), uint32_t(what >> 32), purpose};
  return std::mt19937(words);
}

// The order of the samples in one pass over them.
std::vector<uint32_t> order_of(size_t count, uint32_t seed, uint64_t pass) {
  auto random = random_of(seed, pass, 1);
  std::vector<uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  // Not std::shuffle: it is another one with every standard library.
  for (size_t i = count - 1; i > 0; --i) std::swap(order[i], order[random() % (i + 1)]);
  return order;
}

}  // namespace

core::Result<Batch> make_batch(SampleStore& store, const learn::NetworkConfig& config,
                               const BatchOptions& options, int64_t step) {
  const auto area = size_t(options.crop.width) * size_t(options.crop.height);
  const auto count = size_t(options.size);
  Batch batch{options.crop, std::vector<float>(count * area * 3),
              std::vector<uint8_t>(count * area)};
  std::vector<uint32_t> order;
  for (size_t i = 0; i < count; ++i) {
    const uint64_t position = uint64_t(step) * count + i;
    const size_t place = position % store.size();
    if (order.empty() || place == 0) {
      order = order_of(store.size(), options.seed, position / store.size());
    }
    auto sample = store.read(order[place]);
    if (!sample) return sample.error();
    auto random = random_of(options.seed, position, 2);
    cut(*sample, config, options.augmentation, options.crop, random,
        std::span(batch.pixels).subspan(i * area * 3, area * 3),
        std::span(batch.labels).subspan(i * area, area));
  }
  return batch;
}

BatchMaker::BatchMaker(SampleStore& store, const learn::NetworkConfig& config,
                       const BatchOptions& options, int64_t first_step)
    : batches_(waiting_max, core::Overflow::block) {
  const auto make = [&store, config, options](int64_t step) -> core::Result<Batch> {
    try {
      return make_batch(store, config, options, step);
    } catch (const std::bad_alloc&) {
      return core::Error{core::Code::busy,
                         "there is not enough memory for a batch; a smaller --batch helps"};
    }
  };
  thread_ = core::start_thread("batches", [this, make, first_step](std::stop_token stop) {
    bool goes_on = true;
    for (int64_t step = first_step; goes_on && !stop.stop_requested(); ++step) {
      auto batch = make(step);
      goes_on = batch.has_value();
      batches_.push(std::move(batch));
    }
  });
}

BatchMaker::~BatchMaker() {
  thread_.request_stop();
  batches_.close();
}

core::Result<Batch> BatchMaker::next() {
  auto batch = batches_.pop();
  if (batch) return *std::move(batch);
  return core::Error{core::Code::closed, "stopped"};
}

}  // namespace fovea::train
