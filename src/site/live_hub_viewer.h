#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "net/http_server.h"
#include "site/device_view.h"
#include "site/live_hub_messages.h"
#include "site/rate_meter.h"

namespace fovea::site {

// A mask as all viewers get it: the header made once, the PNG shared.
struct MaskMessage {
  core::Buffer header;
  core::Buffer png;
};

// One viewer's side of the live protocol: what it wants, what it may get, what waits for it.
// Per device one frame, one mask, one result and one class list wait, newest wins; frames also
// need credit: at most limits::frames_in_flight_max unacknowledged. Of H.264 the frames since the
// newest key frame wait; a viewer that takes none for unit_wait_max gets the next key frame. Only
// little is handed to the socket at a time (window_bytes), so that what is old is replaced here and
// not sent late. Threads: one (the server's I/O thread).
class LiveViewer {
 public:
  static constexpr size_t window_bytes = 256u << 10;
  static constexpr size_t events_waiting_max = 256;  // the oldest is dropped
  static constexpr auto unit_wait_max = std::chrono::seconds(1);
  static constexpr size_t units_waiting_max = 30;  // more only while a joined group goes out

  LiveViewer(std::shared_ptr<net::WebSocket> socket, const core::Clock& clock)
      : socket_(std::move(socket)), clock_(clock) {}

  void subscribe(const Subscribe& wanted);
  void acknowledge(const Ack& ack);
  const Want* wants(const std::string& device) const;  // null: not subscribed
  bool wants_events() const { return events_wanted_; }
  bool wants_system() const { return system_wanted_; }
  std::vector<std::string> devices() const;

  // Each keeps what is given until it may be sent. `missed`: newer ones that never came here.
  // Returns how many frames this viewer now does not get.
  uint64_t offer_frame(const std::string& device, const FramePtr& frame, uint64_t missed);
  // The next frame of an H.264 stream, to those who take it. Returns the same.
  uint64_t offer_unit(const std::string& device, const FramePtr& frame);
  // What decodes to the newest picture, for a viewer that joins.
  void offer_group(const std::string& device, const std::vector<FramePtr>& group);
  void offer_mask(const std::string& device, const MaskMessage& mask);
  void offer_result(const std::string& device, const core::Buffer& text);
  void offer_classes(const std::string& device, const core::Buffer& text);
  bool offer_event(const core::Buffer& text);  // false: an older one was lost
  void offer_devices(const core::Buffer& text) { device_list_ = text; }
  void offer_system(const core::Buffer& text) { system_ = text; }
  void offer_error(const core::Buffer& text) { error_ = text; }

  // Kept as long as the viewer wants the device as it does now (Site::want_jpeg()).
  void hold(const std::string& device, std::shared_ptr<void> token);

  // Hands over what may go now; to be called after offers, acks and written messages. Returns the
  // devices whose frames were handed over.
  std::vector<std::string> pump();

  net::WebSocket& socket() { return *socket_; }
  struct Numbers {
    double fps = 0;
    uint64_t skipped = 0;
    int in_flight = 0;
  };
  Numbers numbers() const;
  double fps(const std::string& device) const;

 private:
  struct InFlight {
    uint64_t sequence = 0;  // the camera's
    uint64_t sent = 0;      // ours
  };
  struct Lane {
    std::optional<Want> want;  // empty: not subscribed (any more)
    std::deque<InFlight> in_flight;
    FramePtr frame;
    std::deque<FramePtr> units;   // of H.264, each builds on the one before
    core::SteadyTime unit_since;  // that the first of them is the first
    size_t units_max = units_waiting_max;
    uint64_t newest_unit = 0;  // offered; 0: a key frame is needed
    core::Timestamp newest_unit_captured;
    std::shared_ptr<void> token;
    std::weak_ptr<const core::EncodedFrame> newest;  // offered; the same one twice is sent once
    std::optional<MaskMessage> mask;
    std::optional<core::Buffer> result;
    std::optional<core::Buffer> classes;
    uint64_t sent = 0;
    uint64_t skipped = 0;
    RateMeter rate;

    void forget_units() {
      units.clear();
      newest_unit = 0;
    }
  };

  FramePtr next_frame(Lane& lane) const;
  Lane* wanting_lane(const std::string& device);
  bool send_common();
  bool send_text(std::optional<core::Buffer>& text);
  bool send_of(const std::string& device, Lane& lane, std::vector<std::string>& framed);
  bool has_room() const { return socket_->queued_bytes() < window_bytes; }

  const std::shared_ptr<net::WebSocket> socket_;
  const core::Clock& clock_;
  std::map<std::string, Lane> lanes_;
  std::string last_lane_;  // whose turn was last
  bool events_wanted_ = false;
  bool system_wanted_ = false;
  std::deque<core::Buffer> events_;
  std::optional<core::Buffer> device_list_;
  std::optional<core::Buffer> system_;
  std::optional<core::Buffer> error_;
};

}  // namespace fovea::site
