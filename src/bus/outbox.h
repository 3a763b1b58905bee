#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "bus/numbering.h"
#include "core/context.h"
#include "core/result.h"
#include "wire/event.h"

namespace fovea::bus {

// How many frames of one live publisher are unacknowledged.
using Credit = std::atomic<int>;

// What one connection to a broker still has to send; no sockets here. Ordered events wait for the
// connection, at most limits::ordered_queue_capacity and queue_bytes_max of them, and the oldest
// make room, counted. Live frames are taken only while connected and while their publisher has
// credit, and are thrown away when the connection is lost: no stale frame is ever sent.
// Threads: any number offer, one sends (take, then sent or failed), one acknowledges.
class Outbox {
 public:
  struct Item {
    wire::Event event;
    std::shared_ptr<Credit> credit;  // of a live frame; null for ordered events
    uint64_t connection = 0;         // the number of the connection it was taken for
  };

  explicit Outbox(const core::Context& context);

  // Errors: closed.
  core::Status offer_ordered(wire::Event event);
  // Errors: busy, closed.
  core::Status offer_live(const wire::Event& event, const std::shared_ptr<Credit>& credit);

  // The sender's next item: waits for a connection and something to send, ordered events first.
  // Empty: stopped. The item counts as waiting until sent() or failed().
  std::optional<Item> take(const std::stop_token& stop);
  void sent(const Item& item);
  // The connection broke while sending: an ordered event goes back to the front, and nothing is
  // taken any more until connect().
  void failed(Item item);
  void refused(const Item& item);  // the broker will never take it; counted

  // Waits for sent frames without an acknowledgement, at most `limit`; takes them all. Give them
  // back by acknowledge() once a round trip that began later is done.
  std::vector<std::shared_ptr<Credit>> take_unacknowledged(std::chrono::milliseconds limit,
                                                           const std::stop_token& stop);
  static void acknowledge(const std::vector<std::shared_ptr<Credit>>& credits);

  void connect();
  void disconnect();  // credits of what was sent return; live frames that wait are dropped
  void close();

  // False if something still waits when `limit` is over.
  bool wait_until_empty(std::chrono::milliseconds limit);

  size_t ordered_waiting() const;
  size_t bytes_waiting() const;

 private:
  void drop_live();
  void count_drop(const wire::Event& event, const char* place);

  const core::Context context_;
  mutable std::mutex mutex_;  // guards everything below; nothing is called under it but counters
  std::condition_variable_any work_;   // something to send, or the connection came
  std::condition_variable_any acks_;   // something to acknowledge
  std::condition_variable_any empty_;  // nothing waits any more
  Numbering numbering_;
  std::deque<Item> ordered_;
  std::deque<Item> live_;
  std::vector<std::shared_ptr<Credit>> unacknowledged_;
  size_t bytes_ = 0;         // of ordered_
  uint64_t connection_ = 0;  // counts connections
  bool sending_ = false;
  bool connected_ = false;
  bool closed_ = false;
};

}  // namespace fovea::bus
