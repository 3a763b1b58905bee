#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bus/adapters.h"
#include "bus/nats_session.h"
#include "bus/outbox.h"
#include "bus/receiver.h"
#include "bus/warning_board.h"
#include "core/context.h"

namespace fovea::bus {

// Keeps one session to a NATS server alive, for ever: connects, listens for every receiver, notices
// the loss, waits with backoff, connects anew. Private to the adapter. Two threads:
//   "nats link"  connects, looks at the server where that is wanted, and while connected
//                acknowledges live frames by a flush round trip
//   "nats send"  writes what the outbox has; a publisher never waits for a socket
// Threads: every method any.
class NatsLink {
 public:
  NatsLink(Address address, bool inspects, const core::Context& context);
  ~NatsLink();

  // Connects once. Errors: as NatsSession::connect().
  core::Status connect(std::chrono::milliseconds limit);
  // Starts the threads; after connect(), or instead of it to connect in the background.
  void start();

  // What the receiver is to have from now on, whatever happens to the connection.
  core::Status add(const std::shared_ptr<Receiver>& receiver, bool answers);
  void remove(const std::shared_ptr<Receiver>& receiver);

  // The current session; null while there is none.
  std::shared_ptr<NatsSession> session() const;
  BusState state() const;
  Outbox& outbox() { return outbox_; }

 private:
  struct Listener {
    std::shared_ptr<Receiver> receiver;
    bool answers = false;
  };

  // How the connections of late went.
  struct Past {
    std::chrono::milliseconds wait;  // before the next attempt
    int short_sessions = 0;          // one after the other
    std::string last_words;          // in the log
  };

  void run(const std::stop_token& stop);
  void use(NatsSession& session, Past& past, const std::stop_token& stop);
  void reconnect(Past& past);
  void send(const std::stop_token& stop);
  void serve(NatsSession& session, const std::stop_token& stop);
  core::Status open(std::chrono::milliseconds limit);
  void lose(const std::string& why);
  void say(Connection connection, std::string detail);

  const Address address_;
  const bool inspects_;
  const core::Context context_;
  core::Counter& reconnects_;
  WarningBoard warnings_;
  Outbox outbox_;
  mutable std::mutex mutex_;  // guards the next three; held for copying only
  std::shared_ptr<NatsSession> session_;
  std::vector<Listener> listeners_;
  BusState state_;
  std::jthread link_thread_;
  std::jthread send_thread_;
};

}  // namespace fovea::bus
