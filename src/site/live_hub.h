#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/context.h"
#include "net/http_server.h"
#include "site/http_api_json.h"
#include "site/live_hub_viewer.h"
#include "site/observer.h"
#include "site/site.h"

namespace fovea::site {

struct LiveHubOptions {
  std::string version;
  size_t viewers_max = 500;  // more are answered 503
};

// Everybody who watches by WebSocket (GET /api/v1/live): hands frames, masks, results and events
// of the site to viewers, each by its own credit, so that a slow one is served less and slows
// nobody. The bytes of frames and masks are shared by all. Who cannot take H.264 gets JPEG that the
// site makes meanwhile.
// Threads: the viewers live on the server's I/O thread. The observer's calls come from any thread;
// they only leave their news in an inbox (per device one frame, one mask, one result, newest wins;
// events up to events_waiting_max). One thread of its own sets the pace of the device list.
// Life: the server stops first (then no viewer is left), and observers are not called any more.
class LiveHub final : public Observer {
 public:
  LiveHub(Site& site, net::HttpServer& server, const LiveHubOptions& options,
          const core::Context& context);
  ~LiveHub() override;

  void start();  // the pace; after the server's start
  void stop();   // before the server stops

  // The factory of the WebSocket route. `whole`: it may know all of the system view.
  std::unique_ptr<net::WebSocketHandler> make_handler(bool whole);

  // Numbers for the system view. I/O thread.
  std::vector<ViewerView> viewers() const;
  std::map<std::string, ViewedDevice> viewed() const;
  // Makes the text of {"type":"system"...} without its envelope, and hands it over on the I/O
  // thread later; false: not now. Set by the API, which knows more.
  using Done = std::function<void(const std::string& text)>;
  void set_system_text(std::function<bool(bool whole, Done done)> make) {
    make_system_ = std::move(make);
  }

  void on_frame(const std::string& device, const FramePtr& frame) override;
  void on_jpeg(const std::string& device, const FramePtr& frame) override;
  void on_mask(const std::string& device, const MaskPtr& mask) override;
  void on_result(const std::string& device, const ResultPtr& result) override;
  void on_event(const TimelineEvent& event) override;
  void on_device_changed(const std::string& device) override;

 private:
  class Handler;

  // What came for one device since the I/O thread last looked.
  struct News {
    FramePtr frame;     // JPEG
    bool made = false;  // of H.264, which others take as it is
    uint64_t frames_missed = 0;
    std::deque<FramePtr> units;  // H.264
    MaskPtr mask;
    ResultPtr result;
  };

  template <typename Note>
  void leave(Note&& note);
  void leave_jpeg(const std::string& device, const FramePtr& frame, bool made);
  void look();  // into the inbox
  void share(const std::string& device, const News& news);
  static uint64_t share_frames(LiveViewer& viewer, const std::string& device, const News& news);
  void pump(Handler& viewer);

  void tick();
  void ask_for_system(bool whole);
  void share_system(bool whole, const std::string& text);
  void share_device_list();
  core::Buffer devices_text();
  bool is_watched(const std::string& stream) const;

  void add(Handler& viewer);
  void remove(Handler& viewer);
  void on_text(Handler& viewer, std::string_view text);
  void subscribe(LiveViewer& viewer, const Subscribe& wanted);
  void offer_newest(LiveViewer& viewer, const std::string& device);

  struct Meters {
    core::Counter* sent = nullptr;
    core::Counter* dropped = nullptr;
  };
  Meters& meters(const std::string& device);

  Site& site_;
  net::HttpServer& server_;
  const LiveHubOptions options_;
  const core::Context context_;
  core::Counter& events_dropped_;
  std::function<bool(bool whole, Done done)> make_system_;

  // I/O thread only.
  std::array<bool, 2> system_asked_{};  // by whether it is the whole one: it is being made
  std::set<Handler*> viewers_;
  std::map<std::string, Meters> meters_;
  struct SharedClasses {
    ClassesPtr classes;
    std::string model;
    core::Buffer text;
  };
  std::map<std::string, SharedClasses> classes_;
  core::SteadyTime next_list_;

  std::atomic<size_t> viewer_count_ = 0;
  std::atomic<bool> devices_changed_ = false;

  std::mutex mutex_;  // guards the inbox, the three below
  std::map<std::string, News> news_;
  std::deque<core::Buffer> events_;
  bool told_ = false;  // the I/O thread was told to look

  std::jthread pace_;
};

}  // namespace fovea::site
