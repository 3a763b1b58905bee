#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bus/bus.h"
#include "core/context.h"
#include "infer/manifest.h"
#include "infer/predictor.h"
#include "site/device_view.h"
#include "site/known_devices.h"
#include "site/observer.h"
#include "site/rules.h"
#include "site/timeline.h"

namespace fovea::site {

// What PATCH may change. Outer empty: left alone; inner empty: the override is reset.
template <typename T>
using Change = std::optional<std::optional<T>>;
struct DeviceChange {
  Change<std::string> model;
  Change<double> fps_max;
  Change<double> weight;
  Change<bool> gating;
  Change<std::string> name;  // what people call it
  Change<bool> paused;
  Change<ResultsFrom> results_from;
};

// A model that devices can be given.
struct ModelView {
  std::string reference;     // what PATCH takes
  infer::Manifest manifest;  // name only while it was never loaded and has no manifest
  bool loaded = false;
  std::string engine;
  std::string error;  // why loading failed last; empty: it did not
};

struct SessionView {
  std::string name;   // "session 1"
  std::string model;  // of its newest frame; empty: none yet
  std::string engine;
  double busy = 0;  // share of the last seconds spent decoding and inferring, 0..1
  double fps = 0;
  double infer_ms = 0;  // mean over the last seconds
};

struct SystemView {
  std::string site;
  std::string version;
  core::Timestamp started;
  double uptime_s = 0;
  double cpu_percent = 0;  // of one core, over the last seconds
  double memory_mib = 0;   // resident
  std::string bus_url;     // masked
  bus::Capabilities bus_capabilities;
  bus::BusState bus_state;
  std::vector<DeviceView> devices;
  std::vector<SessionView> sessions;
  std::vector<ModelView> models;
  std::vector<core::Sample> counters;
  std::vector<core::LogLine> log;
};

// A model that can be offered without having been loaded: the catalog's, found by the owner.
struct OfferedModel {
  std::string reference;
  infer::Manifest manifest;
};

// How devices are served, from config and flags; what SIGHUP reloads.
struct ServicePlan {
  DeviceSettings defaults;                        // of devices that are not in `devices`
  std::map<std::string, DeviceSettings> devices;  // expected from the start, as the config says
  std::vector<OfferedModel> models;
  std::string no_model;  // why there is no default model, for the devices without one
  RulesPlan rules;
  UnknownDevices unknown_devices = UnknownDevices::take;
  // Cameras of this process that make their results themselves (publish_truth), where `devices`
  // does not say whose count.
  std::set<std::string> own_results;
};

using ModelLoader = std::function<core::Result<std::shared_ptr<const infer::LoadedModel>>(
    const std::string& reference)>;

struct SiteOptions {
  std::string name = "site";
  std::string version;
  std::string bus_url;    // as given; shown masked
  std::string state_dir;  // empty: what the page changes is forgotten at the end
  int sessions = 1;
  size_t decoder_bytes_max =
      0;  // of all decoders of pictures; 0: a quarter of the machine's memory
  ServicePlan plan;
  ModelLoader load_model;
  // Class lists of models that only devices run (the demo's ground truth), by model name. Others
  // get the names from their results and colours by index.
  std::map<std::string, core::ClassList> device_classes;
  std::shared_ptr<core::LogTail> log_tail;  // for system(); may be null
};

// The edge site: receives the streams of a bus, serves each newest frame to a session fairly,
// publishes masks and results, and knows all about its devices. Owns its threads: three per
// session or less, one publisher, one model loader, one warden that watches states; plus the
// bus's subscription threads. The HTTP API is built on this class and owned beside it.
//
// Life: open(), add_observer() for each observer, start(), ..., stop(), destruction. The bus, the
// context's clock and metrics, and the observers outlive stop().
// Threads: all other members may be called from any thread between start() and destruction.
class Site {
 public:
  virtual ~Site() = default;

  virtual void add_observer(Observer& observer) = 0;  // before start() only
  virtual core::Status start() = 0;
  // Ends subscriptions, then sessions, then the rest; observers are not called afterwards. Takes
  // one inference at most. Also done by the destructor.
  virtual void stop() = 0;

  virtual const std::string& name() const = 0;
  virtual core::Timestamp started() const = 0;
  // True once subscriptions stand and every device's model was loaded or has failed.
  virtual bool ready() const = 0;

  virtual std::vector<DeviceView> devices() const = 0;  // sorted by id
  virtual std::optional<DeviceView> device(const std::string& id) const = 0;
  // The newest of each, null: none yet or no such device.
  virtual FramePtr frame(const std::string& id) const = 0;
  virtual MaskPtr mask(const std::string& id) const = 0;
  virtual ResultPtr result(const std::string& id) const = 0;

  // The newest picture as JPEG. Of an inter-coded stream it may have to be decoded, from the newest
  // key frame on: not for the I/O thread. Errors: not_found (none yet), bad_input (damage).
  virtual core::Result<FramePtr> jpeg(const std::string& id) const = 0;
  // As long as what is returned lives, observers get each picture of the device as JPEG, should it
  // send anything else.
  virtual std::shared_ptr<void> want_jpeg(const std::string& id) const = 0;
  // Somebody looks at the device's large stream: it is sent for the next ten seconds.
  virtual void want_main(const std::string& id) = 0;
  // Of an inter-coded stream what decodes to the newest picture; empty: nothing yet, or JPEG.
  virtual std::vector<FramePtr> newest_group(const std::string& id) const = 0;

  // Errors: not_found (no such device), bad_input (a value out of range), io (the state could not
  // be written; nothing changed). Returns the device; `model_loading` tells that a change of the
  // model goes on in the background.
  virtual core::Result<DeviceView> change_device(const std::string& id,
                                                 const DeviceChange& change) = 0;
  // Takes a device off the list that is away for good, with everything the page has kept about it:
  // settings, name, rules, its lines on the timeline, that it was accepted. When it publishes again
  // it is a new one.
  // Counters of /metrics go on, as counters do. Errors: not_found, busy (it is not away, or its
  // camera still speaks; says which), denied (the configuration lists it), io.
  virtual core::Status forget_device(const std::string& id) = 0;
  // A new plan (config reload); overrides of the state stay on top.
  virtual void apply(const ServicePlan& plan) = 0;

  virtual KnownDevices& known_devices() = 0;
  virtual Rules& rules() = 0;
  virtual std::vector<ModelView> models() const = 0;
  virtual const Timeline& timeline() const = 0;
  virtual void add_event(EventKind kind, const std::string& device, const std::string& text) = 0;
  virtual bus::BusState bus_state() const = 0;
  virtual bus::Capabilities bus_capabilities() const = 0;
  virtual std::string bus_url() const = 0;  // masked
  virtual SystemView system() const = 0;
  // When the warden last made its round, which it does four times a second while it lives.
  virtual core::SteadyTime last_round() const = 0;
};

// Errors: bad_input (options), denied or busy (state folder: not ours, or used by another site),
// unsupported (the state was written by a newer version), io.
core::Result<std::unique_ptr<Site>> open_site(const SiteOptions& options, bus::Bus& bus,
                                              const core::Context& context);

}  // namespace fovea::site
