#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "bus/bus.h"
#include "core/fair_queue.h"
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
// limits::ordered_queue_capacity parcels and limits::queue_bytes_max; who makes room is the topic
// that holds the most (core::FairShare), by its oldest, or by all it has where those may build on
// one another. So a flood of one topic costs no other anything. Threads: any number may push, one
// pops.
class Mailbox {
 public:
  explicit Mailbox(Delivery delivery);

  // How many parcels were lost by this push (0 is the rule); a closed mailbox takes nothing.
  size_t push(Parcel parcel);

  // Waits. Empty: closed, or `stop` was requested.
  std::optional<Parcel> pop(const std::stop_token& stop);

  Delivery delivery() const { return delivery_; }
  void close();
  size_t size() const;
  size_t bytes() const;

 private:
  size_t add(Parcel parcel);  // how many were lost

  const Delivery delivery_;
  mutable std::mutex mutex_;  // guards everything below; nothing is called under it
  std::condition_variable_any filled_;
  core::FairShare<Parcel> waiting_;  // by topic
  bool closed_ = false;
};

}  // namespace fovea::bus
