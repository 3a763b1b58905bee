#include "site/site.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include "core/assert.h"
#include "core/ids.h"
#include "core/limits.h"
#include "core/queue.h"
#include "core/thread.h"
#include "site/bus_watch.h"
#include "site/decoders.h"
#include "site/device_news.h"
#include "site/gate.h"
#include "site/model_list.h"
#include "site/model_pool.h"
#include "site/observers.h"
#include "site/occasional.h"
#include "site/process_usage.h"
#include "site/publisher.h"
#include "site/receiver.h"
#include "site/session.h"
#include "site/settings.h"
#include "wire/command_event.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
constexpr auto tick = 250ms;
constexpr auto slow_tick = 1s;         // for what needs no quick answer
constexpr auto key_wish_period = 1s;   // per device
constexpr auto main_wish_period = 3s;  // less than a third of what a wish lasts

// The assembly. Control work (new devices, settings, models, states) is done by one thread, the
// warden, when it is woken or every 250 ms; everybody else only leaves word.
class Assembly final : public Site {
 public:
  Assembly(const SiteOptions& options, std::unique_ptr<StateStore> store, Overrides overrides,
           bus::Bus& bus, const core::Context& context);
  ~Assembly() override { stop(); }

  void add_observer(Observer& observer) override { observers_.add(observer); }
  core::Status load();
  core::Status start() override;
  void stop() override;

  const std::string& name() const override { return options_.name; }
  core::Timestamp started() const override { return started_; }
  bool ready() const override { return assigned_ && pool_->idle(); }

  std::vector<DeviceView> devices() const override { return devices_.views(); }
  std::optional<DeviceView> device(const std::string& id) const override {
    return devices_.view(id);
  }
  FramePtr frame(const std::string& id) const override { return devices_.frame(id); }
  MaskPtr mask(const std::string& id) const override { return devices_.mask(id); }
  ResultPtr result(const std::string& id) const override { return devices_.result(id); }

  core::Result<DeviceView> change_device(const std::string& id,
                                         const DeviceChange& change) override;
  core::Status forget_device(const std::string& id) override;
  void apply(const ServicePlan& plan) override;

  core::Result<FramePtr> jpeg(const std::string& id) const override;
  std::shared_ptr<void> want_jpeg(const std::string& id) const override {
    return decoders_->video().want_jpeg(id);
  }
  void want_main(const std::string& id) override;
  std::vector<FramePtr> newest_group(const std::string& id) const override {
    return decoders_->video().newest_group(id);
  }
  KnownDevices& known_devices() override { return known_; }
  Rules& rules() override { return rules_; }
  std::vector<ModelView> models() const override {
    return list_models(plan().models, pool_->entries());
  }
  const Timeline& timeline() const override { return timeline_; }
  void add_event(EventKind kind, const std::string& device, const std::string& text) override {
    timeline_.add(kind, device, text);
  }
  bus::BusState bus_state() const override { return bus_.state(); }
  bus::Capabilities bus_capabilities() const override { return bus_.capabilities(); }
  std::string bus_url() const override { return bus::masked_url(options_.bus_url); }
  SystemView system() const override;
  core::SteadyTime last_round() const override { return last_round_; }

 private:
  void wake() { wakes_.push(true); }
  void watch(std::stop_token stop);
  void assign_models();
  void assign(const std::string& device, const DeviceSettings& settings);
  void give(const std::string& device, const ServedPtr& served);
  void tell_change(const std::string& device, const Override& before, const Override& after);
  void serve_as(const std::string& device, const DeviceSettings& settings);
  void set_model_fault(const std::string& device, const std::string& text);
  ServicePlan plan() const;
  DeviceSettings settings(const std::string& device) const;
  void configure_known(const ServicePlan& plan);
  Receiver::Hooks receiver_hooks();
  SessionHooks session_hooks();
  Decoders::Hooks decoder_hooks();
  void command(const std::string& device, const char* word);
  void on_failed(const Work& work, Fault fault, const core::Error& error);
  void on_undecodable(const Work& work, const core::Error& error);
  void forget_pictures(const std::string& device);
  void on_done(Inferred inferred);

  const SiteOptions options_;
  const std::unique_ptr<StateStore> store_;  // null: what the page changes is forgotten
  bus::Bus& bus_;
  core::Context context_;
  const core::Timestamp started_;
  const core::SteadyTime started_steady_;

  mutable std::mutex plan_mutex_;  // guards plan_ and overrides_
  ServicePlan plan_;
  Overrides overrides_;
  std::mutex change_mutex_;  // one change_device() at a time: read, write the state, apply

  Observers observers_;
  Timeline timeline_;
  DeviceNews news_;
  KnownDevices known_;
  Rules rules_;
  Devices devices_;
  Scheduler scheduler_;
  ProcessUsage usage_;
  core::Latest<bool> wakes_;
  std::atomic<core::SteadyTime> last_round_;
  std::atomic<bool> assigned_ = false;  // the warden has seen every device at least once
  BusWatch bus_watch_;                  // the warden's

  const std::unique_ptr<ModelPool> pool_;
  const std::unique_ptr<Decoders> decoders_;
  Occasional key_wishes_;
  Occasional main_wishes_;
  // Made by start(), ended by stop(), kept until destruction: the API may still ask.
  std::unique_ptr<Gate> gate_;  // before the publisher, which tells it what was inferred
  std::unique_ptr<Publisher> publisher_;
  std::vector<std::unique_ptr<Session>> sessions_;
  std::unique_ptr<Receiver> receiver_;
  std::jthread warden_;
};

Assembly::Assembly(const SiteOptions& options, std::unique_ptr<StateStore> store,
                   Overrides overrides, bus::Bus& bus, const core::Context& context)
    : options_(options),
      store_(std::move(store)),
      bus_(bus),
      context_(context.named("site")),
      started_(context.clock.now()),
      started_steady_(context.clock.steady()),
      plan_(options.plan),
      overrides_(std::move(overrides)),
      timeline_(context.clock),
      news_(timeline_, observers_, context_),
      known_(options_.name, store_.get(), context_),
      rules_(
          store_.get(), timeline_, bus,
          [this](const std::string& device, uint64_t sequence) {
            return decoders_->video().still(device, sequence);
          },
          context_),
      devices_(context, options.device_classes),
      scheduler_(context.clock),
      usage_(context.clock),
      last_round_(started_steady_),
      bus_watch_(bus, timeline_),
      pool_(std::make_unique<ModelPool>(
          options_.load_model, [this](const std::string&, const ModelPool::Entry&) { wake(); },
          context_)),
      decoders_(std::make_unique<Decoders>(
          devices_, scheduler_, Decoders::Options{options_.sessions, options_.decoder_bytes_max},
          decoder_hooks(), context_)),
      key_wishes_(context.clock, key_wish_period),
      main_wishes_(context.clock, main_wish_period) {
  for (const auto& [device, kept] : overrides_) {
    devices_.mark(device, kept.name.value_or(""), kept.paused.value_or(false));
  }
  timeline_.listen([this](const TimelineEvent& event) { observers_.on_event(event); });
  observers_.add(rules_);
}

core::Status Assembly::load() {
  configure_known(options_.plan);
  if (auto loaded = known_.load(); !loaded) return loaded;
  return rules_.load();
}

// Whoever is named in the configuration is known, in its rules as well.
void Assembly::configure_known(const ServicePlan& plan) {
  std::set<std::string> named;
  for (const auto& [device, settings] : plan.devices) named.insert(device);
  for (const auto& rule : plan.rules.rules) named.insert(rule.device);
  known_.configure(plan.unknown_devices, std::move(named));
}

Receiver::Hooks Assembly::receiver_hooks() {
  Receiver::Hooks hooks;
  hooks.stranger = [this](const std::string& device) {
    const auto verdict = known_.judge(device);
    if (verdict == KnownDevices::Verdict::begins_to_wait) news_.waits(device);
    return KnownDevices::why_refused(verdict);
  };
  hooks.results_count = [this](const std::string& device) {
    return settings(device).results_from.value == ResultsFrom::device;
  };
  hooks.foreign_results = [this](const std::string& device) { news_.foreign_results(device); };
  hooks.added = [this](const std::string& device) {
    news_.found(device);
    wake();
  };
  hooks.shared = [this](const std::string& device) { news_.two_publish(device); };
  hooks.refused = [this](const std::string& device) { news_.one_too_many(device); };
  hooks.times_changed = [this](const std::string& device, const std::string& text) {
    news_.times_changed(device, text);
  };
  return hooks;
}

core::Status Assembly::start() {
  for (const auto& [device, settings] : plan_.devices) devices_.expect(device);
  rules_.apply(plan_.rules);
  gate_ = std::make_unique<Gate>(
      devices_, scheduler_, [this](Repeated repeated) { publisher_->push(std::move(repeated)); },
      [this](Work work) { decoders_->costly().offer(std::move(work)); }, context_);
  publisher_ = std::make_unique<Publisher>(
      options_.name, 2 * static_cast<size_t>(options_.sessions), bus_, devices_, observers_,
      [this](const Inferred& inferred, const ResultPtr& result) {
        gate_->on_inferred(inferred, result);
      },
      context_);
  for (int i = 1; i <= options_.sessions; ++i) {
    sessions_.push_back(std::make_unique<Session>(fmt::format("session {}", i), scheduler_,
                                                  session_hooks(), context_));
  }
  receiver_ = std::make_unique<Receiver>(options_.name, bus_, devices_, *gate_, decoders_->video(),
                                         observers_, receiver_hooks(), context_);
  timeline_.add(EventKind::site, "", fmt::format("site {} has started", options_.name));
  // The warden first: it loads the models that the config names while the bus connects.
  warden_ = core::start_thread("warden", [this](std::stop_token stop) { watch(std::move(stop)); });
  wake();
  return receiver_->start();
}

void Assembly::stop() {
  if (receiver_) receiver_->stop();
  decoders_->stop();
  if (gate_) gate_->stop();
  for (const auto& session : sessions_) session->stop();
  if (publisher_) publisher_->stop();
  rules_.stop();
  if (warden_.joinable()) {
    warden_.request_stop();
    warden_.join();
  }
  pool_->stop();
}

Decoders::Hooks Assembly::decoder_hooks() {
  return {
      [this](Work work) { gate_->offer(std::move(work)); },
      [this](const Work& work, const core::Error& error) { on_undecodable(work, error); },
      [this](const std::string& device, const FramePtr& jpeg) { observers_.on_jpeg(device, jpeg); },
      [this](const std::string& device) {
        if (key_wishes_.now(device)) command(device, wire::command_keyframe);
      },
  };
}

void Assembly::command(const std::string& device, const char* word) {
  const wire::Command command{{options_.name, device}, context_.clock.now(), word};
  if (auto sent = bus_.publish(wire::make_command_event(command)); !sent) {
    context_.log.debug("the command {} to {}: {}", word, device, sent.error().message);
  }
}

void Assembly::want_main(const std::string& id) {
  if (main_wishes_.now(id)) command(id, wire::command_main);
}

core::Result<FramePtr> Assembly::jpeg(const std::string& id) const {
  const FramePtr frame = devices_.frame(id);
  if (!frame) {
    return core::Error{core::Code::not_found, fmt::format("there is no picture of {} yet", id)};
  }
  if (frame->codec == core::Codec::jpeg) return frame;
  return decoders_->video().still(id);
}

SessionHooks Assembly::session_hooks() {
  return {
      [this](const std::string& device) { return devices_.served(device); },
      [this](const infer::LoadedModel* model) { return devices_.in_use(model); },
      [this](Inferred inferred) { on_done(std::move(inferred)); },
      [this](const Work& work, Fault fault, const core::Error& error) {
        on_failed(work, fault, error);
      },
  };
}

void Assembly::on_done(Inferred inferred) {
  const std::string device = inferred.work.device;
  const bool frame_was_bad = devices_.set_fault(device, Fault::frame, "");
  const bool session_failed = devices_.set_fault(device, Fault::session, "");
  const double decoded_here_ms = inferred.decode_ms - inferred.work.video_ms;
  devices_.meters(device)->decode_seconds.add(decoded_here_ms / 1000);
  devices_.on_cost(device, inferred.decode_ms, inferred.prediction.infer_ms);
  publisher_->push(std::move(inferred));
  if (frame_was_bad || session_failed) observers_.on_device_changed(device);
}

void Assembly::on_failed(const Work& work, Fault fault, const core::Error& error) {
  gate_->on_failed(work);
  if (fault == Fault::frame) {
    const char* reason = error.code == core::Code::unsupported ? "unsupported"
                         : error.code == core::Code::busy      ? "busy"
                                                               : "decode";
    return receiver_->refuse_frame(work.device, reason, error);
  }
  devices_.meters(work.device)->failures.add();
  const std::string text = "the engine failed: " + error.message;
  if (!devices_.set_fault(work.device, Fault::session, text)) return;
  context_.log.error("{}: {}", work.device, text);
  timeline_.add(EventKind::model, work.device, text);
  observers_.on_device_changed(work.device);
}

void Assembly::on_undecodable(const Work& work, const core::Error& error) {
  if (!work.large) return on_failed(work, Fault::frame, error);
  receiver_->refuse_large_frame(work.device, error);
}

// What is on its way.
void Assembly::forget_pictures(const std::string& device) {
  decoders_->forget(device);
  if (gate_) gate_->forget(device);
}

void Assembly::watch(std::stop_token stop) {
  auto slow_due = context_.clock.steady();
  while (!stop.stop_requested()) {
    if (wakes_.pop_for(tick, stop)) assign_models();
    if (stop.stop_requested()) return;
    last_round_ = context_.clock.steady();
    news_.transitions(devices_);
    bus_watch_.look();
    if (context_.clock.steady() < slow_due) continue;
    known_.refresh();
    rules_.look(options_.name, devices_);
    decoders_->video().prune();
    usage_.sample();
    slow_due = context_.clock.steady() + slow_tick;
  }
}

ServicePlan Assembly::plan() const {
  std::lock_guard lock(plan_mutex_);
  return plan_;
}

DeviceSettings Assembly::settings(const std::string& device) const {
  std::lock_guard lock(plan_mutex_);
  return settings_of(plan_, overrides_, device);
}

void Assembly::assign_models() {
  for (const auto& [device, settings] : plan().devices) devices_.expect(device);
  const auto ids = devices_.ids();
  std::map<std::string, DeviceSettings> all;
  std::set<std::string> references;
  for (const auto& id : ids) {
    const DeviceSettings chosen = settings(id);
    serve_as(id, chosen);
    if (devices_.set_settings(id, chosen)) observers_.on_device_changed(id);
    if (!chosen.model.value.empty()) references.insert(chosen.model.value);
    all.emplace(id, chosen);
  }
  // The default is kept ready for the next device that is found.
  const std::string next = plan().defaults.model.value;
  if (!next.empty()) references.insert(next);
  pool_->want(references);
  for (const auto& [id, chosen] : all) assign(id, chosen);
  assigned_ = true;
}

void Assembly::serve_as(const std::string& device, const DeviceSettings& settings) {
  scheduler_.set_service(device, settings.weight.value, settings.fps_max.value);
  gate_->set_enabled(device, settings.gating.value);
}

void Assembly::assign(const std::string& device, const DeviceSettings& settings) {
  const std::string& reference = settings.model.value;
  const ServedPtr running = devices_.served(device);
  if (reference.empty()) {
    devices_.set_loading(device, false);
    if (running) give(device, nullptr);
    const std::string why = plan().no_model;
    return set_model_fault(device,
                           "no model: " + (why.empty() ? "none is configured, start the site with "
                                                         "--model or choose one here"
                                                       : why));
  }
  const ModelPool::Entry entry = pool_->find(reference);
  devices_.set_loading(device, entry.state == ModelPool::State::loading);
  switch (entry.state) {
    case ModelPool::State::loading:
      if (!running) set_model_fault(device, "loading model " + reference);
      return;
    case ModelPool::State::loaded:
      if (running != entry.served) give(device, entry.served);
      return set_model_fault(device, "");
    case ModelPool::State::failed:
      return set_model_fault(
          device, running ? fmt::format("model {} could not be loaded: {}; {} goes on", reference,
                                        entry.error, running->model->manifest().name)
                          : "no model: " + entry.error);
  }
}

void Assembly::give(const std::string& device, const ServedPtr& served) {
  devices_.set_model(device, served);
  devices_.set_fault(device, Fault::session, "");
  if (!served && scheduler_.forget(device)) devices_.meters(device)->frames_replaced.add();
  const auto text = served ? fmt::format("runs model {} {}", served->model->manifest().name,
                                         served->model->manifest().version)
                           : std::string("runs no model any more");
  timeline_.add(EventKind::model, device, text);
  observers_.on_device_changed(device);
}

void Assembly::set_model_fault(const std::string& device, const std::string& text) {
  if (!devices_.set_fault(device, Fault::model, text)) return;
  if (text.find("could not") != std::string::npos || text.starts_with("no model")) {
    timeline_.add(EventKind::model, device, text);
  }
  observers_.on_device_changed(device);
}

core::Result<DeviceView> Assembly::change_device(const std::string& id,
                                                 const DeviceChange& change) {
  std::lock_guard one_at_a_time(change_mutex_);
  if (!devices_.view(id)) {
    return core::Error{core::Code::not_found,
                       fmt::format("there is no device '{}' at this site", core::printable(id))};
  }
  Override current;
  {
    std::lock_guard lock(plan_mutex_);
    const auto found = overrides_.find(id);
    if (found != overrides_.end()) current = found->second;
  }
  const auto wanted = changed(current, change);
  if (!wanted) return wanted.error();
  if (store_) {
    if (auto kept = store_->set_override(id, *wanted); !kept) return kept.error();
  }
  {
    std::lock_guard lock(plan_mutex_);
    overrides_[id] = *wanted;
  }
  devices_.mark(id, wanted->name.value_or(""), wanted->paused.value_or(false));
  tell_change(id, current, *wanted);
  const DeviceSettings chosen = settings(id);
  devices_.set_settings(id, chosen);
  serve_as(id, chosen);
  if (change.model) {
    pool_->retry(chosen.model.value);
    const ServedPtr running = devices_.served(id);
    devices_.set_loading(
        id, !chosen.model.value.empty() && (!running || running->reference != chosen.model.value));
  }
  wake();
  observers_.on_device_changed(id);
  return *devices_.view(id);
}

void Assembly::tell_change(const std::string& device, const Override& before,
                           const Override& after) {
  if (after.paused.value_or(false) && !before.paused.value_or(false)) {
    // What waits is not inferred any more, nor shown to who comes now.
    if (scheduler_.forget(device)) devices_.meters(device)->frames_paused.add();
    forget_pictures(device);
  }
  news_.changed(device, before, after);
}

core::Status Assembly::forget_device(const std::string& id) {
  std::lock_guard one_at_a_time(change_mutex_);
  if (plan().devices.contains(id)) {
    return core::Error{core::Code::denied,
                       fmt::format("the configuration lists {} under 'devices'; take it out there",
                                   core::printable(id))};
  }
  if (auto gone = devices_.may_forget(id); !gone) return gone;
  if (auto forgotten = known_.forget(id); !forgotten) return forgotten;
  if (store_) {
    if (auto cleared = store_->set_override(id, {}); !cleared) return cleared;
  }
  {
    std::lock_guard lock(plan_mutex_);
    overrides_.erase(id);
  }
  devices_.mark(id, "", false);
  forget_pictures(id);
  devices_.forget(id);
  scheduler_.remove(id);
  for (const auto& rule : rules_.list()) {
    if (rule.rule.device != id || rule.from != Origin::state) continue;
    if (auto removed = rules_.remove(rule.rule.name); !removed) return removed;
  }
  timeline_.forget(id);
  timeline_.add(EventKind::site, "", fmt::format("device {} was forgotten", id));
  context_.log.info("device {} was forgotten", id);
  observers_.on_device_changed(id);
  return {};
}

void Assembly::apply(const ServicePlan& plan) {
  {
    std::lock_guard lock(plan_mutex_);
    plan_ = plan;
  }
  for (const auto& [reference, entry] : pool_->entries()) pool_->retry(reference);
  configure_known(plan);
  rules_.apply(plan.rules);
  timeline_.add(EventKind::site, "", "the configuration was loaded again");
  wake();
}

SystemView Assembly::system() const {
  SystemView view;
  view.site = options_.name;
  view.version = options_.version;
  view.started = started_;
  view.uptime_s = std::chrono::duration<double>(context_.clock.steady() - started_steady_).count();
  view.cpu_percent = usage_.cpu_percent();
  view.memory_mib = ProcessUsage::memory_mib();
  view.bus_url = bus_url();
  view.bus_capabilities = bus_.capabilities();
  view.bus_state = bus_.state();
  view.devices = devices();
  for (const auto& session : sessions_) view.sessions.push_back(session->view());
  view.models = models();
  view.counters = context_.metrics.samples();
  if (options_.log_tail) view.log = options_.log_tail->lines();
  return view;
}

}  // namespace

core::Result<std::unique_ptr<Site>> open_site(const SiteOptions& options, bus::Bus& bus,
                                              const core::Context& context) {
  if (auto good = core::check_name("site", options.name); !good) return good.error();
  if (options.sessions < 1 || options.sessions > core::limits::sessions_max) {
    return core::Error{core::Code::bad_input,
                       fmt::format("sessions must be 1 to {}", core::limits::sessions_max)};
  }
  FOVEA_ASSERT(options.load_model != nullptr);
  std::unique_ptr<StateStore> store;
  Overrides overrides;
  if (!options.state_dir.empty()) {
    auto opened = StateStore::open(options.state_dir);
    if (!opened) return opened.error();
    store = *std::move(opened);
    auto kept = store->overrides();
    if (!kept) return kept.error();
    overrides = *std::move(kept);
  }
  auto site =
      std::make_unique<Assembly>(options, std::move(store), std::move(overrides), bus, context);
  if (auto loaded = site->load(); !loaded) return loaded.error();
  return std::unique_ptr<Site>(std::move(site));
}

}  // namespace fovea::site
