#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "bus/bus.h"
#include "core/result.h"
#include "wire/event.h"

namespace fovea::bus {

using Reply = std::function<void(core::Result<wire::Event>)>;

// A message as it came from the broker. On the broker's thread no more of it is read than what a
// mailbox must know (its size, and whether it follows another); the rest is left to the
// subscription's own thread, and is saved for what gets dropped.
struct Parcel {
  std::string topic;
  size_t bytes = 0;      // in memory: payload and headers
  bool follows = false;  // an inter-coded frame that needs the one before (wire::follows())
  // Fills in the event; a fault if the message is none.
  std::function<std::optional<wire::Fault>(wire::Event&)> open;
  Reply reply;  // empty unless somebody waits for an answer
};

// What waits for one subscription's handler. `newest`: one parcel per topic, the newest, and topics
// take turns; parcels that follow another wait behind it, up to limits::inter_coded_waiting_max of
// a topic, then all of the topic are lost. `ordered`: first in, first out. Both hold at most
// limits::ordered_queue_capacity parcels and limits::queue_bytes_max; what makes room is the
// oldest. Threads: any number may push, one pops.
class Mailbox {
 public:
  explicit Mailbox(Delivery delivery) : delivery_(delivery) {}

  // How many parcels were lost by this push (0 is the rule); a closed mailbox takes nothing.
  size_t push(Parcel parcel);

  // Waits. Empty: closed, or `stop` was requested.
  std::optional<Parcel> pop(const std::stop_token& stop);

  Delivery delivery() const { return delivery_; }
  void close();
  size_t size() const;
  size_t bytes() const;

 private:
  // How many were lost.
  size_t replace(Parcel& parcel);
  size_t follow(Parcel& parcel);
  size_t append(Parcel& parcel);
  void insert(size_t turn, Parcel& parcel);
  size_t make_room(size_t bytes);
  size_t drop_topic(const std::string& topic);

  const Delivery delivery_;
  mutable std::mutex mutex_;  // guards everything below; nothing is called under it
  std::condition_variable_any filled_;
  std::deque<Parcel> waiting_;  // in the order that their topics came
  size_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace fovea::bus
