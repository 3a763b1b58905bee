#pragma once

#include <nats/nats.h>

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bus/adapters.h"
#include "bus/receiver.h"
#include "core/result.h"
#include "wire/event.h"

namespace fovea::bus {

// One connection to a NATS server, from connect to loss. nats.c's own reconnecting is off: its
// reconnect buffer would hand out stale frames, and it gives up after two refusals of the
// credentials. NatsLink makes a new session instead. Private to the adapter.
// Threads: any. A call may wait for a socket write for at most write_limit.
class NatsSession : public std::enable_shared_from_this<NatsSession> {
 public:
  static constexpr int port_default = 4222;
  static constexpr std::chrono::milliseconds write_limit{2000};
  static constexpr std::chrono::milliseconds unlisten_limit{300};

  // Errors: bad_input (options), denied, io, timeout.
  static core::Result<std::shared_ptr<NatsSession>> connect(const Address& address,
                                                            std::chrono::milliseconds limit);
  // Whether connect() would take these options. Errors: bad_input.
  static core::Status check(const Address& address);
  // Whether the server lets in who has no credentials. Errors: io, timeout (nobody knows).
  static core::Result<bool> lets_strangers_in(const Address& address,
                                              std::chrono::milliseconds limit);
  ~NatsSession();

  // Whether the server takes an event of this size. Errors: bad_input, with both numbers.
  core::Status check_size(const wire::Event& event) const;

  // Writes it to the socket. Errors: bad_input (larger than the server takes), io.
  core::Status publish(const wire::Event& event);

  // A round trip: the server has everything that was published before. Errors: timeout, io.
  core::Status flush(std::chrono::milliseconds limit);

  core::Result<wire::Event> request(const wire::Event& event, std::chrono::milliseconds limit);

  // Lets the receiver have what matches its filter; once per receiver. `answers` gives each
  // parcel a reply.
  core::Status listen(const std::shared_ptr<Receiver>& receiver, bool answers);
  void unlisten(const Receiver* receiver);  // waits for the server, for unlisten_limit at most

  bool is_closed() const;
  void close();  // wakes whoever waits in flush() or request()
  size_t payload_bytes_max() const { return payload_bytes_max_; }
  std::string last_error() const;

 private:
  explicit NatsSession(natsConnection* connection);
  void reply(const std::string& subject, const core::Result<wire::Event>& answer);
  static void on_message(natsConnection*, natsSubscription*, natsMsg* message, void* closure);
  static void on_complete(void* closure);

  natsConnection* const connection_;
  const size_t payload_bytes_max_;
  std::mutex mutex_;  // guards both; held while nats.c (un)subscribes, never in a callback
  std::map<const Receiver*, natsSubscription*> subscriptions_;
  std::vector<natsSubscription*> unlistened_;  // and to be destroyed when nobody reads any more
};

}  // namespace fovea::bus
