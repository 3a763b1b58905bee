#include "bench/gated_hall.h"

#include <time.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <optional>
#include <thread>

#include "codec/jpeg.h"
#include "core/metrics.h"
#include "site/gate.h"
#include "video/scene.h"
#include "video/scene_classes.h"

namespace fovea::bench {

namespace {

constexpr double fps = 15;
constexpr int jpeg_quality = 85;
constexpr double learning_s = 10;
constexpr core::Size picture_size = video::scene_default_size;

// The visitor has entered when a thousandth of the picture shows him, and left when nothing has for
// a second.
constexpr double entered_share = 0.001;
constexpr double gone_s = 1;

// Maps are compared at each of these frames; rendering the steady one costs as much as the picture.
constexpr uint64_t compared_every = 5;

class SimulatedClock final : public core::Clock {
 public:
  core::Timestamp now() const override {
    return core::Timestamp(std::chrono::seconds(1'800'000'000)) +
           std::chrono::duration_cast<std::chrono::microseconds>(passed());
  }
  core::SteadyTime steady() const override {
    return core::SteadyTime(std::chrono::hours(1)) + passed();
  }
  void set(double seconds) { passed_ns_ = std::llround(seconds * 1e9); }

 private:
  std::chrono::nanoseconds passed() const { return std::chrono::nanoseconds(passed_ns_); }
  std::atomic<int64_t> passed_ns_ = 0;
};

// A model by name only: the truth stands in for what it would say.
class NoModel final : public infer::LoadedModel {
 public:
  const infer::Manifest& manifest() const override { return manifest_; }
  std::string engine() const override { return "none"; }
  core::Size input_size() const override { return {}; }
  core::Result<std::unique_ptr<infer::Predictor>> open() const override {
    return core::Error{core::Code::unsupported, "there is no engine"};
  }

 private:
  infer::Manifest manifest_;
};

class Hall {
 public:
  Hall(video::Scene scene, video::Scene steady_scene, double from_s, const core::Context& context)
      : scene_(std::move(scene)),
        steady_scene_(std::move(steady_scene)),
        from_s_(from_s),
        context_{context.log, clock_, *metrics_},
        devices_(context_, {}),
        scheduler_(clock_),
        gate_(
            devices_, scheduler_, [this](site::Repeated repeated) { keep(std::move(repeated)); },
            [](site::Work) {}, context_) {
    devices_.expect("hall");
    devices_.set_model("hall", served_);
  }

  core::Result<HallOutcome> run(double seconds) {
    const auto frames = static_cast<uint64_t>(seconds * fps);
    for (sequence_ = 1; sequence_ <= frames; ++sequence_) {
      clock_.set(static_cast<double>(sequence_) / fps);
      auto done = step();
      if (!done) return done.error();
    }
    outcome_.gate_cpu_s = gate_cpu_s();
    return std::move(outcome_);
  }

 private:
  void keep(site::Repeated repeated) {
    std::lock_guard lock(mutex_);
    repeated_ = std::move(repeated);
  }

  core::Status step() {
    auto look = scene_.render(from_s_ + static_cast<double>(sequence_) / fps);
    auto jpeg = encoder_.encode(look.picture, jpeg_quality);
    if (!jpeg) return jpeg.error();
    site::Work work;
    work.device = "hall";
    work.received = clock_.steady();
    work.frame = std::make_shared<core::EncodedFrame>(
        clock_.now(), sequence_,
        core::EncodedPicture{core::Codec::jpeg, true, picture_size, *std::move(jpeg)});
    gate_.offer(std::move(work));
    const std::optional<site::Repeated> repeated = decide(look.truth.class_map);
    count(look.truth.class_map, repeated);
    return {};
  }

  // What the gate says about the newest frame; one that passes is inferred at once.
  std::optional<site::Repeated> decide(const core::Image& map) {
    while (true) {
      if (auto passed = scheduler_.try_take()) {
        infer(std::move(*passed), map);
        return std::nullopt;
      }
      {
        std::lock_guard lock(mutex_);
        if (repeated_) return std::exchange(repeated_, std::nullopt);
      }
      std::this_thread::yield();
    }
  }

  void infer(site::Work work, const core::Image& map) {
    shown_map_ = map;
    shown_at_s_ = from_s_ + static_cast<double>(sequence_) / fps;
    shown_steady_.reset();
    auto result = std::make_shared<site::DeviceResult>();
    result->result.frame_sequence = work.frame->sequence;
    result->result.captured = work.frame->captured;
    gate_.on_inferred(site::Inferred{std::move(work), served_, {}, 0, 0}, result);
    scheduler_.release("hall");
  }

  void count(const core::Image& map, const std::optional<site::Repeated>& repeated) {
    watch_entries(map, !repeated);
    if (static_cast<double>(sequence_) / fps < learning_s) return;
    ++outcome_.frames;
    if (!repeated) ++outcome_.inferred;
    if (sequence_ % compared_every != 0) return;
    compare_steady(!repeated);
    compare_moved(map, repeated ? repeated->shift_x : 0, repeated ? repeated->shift_y : 0);
  }

  void watch_entries(const core::Image& map, bool inferred) {
    const auto pixels = map.pixels.span();
    const auto person = static_cast<uint8_t>(video::SceneClass::person);
    const auto seen = static_cast<double>(std::count(pixels.begin(), pixels.end(), person));
    absent_ = seen == 0 ? absent_ + 1 : 0;
    if (absent_ > gone_s * fps) inside_ = false;
    if (!inside_ && seen >= entered_share * static_cast<double>(pixels.size())) {
      inside_ = true;
      waited_ = 0;
    }
    if (!waited_) return;
    ++*waited_;
    if (!inferred) return;
    outcome_.entry_delays.push_back(*waited_);
    waited_.reset();
  }

  void compare_steady(bool inferred) {
    const double now_s = from_s_ + static_cast<double>(sequence_) / fps;
    const core::Image truth = steady_scene_.render(now_s).truth.class_map;
    if (inferred) shown_steady_ = truth;
    if (!shown_steady_) shown_steady_ = steady_scene_.render(shown_at_s_).truth.class_map;
    const auto a = truth.pixels.span(), b = shown_steady_->pixels.span();
    for (size_t i = 0; i < a.size(); ++i) outcome_.steady.add(a[i], b[i]);
  }

  void compare_moved(const core::Image& truth, double shift_x, double shift_y) {
    const int width = truth.size.width, height = truth.size.height;
    const auto dx = static_cast<int>(std::lround(shift_x));
    const auto dy = static_cast<int>(std::lround(shift_y));
    const uint8_t* shown = shown_map_.pixels.data();
    const uint8_t* map = truth.pixels.data();
    for (int y = 0; y < height; ++y) {
      const int row = std::clamp(y - dy, 0, height - 1) * width;
      for (int x = 0; x < width; ++x) {
        outcome_.moved.add(map[y * width + x], shown[row + std::clamp(x - dx, 0, width - 1)]);
      }
    }
  }

  double gate_cpu_s() {
    clockid_t clock{};
    timespec used{};
    if (pthread_getcpuclockid(gate_.native_handle(), &clock) != 0) return 0;
    clock_gettime(clock, &used);
    return double(used.tv_sec) + double(used.tv_nsec) / 1e9;
  }

  video::Scene scene_;
  video::Scene steady_scene_;
  const double from_s_;
  SimulatedClock clock_;
  const std::unique_ptr<core::Metrics> metrics_ = core::make_metrics();
  const core::Context context_;
  const site::ServedPtr served_ = std::make_shared<site::ServedModel>(
      site::ServedModel{"truth", std::make_shared<NoModel>(), nullptr});
  codec::JpegEncoder encoder_;
  uint64_t sequence_ = 0;
  core::Image shown_map_;  // of the last inferred frame, in shake
  double shown_at_s_ = 0;
  std::optional<core::Image> shown_steady_;
  bool inside_ = true;  // until nobody has been there for a while
  int absent_ = 0;      // frames
  std::optional<int> waited_;
  HallOutcome outcome_;
  std::mutex mutex_;  // guards repeated_
  std::optional<site::Repeated> repeated_;
  site::Devices devices_;
  site::Scheduler scheduler_;
  site::Gate gate_;  // last: its thread ends first
};

}  // namespace

core::Result<HallOutcome> run_hall(const HallPlan& plan, const core::Context& context) {
  auto options = video::parse_scene_options(plan.scene);
  if (!options) return options.error();
  auto scene = video::Scene::open(*options, picture_size);
  if (!scene) return scene.error();
  video::SceneOptions steady = *options;
  steady.shake = false;
  steady.noise = false;
  auto steady_scene = video::Scene::open(steady, picture_size);
  if (!steady_scene) return steady_scene.error();
  constexpr double from_s = 60'000;  // any full minute
  Hall hall(*std::move(scene), *std::move(steady_scene), from_s, context);
  return hall.run(60 * plan.minutes);
}

}  // namespace fovea::bench
