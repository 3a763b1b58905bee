#include "site/decoders.h"

#include <utility>

#include "codec/video_codec.h"
#include "infer/geometry.h"

namespace fovea::site {

Decoders::Decoders(Devices& devices, Scheduler& scheduler, const Options& options, Hooks hooks,
                   const core::Context& context)
    : devices_(devices),
      scheduler_(scheduler),
      hooks_(std::move(hooks)),
      budget_(options.bytes_max > 0 ? options.bytes_max : DecodeBudget::bytes_of_machine(),
              context.metrics),
      video_([context](size_t bytes_max) { return codec::open_h264_decoder(bytes_max, context); },
             budget_, video_hooks(), context),
      costly_(options.costly_threads, budget_, costly_hooks(), context) {}

VideoStreams::Hooks Decoders::video_hooks() {
  return {
      hooks_.decoded,
      hooks_.failed,
      hooks_.jpeg,
      hooks_.key_wanted,
      [this](const std::string& device, size_t count) { count_replaced(device, count); },
      [this](const Work& work, double ms) { on_spent(work, ms); },
  };
}

CostlyPictures::Hooks Decoders::costly_hooks() {
  return {
      [this](const Work& work) {
        const ServedPtr served = devices_.served(work.device);
        return served ? infer::decode_cover(served->model->manifest(), work.frame->size)
                      : core::Size{};
      },
      hooks_.decoded,
      hooks_.failed,
      [this](const std::string& device) { count_replaced(device, 1); },
      [this](const Work& work, double ms) { on_spent(work, ms); },
  };
}

// A large stream is no device of its own.
void Decoders::count_replaced(const std::string& device, size_t count) {
  if (DeviceMeters* meters = devices_.meters(device)) meters->frames_replaced.add(double(count));
}

// On a decoder's own thread: the device pays for it with its turns.
void Decoders::on_spent(const Work& work, double ms) {
  if (DeviceMeters* meters = devices_.meters(work.device)) meters->decode_seconds.add(ms / 1000);
  scheduler_.charge(work.device, ms);
}

void Decoders::forget(const std::string& device) {
  const auto view = devices_.view(device);
  costly_.forget(device);
  video_.forget(device);
  if (view && !view->main.empty()) video_.forget(view->main);
}

void Decoders::stop() {
  video_.stop();
  costly_.stop();
}

}  // namespace fovea::site
