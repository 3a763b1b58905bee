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

constexpr double fps = 15;

// Pictures from memory at a camera's pace: what a source costs besides is its own.
class MemorySource final : public video::Source {
 public:
  MemorySource(std::vector<video::Picture> pictures, const core::Clock& clock)
      : pictures_(std::move(pictures)), clock_(clock), due_(clock.steady()) {}

  core::Result<video::Picture> next(std::stop_token stop) override {
    due_ += std::chrono::duration_cast<core::SteadyTime::duration>(
        std::chrono::duration<double>(1 / fps));
    if (!core::sleep_for(due_ - clock_.steady(), stop)) {
      return core::Error{core::Code::closed, "stopped"};
    }
    video::Picture picture = pictures_[shown_++ % pictures_.size()];
    picture.captured = clock_.now();
    return picture;
  }
  std::string description() const override { return "pictures in memory"; }

 private:
  const std::vector<video::Picture> pictures_;
  const core::Clock& clock_;
  core::SteadyTime due_;
  size_t shown_ = 0;
};

core::Result<std::vector<video::Picture>> read_pictures(const std::string& folder) {
  std::vector<video::Picture> pictures;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    std::ifstream file(entry.path(), std::ios::binary);
    core::Bytes bytes{std::istreambuf_iterator<char>(file), {}};
    video::Picture picture;
    if (entry.path().extension() == ".jpg") {
      core::EncodedFrame frame;
      frame.size = video::scene_default_size;
      frame.data = core::Buffer(std::move(bytes));
      picture.content = std::move(frame);
    } else {
      picture.content =
          core::Image{core::PixelFormat::rgb24, video::scene_default_size, std::move(bytes)};
    }
    pictures.push_back(std::move(picture));
  }
  if (pictures.empty()) return core::Error{core::Code::not_found, "no pictures in " + folder};
  return pictures;
}

}  // namespace

core::Status run_camera_child(const std::string& pictures, const std::string& bus_url,
                              const core::Context& context) {
  auto bus = bus::connect_bus(bus_url, {}, context.named("bus"));
  if (!bus) return bus.error();
  camera::AgentOptions options;
  options.stream = {"bench", "camera"};
  options.source = "memory:" + pictures;
  camera::Agent agent(
      options, **bus, context,
      [&](const auto&, const auto&,
          const core::Context& of_agent) -> core::Result<std::unique_ptr<video::Source>> {
        auto read = read_pictures(pictures);
        if (!read) return read.error();
        return std::unique_ptr<video::Source>(
            std::make_unique<MemorySource>(*std::move(read), of_agent.clock));
      });
  // Ended by SIGKILL: what a camera does at its end is not measured.
  while (!agent.outcome()) std::this_thread::sleep_for(std::chrono::seconds(1));
  return *agent.outcome();
}

}  // namespace fovea::bench
