#include "site/live_hub.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/json.h"
#include "core/limits.h"
#include "core/thread.h"

namespace fovea::site {

using namespace std::chrono_literals;

namespace {

constexpr auto pace = 100ms;      // how soon a change of a state is told
constexpr auto list_period = 1s;  // of the device list and the system view
constexpr int wrong_messages_max = 100;
constexpr int code_policy = 1008;  // RFC 6455, 7.4.1

}  // namespace

// One connection. I/O thread.
class LiveHub::Handler final : public net::WebSocketHandler {
 public:
  Handler(LiveHub& hub, bool whole) : hub_(hub), whole_(whole) {}

  void on_open(std::shared_ptr<net::WebSocket> socket) override {
    viewer_ = std::make_unique<LiveViewer>(std::move(socket), hub_.context_.clock);
    hub_.add(*this);
  }
  void on_text(std::string_view text) override { hub_.on_text(*this, text); }
  void on_written() override { hub_.pump(*this); }
  void on_close() override { hub_.remove(*this); }

  LiveViewer& viewer() { return *viewer_; }
  bool sees_whole_system() const { return whole_; }
  bool too_many_wrong() { return ++wrong_messages_ > wrong_messages_max; }

 private:
  LiveHub& hub_;
  const bool whole_;
  std::unique_ptr<LiveViewer> viewer_;
  int wrong_messages_ = 0;
};

LiveHub::LiveHub(Site& site, net::HttpServer& server, const LiveHubOptions& options,
                 const core::Context& context)
    : site_(site),
      server_(server),
      options_(options),
      context_(context.named("live")),
      events_dropped_(context.metrics.counter("fovea_viewer_events_dropped_total",
                                              "Events that a viewer did not get in time")) {}

LiveHub::~LiveHub() { stop(); }

void LiveHub::start() {
  pace_ = core::start_thread("live-pace", [this](const std::stop_token& stop) {
    while (core::sleep_for(pace, stop)) {
      if (viewer_count_ > 0) server_.post([this] { tick(); });
    }
  });
}

void LiveHub::stop() { pace_ = {}; }

std::unique_ptr<net::WebSocketHandler> LiveHub::make_handler(bool whole) {
  if (viewer_count_ >= options_.viewers_max) return nullptr;
  return std::make_unique<Handler>(*this, whole);
}

// --- any thread: into the inbox -----------------------------------------------------------------

template <typename Note>
void LiveHub::leave(Note&& note) {
  if (viewer_count_ == 0) return;
  {
    std::lock_guard lock(mutex_);
    note();
    if (std::exchange(told_, true)) return;
  }
  server_.post([this] { look(); });
}

void LiveHub::on_frame(const std::string& device, const FramePtr& frame) {
  if (frame->codec == core::Codec::jpeg) return leave_jpeg(device, frame, false);
  leave([&] {
    News& news = news_[device];
    // Whom one is missing waits for the next key frame, and counts.
    if (news.units.size() >= core::limits::inter_coded_waiting_max) news.units.pop_front();
    news.units.push_back(frame);
  });
}

void LiveHub::on_jpeg(const std::string& device, const FramePtr& frame) {
  leave_jpeg(device, frame, true);
}

void LiveHub::leave_jpeg(const std::string& device, const FramePtr& frame, bool made) {
  leave([&] {
    News& news = news_[device];
    if (news.frame) ++news.frames_missed;
    news.frame = frame;
    news.made = made;
  });
}

void LiveHub::on_mask(const std::string& device, const MaskPtr& mask) {
  leave([&] { news_[device].mask = mask; });
}

void LiveHub::on_result(const std::string& device, const ResultPtr& result) {
  leave([&] { news_[device].result = result; });
}

void LiveHub::on_event(const TimelineEvent& event) {
  if (viewer_count_ == 0) return;
  core::Buffer text(event_message(event));
  leave([&] {
    if (events_.size() >= LiveViewer::events_waiting_max) {
      events_.pop_front();
      events_dropped_.add();
    }
    events_.push_back(std::move(text));
  });
}

void LiveHub::on_device_changed(const std::string&) { devices_changed_ = true; }

// --- I/O thread: out of the inbox ---------------------------------------------------------------

void LiveHub::look() {
  std::map<std::string, News> news;
  std::deque<core::Buffer> events;
  {
    std::lock_guard lock(mutex_);
    news.swap(news_);
    events.swap(events_);
    told_ = false;
  }
  for (const auto& [device, of_device] : news) share(device, of_device);
  for (const auto& event : events) {
    for (Handler* viewer : viewers_) {
      if (!viewer->viewer().offer_event(event)) events_dropped_.add();
    }
  }
  for (Handler* viewer : viewers_) pump(*viewer);
}

void LiveHub::share(const std::string& device, const News& news) {
  MaskMessage mask;
  core::Buffer result;
  uint64_t skipped = 0;
  for (Handler* handler : viewers_) {
    LiveViewer& viewer = handler->viewer();
    const Want* want = viewer.wants(device);
    if (want == nullptr) continue;
    skipped += share_frames(viewer, device, news);
    if (news.mask && want->masks) {
      if (mask.png.empty()) mask = {mask_header(device, news.mask->mask), news.mask->mask.png};
      viewer.offer_mask(device, mask);
    }
    if (news.result && want->results) {
      if (result.empty()) result = core::Buffer(result_message(device, *news.result));
      viewer.offer_result(device, result);
    }
  }
  if (skipped > 0) meters(device).dropped->add(double(skipped));
}

uint64_t LiveHub::share_frames(LiveViewer& viewer, const std::string& device, const News& news) {
  const bool takes_h264 = viewer.wants(device)->h264;
  uint64_t skipped = 0;
  if (news.frame && !(news.made && takes_h264)) {
    skipped += viewer.offer_frame(device, news.frame, news.frames_missed);
  }
  if (!takes_h264) return skipped;
  for (const FramePtr& unit : news.units) skipped += viewer.offer_unit(device, unit);
  return skipped;
}

void LiveHub::pump(Handler& handler) {
  for (const auto& device : handler.viewer().pump()) meters(device).sent->add();
}

LiveHub::Meters& LiveHub::meters(const std::string& device) {
  Meters& meters = meters_[device];
  if (meters.sent == nullptr) {
    meters.sent = &context_.metrics.counter("fovea_viewer_frames_sent_total",
                                            "Frames sent to viewers", {{"device", device}});
    meters.dropped = &context_.metrics.counter(
        "fovea_viewer_frames_dropped_total",
        "Frames that a viewer did not get because a newer one came", {{"device", device}});
  }
  return meters;
}

// --- the pace -----------------------------------------------------------------------------------

void LiveHub::tick() {
  if (viewers_.empty()) return;
  const auto now = context_.clock.steady();
  const bool due = now >= next_list_;
  if (due) next_list_ = now + list_period;
  if (devices_changed_.exchange(false) || due) share_device_list();
  if (!due || !make_system_) return;
  for (const bool whole : {false, true}) ask_for_system(whole);
}

void LiveHub::ask_for_system(bool whole) {
  const bool wanted = std::ranges::any_of(viewers_, [&](Handler* handler) {
    return handler->viewer().wants_system() && handler->sees_whole_system() == whole;
  });
  bool& asked = system_asked_[whole ? 1 : 0];
  if (!wanted || asked) return;
  asked = make_system_(whole, [this, whole](const std::string& text) {
    system_asked_[whole ? 1 : 0] = false;
    share_system(whole, text);
  });
}

void LiveHub::share_system(bool whole, const std::string& text) {
  const core::Buffer system(fmt::format(R"({{"type":"system","system":{}}})", text));
  for (Handler* handler : viewers_) {
    if (!handler->viewer().wants_system() || handler->sees_whole_system() != whole) continue;
    handler->viewer().offer_system(system);
    pump(*handler);
  }
}

void LiveHub::share_device_list() {
  const core::Buffer text = devices_text();
  for (Handler* handler : viewers_) handler->viewer().offer_devices(text);
  for (Handler* handler : viewers_) pump(*handler);
}

// Also notices which classes are different now, and tells those who watch.
core::Buffer LiveHub::devices_text() {
  const auto views = site_.devices();
  for (const auto& view : views) {
    if (!view.main.empty() && is_watched(view.main)) site_.want_main(view.id);
    SharedClasses& shared = classes_[view.id];
    if (!view.classes || (shared.classes == view.classes && shared.model == view.model)) continue;
    shared = {view.classes, view.model,
              core::Buffer(classes_message(view.id, view.model, *view.classes))};
    for (Handler* handler : viewers_) handler->viewer().offer_classes(view.id, shared.text);
  }
  return core::Buffer(dump({{"type", "devices"},
                            {"devices", devices_json(views)},
                            {"waiting", waiting_json(site_.known_devices().waiting())}}));
}

bool LiveHub::is_watched(const std::string& stream) const {
  return std::any_of(viewers_.begin(), viewers_.end(), [&](Handler* handler) {
    const Want* want = handler->viewer().wants(stream);
    return want != nullptr && want->frames;
  });
}

// --- viewers ------------------------------------------------------------------------------------

void LiveHub::add(Handler& handler) {
  LiveViewer& viewer = handler.viewer();
  viewer.socket().send_text(hello_message(site_.name(), options_.version, site_.started()));
  viewers_.insert(&handler);
  viewer_count_ = viewers_.size();
  viewer.offer_devices(devices_text());
  pump(handler);
}

void LiveHub::remove(Handler& handler) {
  viewers_.erase(&handler);
  viewer_count_ = viewers_.size();
}

void LiveHub::on_text(Handler& handler, std::string_view text) {
  LiveViewer& viewer = handler.viewer();
  auto message = parse_client_message(text);
  if (!message) {
    viewer.offer_error(core::Buffer(error_message(message.error().message)));
    if (handler.too_many_wrong()) viewer.socket().close(code_policy, "too many wrong messages");
  } else if (const auto* wanted = std::get_if<Subscribe>(&*message)) {
    subscribe(viewer, *wanted);
  } else {
    viewer.acknowledge(std::get<Ack>(*message));
  }
  pump(handler);
}

void LiveHub::subscribe(LiveViewer& viewer, const Subscribe& wanted) {
  std::vector<std::string> fresh;
  for (const auto& [device, want] : wanted.devices) {
    const Want* before = viewer.wants(device);
    if (before == nullptr || *before != want) fresh.push_back(device);
  }
  if ((wanted.system && !viewer.wants_system()) || !fresh.empty()) next_list_ = {};
  viewer.subscribe(wanted);
  for (const auto& device : fresh) {
    const Want& want = wanted.devices.at(device);
    const bool needs_jpeg = want.frames && !want.h264;
    viewer.hold(device, needs_jpeg ? site_.want_jpeg(device) : nullptr);
    offer_newest(viewer, device);
  }
}

// What is there already, so that nobody waits for the next picture of a slow camera.
void LiveHub::offer_newest(LiveViewer& viewer, const std::string& device) {
  const auto classes = classes_.find(device);
  if (classes != classes_.end() && !classes->second.text.empty()) {
    viewer.offer_classes(device, classes->second.text);
  }
  const FramePtr frame = site_.frame(device);
  if (frame && frame->codec == core::Codec::jpeg) viewer.offer_frame(device, frame, 0);
  viewer.offer_group(device, site_.newest_group(device));
  const MaskPtr mask = site_.mask(device);
  if (mask) viewer.offer_mask(device, {mask_header(device, mask->mask), mask->mask.png});
  const ResultPtr result = site_.result(device);
  if (result) viewer.offer_result(device, core::Buffer(result_message(device, *result)));
}

std::vector<ViewerView> LiveHub::viewers() const {
  std::vector<ViewerView> views;
  for (Handler* handler : viewers_) {
    LiveViewer& viewer = handler->viewer();
    const auto numbers = viewer.numbers();
    views.push_back({viewer.socket().peer(), viewer.devices(), numbers.fps, numbers.skipped,
                     numbers.in_flight});
  }
  return views;
}

std::map<std::string, ViewedDevice> LiveHub::viewed() const {
  std::map<std::string, ViewedDevice> devices;
  for (const auto& [id, meters] : meters_) {
    devices[id].dropped = uint64_t(meters.dropped->value());
    for (Handler* handler : viewers_) devices[id].fps += handler->viewer().fps(id);
  }
  return devices;
}

}  // namespace fovea::site
