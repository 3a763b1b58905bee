#include "bench/rig.h"

#include <fmt/format.h>

#include <thread>
#include <utility>

#include "bench/threads.h"
#include "camera/truth.h"
#include "video/scene_classes.h"

namespace fovea::bench {

namespace {

using namespace std::chrono_literals;
constexpr auto patience = 30s;

// Polls: a measurement waits seldom, and must not wake the product's own threads.
template <typename Condition>
bool wait_until(const core::Clock& clock, Condition condition) {
  const auto end = clock.steady() + patience;
  while (!condition()) {
    if (clock.steady() >= end) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

}  // namespace

core::Result<std::unique_ptr<Rig>> Rig::open(const RigOptions& options,
                                             const core::Context& context) {
  std::unique_ptr<Rig> rig(new Rig(context));
  if (auto status = rig->connect(options); !status) return status.error();
  if (!wait_until(context.clock, [&] { return rig->site_->ready(); })) {
    return core::Error{core::Code::timeout, "the site did not become ready"};
  }
  return rig;
}

Rig::Rig(const core::Context& context) : context_(context) {}

Rig::~Rig() {
  stop_cameras();
  results_.reset();
  if (site_) site_->stop();
}

core::Status Rig::connect(const RigOptions& rig) {
  for (auto* bus : {&camera_bus_, &site_bus_}) {
    auto connected = bus::connect_bus(rig.bus_url, {}, context_);
    if (!connected) return connected.error();
    *bus = *std::move(connected);
  }
  site::SiteOptions options;
  options.name = "bench";
  options.bus_url = rig.bus_url;
  if (rig.model) options.plan.defaults.model.value = rig.model->manifest().name;
  options.plan.defaults.gating.value = rig.gating;
  options.plan.defaults.results_from.value = site::ResultsFrom::device;  // --agent-truth
  options.device_classes[camera::truth_model_name] = video::scene_classes();
  options.load_model = [model = rig.model](const std::string&) {
    return core::Result<std::shared_ptr<const infer::LoadedModel>>(model);
  };
  auto site = site::open_site(options, *site_bus_, context_);
  if (!site) return site.error();
  site_ = *std::move(site);
  const auto before = read_thread_times();
  auto results = ResultListener::open(rig.bus_url, "bench", context_);
  if (!results) return results.error();
  results_ = *std::move(results);
  for (const auto& [id, thread] : read_thread_times().threads) {
    if (!before.threads.contains(id)) listener_threads_.insert(id);
  }
  return start_site(rig.web);
}

core::Status Rig::start_site(bool web) {
  if (!web) return site_->start();
  site::HttpApiOptions options;
  options.server.port = 0;
  api_ = std::make_unique<site::HttpApi>(*site_, options, context_.named("http"));
  if (auto started = site_->start(); !started) return started;
  return api_->start();
}

core::Status Rig::start_cameras(int count, const PictureFolder& pictures, double fps) {
  for (int i = 0; i < count; ++i) {
    camera::AgentOptions options;
    options.stream = {"bench", fmt::format("cam{}", i + 1)};
    options.source = "folder:" + pictures.path();
    options.source_options.fps = fps;
    cameras_.push_back(std::make_unique<camera::Agent>(options, *camera_bus_, context_));
    std::this_thread::sleep_for(std::chrono::duration<double>(1 / fps / count));
  }
  const bool warm = wait_until(context_.clock, [&] {
    for (const auto& camera : cameras_) {
      if (camera->status().captured <= pictures.size()) return false;
    }
    return results_->waiting() >= 3;
  });
  take_arrivals();
  if (warm) return {};
  return core::Error{core::Code::timeout, "no results arrive"};
}

void Rig::stop_cameras() {
  for (auto& camera : cameras_) camera->request_stop();
  cameras_.clear();
}

}  // namespace fovea::bench
