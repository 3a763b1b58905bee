#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "bench/camera.h"
#include "bus/bus.h"
#include "camera/agent.h"
#include "core/thread.h"
#include "video/scene.h"

namespace fovea::bench {

namespace {

// Pictures from memory at a camera's pace: what a source costs besides is its own.
class MemorySource final : public video::Source {
 public:
  MemorySource(std::vector<video::Picture::Content> pictures, double fps, const core::Clock& clock)
      : pictures_(std::move(pictures)), fps_(fps), clock_(clock), due_(clock.steady()) {}

  core::Result<video::Picture> next(std::stop_token stop) override {
    due_ += std::chrono::duration_cast<core::SteadyTime::duration>(
        std::chrono::duration<double>(1 / fps_));
    if (!core::sleep_for(due_ - clock_.steady(), stop)) {
      return core::Error{core::Code::closed, "stopped"};
    }
    return video::Picture(clock_.now(), pictures_[shown_++ % pictures_.size()]);
  }
  std::string description() const override { return "pictures in memory"; }

 private:
  const std::vector<video::Picture::Content> pictures_;
  const double fps_;
  const core::Clock& clock_;
  core::SteadyTime due_;
  size_t shown_ = 0;
};

core::Result<std::vector<video::Picture::Content>> read_pictures(const std::string& folder) {
  std::vector<video::Picture::Content> pictures;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    std::ifstream file(entry.path(), std::ios::binary);
    core::Bytes bytes{std::istreambuf_iterator<char>(file), {}};
    const core::Size size = video::scene_default_size;
    if (entry.path().extension() == ".jpg") {
      pictures.push_back(
          core::EncodedPicture{core::Codec::jpeg, true, size, core::Buffer(std::move(bytes))});
    } else {
      pictures.push_back(core::Image{core::PixelFormat::rgb24, size, std::move(bytes)});
    }
  }
  if (pictures.empty()) return core::Error{core::Code::not_found, "no pictures in " + folder};
  return pictures;
}

camera::Agent::OpenSource opener(const CameraChildOptions& options) {
  if (options.source.find(':') != std::string::npos) return video::open_source;
  return [folder = options.source, fps = options.fps](
             const auto&, const auto&,
             const core::Context& context) -> core::Result<std::unique_ptr<video::Source>> {
    auto read = read_pictures(folder);
    if (!read) return read.error();
    return std::unique_ptr<video::Source>(
        std::make_unique<MemorySource>(*std::move(read), fps, context.clock));
  };
}

}  // namespace

core::Status run_camera_child(const CameraChildOptions& options, const core::Context& context) {
  auto bus = bus::connect_bus(options.bus_url, {}, context.named("bus"));
  if (!bus) return bus.error();
  std::vector<std::unique_ptr<camera::Agent>> agents;
  for (int i = 1; i <= options.count; ++i) {
    camera::AgentOptions agent;
    agent.stream = {"bench", options.count == 1 ? "camera" : fmt::format("camera{}", i)};
    agent.source = options.source;
    agent.source_options.fps = options.fps;
    agent.adapt = false;  // the same pictures all the time
    agent.publish_truth = options.truth;
    agents.push_back(std::make_unique<camera::Agent>(agent, **bus, context, opener(options)));
    std::this_thread::sleep_for(std::chrono::duration<double>(1 / options.fps / options.count));
  }
  // Ended by SIGKILL: what a camera does at its end is not measured.
  while (!agents.front()->outcome()) std::this_thread::sleep_for(std::chrono::seconds(1));
  return *agents.front()->outcome();
}

}  // namespace fovea::bench
