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
// need credit: at most limits::frames_in_flight_max unacknowledged. Only little is handed to the
// socket at a time (window_bytes), so that what is old is replaced here and not sent late.
// Threads: one (the server's I/O thread).
class LiveViewer {
 public:
  static constexpr size_t window_bytes = 256u << 10;
  static constexpr size_t events_waiting_max = 256;  // the oldest is dropped

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
  void offer_mask(const std::string& device, const MaskMessage& mask);
  void offer_result(const std::string& device, const core::Buffer& text);
  void offer_classes(const std::string& device, const core::Buffer& text);
  void offer_event(const core::Buffer& text);
  void offer_devices(const core::Buffer& text) { device_list_ = text; }
  void offer_system(const core::Buffer& text) { system_ = text; }
  void offer_error(const core::Buffer& text) { error_ = text; }

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
  struct Lane {
    std::optional<Want> want;  // empty: not subscribed (any more)
    std::deque<uint64_t> in_flight;
    FramePtr frame;
    std::weak_ptr<const core::EncodedFrame> newest;  // offered; the same one twice is sent once
    std::optional<MaskMessage> mask;
    std::optional<core::Buffer> result;
    std::optional<core::Buffer> classes;
    uint64_t sent = 0;
    uint64_t skipped = 0;
    RateMeter rate;
  };

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
