#include "video/synthetic_source.h"

#include <cmath>
#include <utility>

#include "video/pacer.h"
#include "video/picture_clock.h"
#include "video/scene.h"

namespace fovea::video {
namespace {

constexpr double fps_default = 15;
constexpr double fps_max = 240;

class SyntheticSource final : public Source {
 public:
  SyntheticSource(std::string name, Scene scene, core::Size size, double fps, bool clock,
                  const core::Context& context)
      : name_(std::move(name)),
        scene_(std::move(scene)),
        size_(size),
        fps_(fps),
        clock_(clock),
        context_(context),
        pacer_(fps, context.clock) {}

  core::Result<Picture> next(std::stop_token stop) override {
    if (!pacer_.wait(stop)) return core::Error{core::Code::closed, "the source was stopped"};
    const auto captured = context_.clock.now();
    const std::chrono::duration<double> time = captured.time_since_epoch();
    SceneFrame frame = scene_.render(time.count());
    if (clock_) frame.picture = paint_clock(frame.picture, captured);
    return Picture(captured, std::move(frame.picture),
                   std::make_shared<const GroundTruth>(std::move(frame.truth)));
  }

  std::string description() const override {
    return "synthetic hall " + name_ + " (" + std::to_string(size_.width) + "x" +
           std::to_string(size_.height) + ", " + std::to_string(std::lround(fps_)) + " fps)";
  }

 private:
  const std::string name_;
  Scene scene_;
  const core::Size size_;
  const double fps_;
  const bool clock_;
  const core::Context context_;
  Pacer pacer_;
};

}  // namespace

core::Result<std::unique_ptr<Source>> open_synthetic_source(const std::string& spec,
                                                            const SourceOptions& options,
                                                            const core::Context& context) {
  const std::string name = spec.substr(spec.find(':') + 1);
  auto scene_options = parse_scene_options(name);
  if (!scene_options) return scene_options.error();
  const core::Size size = options.size == core::Size{} ? scene_default_size : options.size;
  const double fps = options.fps == 0 ? fps_default : options.fps;
  if (!(fps > 0 && fps <= fps_max)) {
    return core::Error{core::Code::bad_input, "a synthetic scene runs at more than 0 and at most " +
                                                  std::to_string(static_cast<int>(fps_max)) +
                                                  " pictures per second"};
  }
  auto scene = Scene::open(*scene_options, size);
  if (!scene) return scene.error();
  return std::unique_ptr<Source>(std::make_unique<SyntheticSource>(
      name, std::move(*scene), size, fps, scene_options->clock, context));
}

}  // namespace fovea::video
