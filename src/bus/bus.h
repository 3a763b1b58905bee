#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/context.h"
#include "core/result.h"
#include "wire/event.h"

namespace fovea::bus {

// How a subscription treats events that come faster than its handler takes them.
enum class Delivery {
  // Per stream only the newest waits; older ones are dropped and counted (frames). Of inter-coded
  // frames those since the newest key frame wait, see limits::inter_coded_waiting_max.
  newest,
  // In order; of a full queue (limits::ordered_queue_capacity) the stream that holds the most loses
  // its oldest, counted.
  ordered,
};

struct Capabilities {
  std::string name;              // "nats", "memory"
  bool in_process = false;       // payloads are shared, not copied
  bool persistent = false;       // events outlive a restart of the broker
  bool acknowledges = false;     // the broker confirms each publication
  size_t payload_bytes_max = 0;  // as the connected server says
};

// What is wrong although events flow.
struct Warning {
  std::string what;  // no_credentials, unencrypted, strangers, old_server: a label of metrics
  std::string text;  // for people, with what to do
};

enum class Connection { connected, reconnecting, closed };

struct BusState {
  Connection connection = Connection::connected;
  std::string detail;  // in words, for people: "nats://host:4222: connection refused; trying again"
  std::vector<Warning> warnings;
};

// Ends when destroyed: then no handler of it runs or will run (destroying waits for the running
// one; do not destroy it inside its own handler).
class Subscription {
 public:
  virtual ~Subscription() = default;
  virtual uint64_t delivered() const = 0;  // handed to the handler
  virtual uint64_t dropped() const = 0;    // came faster than the handler took them
  virtual uint64_t missed() const = 0;     // holes in the publishers' counts, wherever they arose
  virtual uint64_t rejected() const = 0;   // failed wire::find_fault()
};

// Publishes one stream's live frames: newest wins, never blocks, at most
// limits::frames_in_flight_max unacknowledged; nothing waits in a reconnect buffer.
class LivePublisher {
 public:
  virtual ~LivePublisher() = default;
  // Errors: busy (no credit: drop this frame, a newer one comes), closed, bad_input (too large).
  virtual core::Status try_publish(const wire::Event& event) = 0;
  virtual int in_flight() const = 0;
};

using Handler = std::function<void(const wire::Event&)>;
using RequestHandler = std::function<core::Result<wire::Event>(const wire::Event&)>;

// Publish, subscribe, request/reply over one broker. Handlers run on a thread of their
// subscription, one event at a time, never on a thread of the broker's library; events that fail
// wire::check_event() never reach them and count in fovea_rejected_total{kind,reason}.
// Threads: any. Destroying the bus closes it; subscriptions and publishers must be gone before.
class Bus {
 public:
  virtual ~Bus() = default;
  virtual Capabilities capabilities() const = 0;
  virtual BusState state() const = 0;

  // Ordered events (results, alerts, status). Does not block on the network: while the broker is
  // away up to limits::ordered_queue_capacity events wait, then the oldest is dropped, counted.
  // Gives the event its `publisher` and `publication` (wire/event.h). Errors: bad_input (fails
  // wire::check_event(), or is larger than the server takes), closed.
  virtual core::Status publish(const wire::Event& event) = 0;

  virtual core::Result<std::unique_ptr<LivePublisher>> live_publisher(
      const core::StreamId& stream) = 0;

  virtual core::Result<std::unique_ptr<Subscription>> subscribe(const wire::TopicFilter& filter,
                                                                Delivery delivery,
                                                                Handler handler) = 0;

  // One question, one answer; blocks for at most `limit`. An answerer's error comes back as it is.
  // Errors: timeout, not_found (nobody answers on this topic), io (no connection), bad_input.
  virtual core::Result<wire::Event> request(const wire::Event& event,
                                            std::chrono::milliseconds limit) = 0;
  virtual core::Result<std::unique_ptr<Subscription>> answer(const wire::TopicFilter& filter,
                                                             RequestHandler handler) = 0;

  // Returns when the broker has everything published so far. Errors: timeout, closed.
  virtual core::Status flush(std::chrono::milliseconds limit) = 0;
};

// How open the way to a broker beyond loopback may be, as whoever runs the site says.
enum class BusOpen {
  no,           // credentials and TLS
  unencrypted,  // credentials; something else encrypts the way, such as a VPN
  yes,          // everybody may join
};

// Connects to the broker that the URL names:
//   memory://[NAME]                           in this process; same NAME, same bus
//   nats://[user:password@]host[:port]        port 4222 unless given
//   nats://token@host[:port]
//   tls://...                                 the same over TLS
// with, for the last three, options after a question mark:
//   credentials=FILE   user JWT and key, as NATS' tools write them
//   ca=FILE            certificates to trust instead of the system's (implies TLS); or the
//                      certificate itself, its DER as base64url
//   cert=FILE, key=FILE  this client's own certificate (implies TLS)
// User, password and token may be percent-encoded. Returns when connected, or with an error after
// `limit` when not; with `keep_trying` it returns at once and connects in the background. Once
// there, a lost connection is made anew for ever, with backoff, within 3 s of the server's return.
// Who has a user asks under subjects of their own (bus/inbox.h).
// Errors: bad_input (the URL, a file that cannot be read, or a bus that is more open than `open`
// lets it be), denied (credentials), io, timeout.
struct ConnectOptions {
  std::chrono::milliseconds limit{5000};
  bool keep_trying = false;
  BusOpen open = BusOpen::no;
  // Once per connection: whether the server lets somebody in who has no credentials, and whether it
  // is one with a known hole. What is found is in BusState::warnings.
  bool inspects = false;
};
core::Result<std::unique_ptr<Bus>> connect_bus(const std::string& url,
                                               const ConnectOptions& options,
                                               const core::Context& context);

// The URL as it may be shown: user, password, token replaced by "***", a certificate by a word.
std::string masked_url(const std::string& url);

}  // namespace fovea::bus
