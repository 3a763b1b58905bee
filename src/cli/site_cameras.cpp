#include "cli/site_cameras.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "camera/camera_config.h"
#include "cli/site_setup.h"
#include "codec/jpeg.h"
#include "core/limits.h"
#include "video/probe.h"
#include "video/remote_source.h"

namespace fovea::cli {

using core::Code;
using core::Error;

namespace {

// What a trial shows of a picture: enough for a look.
constexpr core::Size look{640, 360};
constexpr int look_quality = 75;

// A camera ends within a second unless its source hangs in the kernel.
constexpr auto ending_max = std::chrono::milliseconds(1500);
constexpr auto ending_poll = std::chrono::milliseconds(5);

core::Buffer smaller(const core::Buffer& jpeg) {
  if (jpeg.empty()) return {};
  const auto image = codec::JpegDecoder().decode_covering(jpeg.span(), look);
  if (!image) return {};
  auto small = codec::JpegEncoder().encode(*image, look_quality);
  return small ? *std::move(small) : core::Buffer();
}

site::CameraTrial to_trial(const video::SourceProbe& probe) {
  site::CameraTrial trial;
  trial.source = probe.source;
  if (const auto& failure = probe.failure) {
    trial.trouble = video::to_string(failure->trouble);
    trial.problem = failure->problem;
    trial.advice = failure->advice;
    return trial;
  }
  trial.codec = probe.codec;
  trial.size = probe.size;
  trial.fps = probe.fps;
  trial.fps_stated = probe.fps_stated;
  trial.has_sound = probe.has_sound;
  trial.hints = probe.hints;
  trial.picture = smaller(probe.picture);
  return trial;
}

Error closed() { return {Code::closed, "the site is ending"}; }

}  // namespace

core::Result<std::unique_ptr<SiteCameras>> SiteCameras::open(const std::string& site, bus::Bus& bus,
                                                             const std::string& database, Tell tell,
                                                             const core::Context& context) {
  auto kept = site::AddedCameras::open(database);
  if (!kept) return kept.error();
  return std::unique_ptr<SiteCameras>(
      new SiteCameras(site, bus, *std::move(kept), std::move(tell), context));
}

SiteCameras::SiteCameras(std::string site, bus::Bus& bus, std::unique_ptr<site::AddedCameras> kept,
                         Tell tell, const core::Context& context)
    : site_(std::move(site)),
      bus_(bus),
      tell_(std::move(tell)),
      context_(context),
      kept_(std::move(kept)) {}

core::Result<camera::AgentOptions> SiteCameras::options_of(const site::NewCamera& camera) const {
  if (auto good = video::check_remote_spec(camera.source); !good) return good.error();
  const auto codec = camera::parse_codec(camera.codec);
  if (!codec) return codec.error();
  camera::AgentOptions options;
  options.codec = *codec;
  options.stream = {site_, camera.name};
  options.source = camera.source;
  if (auto good = camera::check_options(options); !good) return good.error();
  return options;
}

std::vector<SiteCameras::Wanted> SiteCameras::wanted_cameras(
    const std::vector<camera::AgentOptions>& configured) {
  std::vector<Wanted> all;
  all.reserve(configured.size());
  for (const auto& options : configured) all.push_back({options, false});
  const auto kept = kept_->list();
  if (!kept) {
    context_.log.error("the cameras that were added cannot be read: {}", kept.error().message);
    return all;
  }
  for (const auto& camera : *kept) {
    const bool taken = std::any_of(configured.begin(), configured.end(), [&](const auto& options) {
      return options.stream.device == camera.name;
    });
    const auto options = options_of(camera);
    if (taken) {
      context_.log.warning("camera '{}' is in the configuration now; the one that was added waits",
                           camera.name);
    } else if (!options) {
      context_.log.error("camera '{}' stays off: {}", camera.name, options.error().message);
    } else {
      all.push_back({*options, true});
    }
  }
  return all;
}

SiteCameras::Running SiteCameras::start(const Wanted& wanted) {
  return {to_yaml(wanted.options, false), camera::to_string(wanted.options.codec), wanted.added,
          std::make_unique<camera::Agent>(
              wanted.options, bus_, context_.named("camera " + wanted.options.stream.device))};
}

void SiteCameras::apply(const std::vector<camera::AgentOptions>& configured) {
  const std::lock_guard one_change(change_);
  if (stopped_) return;
  const auto wanted = wanted_cameras(configured);
  Map before;
  Map stays;
  {
    const std::lock_guard lock(mutex_);
    before = std::exchange(cameras_, {});
  }
  for (const auto& camera : wanted) {
    const auto known = before.find(camera.options.stream.device);
    const bool same = known != before.end() && known->second.added == camera.added &&
                      known->second.lines == to_yaml(camera.options, false);
    if (same) stays.insert(before.extract(known));
  }
  end(std::move(before));  // before the new ones begin: one stream, one publisher
  std::set<std::string> all;
  for (const auto& camera : wanted) all.insert(camera.options.stream.device);
  tell_(std::move(all));
  for (const auto& camera : wanted) {
    const std::string& name = camera.options.stream.device;
    if (!stays.contains(name)) stays.emplace(name, start(camera));
  }
  const std::lock_guard lock(mutex_);
  cameras_ = std::move(stays);
}

void SiteCameras::stop() {
  const std::lock_guard one_change(change_);
  stopped_ = true;
  Map all;
  {
    const std::lock_guard lock(mutex_);
    all = std::exchange(cameras_, {});
  }
  end(std::move(all));
}

// All at once, as each may take a second. Who hangs is left for a later call to clear away.
void SiteCameras::end(Map&& gone) {
  const auto is_over = [](const auto& agent) { return agent->has_ended(); };
  std::erase_if(hung_, is_over);
  std::vector<std::unique_ptr<camera::Agent>> ending;
  for (auto& [name, camera] : gone) {
    camera.agent->request_stop();
    ending.push_back(std::move(camera.agent));
  }
  const auto limit = context_.clock.steady() + ending_max;
  while (!std::all_of(ending.begin(), ending.end(), is_over) && context_.clock.steady() < limit) {
    std::this_thread::sleep_for(ending_poll);
  }
  for (auto& agent : ending) {
    if (agent->has_ended()) continue;
    context_.log.error("{} does not end: its source hangs; going on without it",
                       agent->status().source);
    agent->abandon();
    hung_.push_back(std::move(agent));
  }
}

std::string SiteCameras::hanging(core::SteadyTime since) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, camera] : cameras_) {
    if (camera.agent->last_report() < since) return name;
  }
  return {};
}

std::vector<site::CameraView> SiteCameras::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<site::CameraView> views;
  for (const auto& [name, camera] : cameras_) {
    views.push_back({name, camera.agent->status().source, camera.codec, camera.added});
  }
  return views;
}

std::set<std::string> SiteCameras::names() const {
  const std::lock_guard lock(mutex_);
  std::set<std::string> names;
  for (const auto& [name, camera] : cameras_) names.insert(name);
  return names;
}

bool SiteCameras::has(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return cameras_.contains(name);
}

core::Result<site::CameraTrial> SiteCameras::probe(const std::string& source,
                                                   const std::stop_token& stop) {
  if (auto good = video::check_remote_spec(source); !good) return good.error();
  const auto found = video::probe_source(source, {}, context_.named("trial"), stop);
  if (stop.stop_requested()) return closed();
  return to_trial(found);
}

core::Result<site::CameraView> SiteCameras::add(const site::NewCamera& camera) {
  const auto options = options_of(camera);
  if (!options) return options.error();
  const std::lock_guard one_change(change_);
  if (stopped_) return closed();
  const auto kept = kept_->list();
  if (!kept) return kept.error();
  const bool known = std::any_of(kept->begin(), kept->end(),
                                 [&](const auto& other) { return other.name == camera.name; });
  if (known || has(camera.name)) {
    return Error{Code::exists, fmt::format("there is a camera '{}' already", camera.name)};
  }
  if (kept->size() >= core::limits::devices_max) {
    return Error{Code::busy, "there are as many cameras as a site takes"};
  }
  if (auto put = kept_->put(camera); !put) return put.error();
  auto all = names();
  all.insert(camera.name);
  tell_(std::move(all));
  Running running = start({*options, true});
  site::CameraView view{camera.name, running.agent->status().source, camera.codec, true};
  const std::lock_guard lock(mutex_);
  cameras_.emplace(camera.name, std::move(running));
  return view;
}

core::Status SiteCameras::remove(const std::string& name) {
  const std::lock_guard one_change(change_);
  if (stopped_) return closed();
  const auto kept = kept_->list();
  if (!kept) return kept.error();
  const bool is_kept = std::any_of(kept->begin(), kept->end(),
                                   [&](const auto& camera) { return camera.name == name; });
  if (!is_kept) {
    if (has(name)) {
      return Error{Code::bad_input,
                   fmt::format("camera '{}' stands in the site's configuration, and only there it "
                               "can be removed",
                               name)};
    }
    return Error{Code::not_found, fmt::format("there is no camera '{}' of this site's own", name)};
  }
  if (auto removed = kept_->remove(name); !removed) return removed;
  Map gone;
  {
    const std::lock_guard lock(mutex_);
    const auto running = cameras_.find(name);
    // One that stays off, or that waits behind the configuration's, does not run.
    if (running != cameras_.end() && running->second.added) gone.insert(cameras_.extract(running));
  }
  end(std::move(gone));
  tell_(names());
  return {};
}

}  // namespace fovea::cli
