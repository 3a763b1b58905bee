#include "bus/nats_link.h"

#include <algorithm>
#include <utility>

#include "bus/nats_inspection.h"
#include "bus/openness.h"
#include "core/thread.h"

namespace fovea::bus {

using std::chrono::milliseconds;

namespace {

// So that a server that returns is found within 3 s, even when an attempt has just begun.
constexpr milliseconds backoff_first{100};
constexpr milliseconds backoff_last{1000};
constexpr milliseconds attempt_limit{1500};
// A server that does not answer a flush for so long is as good as dead.
constexpr milliseconds flush_limit{4000};
// How soon a loss is seen while nothing is sent.
constexpr milliseconds idle_check{100};
// Only a session that lasted so long says that all is well again: a server that accepts and closes
// must not be asked ten times a second.
constexpr milliseconds lasting{5000};
// So many shorter ones in a row are told of, the further ones not.
constexpr int short_sessions_told = 3;

}  // namespace

NatsLink::NatsLink(Address address, bool inspects, const core::Context& context)
    : address_(std::move(address)),
      inspects_(inspects),
      context_(context),
      reconnects_(context.metrics.counter("fovea_bus_reconnects_total",
                                          "Connections to the broker made anew")),
      warnings_(open_ways(address_.url), context),
      outbox_(context) {
  state_ = {Connection::reconnecting, address_.shown + ": connecting"};
}

NatsLink::~NatsLink() {
  outbox_.close();
  link_thread_.request_stop();
  send_thread_.request_stop();
  if (const auto open = session()) open->close();
  if (send_thread_.joinable()) send_thread_.join();
  if (link_thread_.joinable()) link_thread_.join();
}

core::Status NatsLink::connect(milliseconds limit) { return open(limit); }

void NatsLink::start() {
  link_thread_ = core::start_thread("nats link", [this](std::stop_token stop) { run(stop); });
  send_thread_ = core::start_thread("nats send", [this](std::stop_token stop) { send(stop); });
}

core::Status NatsLink::add(const std::shared_ptr<Receiver>& receiver, bool answers) {
  std::shared_ptr<NatsSession> open;
  {
    std::lock_guard lock(mutex_);
    listeners_.push_back({receiver, answers});
    open = session_;
  }
  if (!open) return {};
  if (auto status = open->listen(receiver, answers); !status) {
    // A connection that breaks in this moment is made anew, with this listener.
    return open->is_closed() ? core::Status() : status;
  }
  // The subscription counts from now on, also for who publishes elsewhere.
  if (!open->flush(flush_limit)) context_.log.debug("the server did not confirm a subscription");
  return {};
}

void NatsLink::remove(const std::shared_ptr<Receiver>& receiver) {
  std::shared_ptr<NatsSession> open;
  {
    std::lock_guard lock(mutex_);
    std::erase_if(listeners_, [&](const Listener& each) { return each.receiver == receiver; });
    open = session_;
  }
  if (open) open->unlisten(receiver.get());
}

std::shared_ptr<NatsSession> NatsLink::session() const {
  std::lock_guard lock(mutex_);
  return session_;
}

BusState NatsLink::state() const {
  BusState state;
  {
    std::lock_guard lock(mutex_);
    state = state_;
  }
  state.warnings = warnings_.all();
  return state;
}

// One attempt: the session is known before its listeners are copied, so that add() in between
// reaches it either way (listening twice is once).
core::Status NatsLink::open(milliseconds limit) {
  auto connected = NatsSession::connect(address_, limit);
  if (!connected) return connected.error();
  const auto session = *connected;
  std::vector<Listener> listeners;
  {
    std::lock_guard lock(mutex_);
    session_ = session;
    listeners = listeners_;
  }
  for (const auto& [receiver, answers] : listeners) {
    if (auto status = session->listen(receiver, answers); !status) {
      lose(status.error().message);
      return status.error();
    }
  }
  std::vector<Listener> still;
  {
    std::lock_guard lock(mutex_);
    still = listeners_;
  }
  // One that was removed meanwhile may have been listened to only after that.
  for (const auto& one : listeners) {
    const auto is_same = [&](const Listener& each) { return each.receiver == one.receiver; };
    if (std::ranges::none_of(still, is_same)) session->unlisten(one.receiver.get());
  }
  say(Connection::connected, address_.shown + ": connected");
  outbox_.connect();
  return {};
}

void NatsLink::lose(const std::string& why) {
  outbox_.disconnect();
  std::shared_ptr<NatsSession> lost;
  {
    std::lock_guard lock(mutex_);
    lost = std::exchange(session_, nullptr);
  }
  if (lost) lost->close();
  say(Connection::reconnecting, address_.shown + ": " + why + "; trying again");
}

void NatsLink::run(const std::stop_token& stop) {
  Past past{backoff_first};
  while (!stop.stop_requested()) {
    if (const auto open = session()) use(*open, past, stop);
    if (stop.stop_requested() || !core::sleep_for(past.wait, stop)) return;
    past.wait = std::min(past.wait * 2, backoff_last);
    reconnect(past);
  }
}

// One session to its end.
void NatsLink::use(NatsSession& session, Past& past, const std::stop_token& stop) {
  const auto begin = context_.clock.steady();
  if (inspects_) warnings_.put(inspect_nats_server(address_, context_, stop));
  serve(session, stop);
  if (stop.stop_requested()) return;
  const bool lasted = context_.clock.steady() - begin >= lasting;
  past.short_sessions = lasted ? 0 : past.short_sessions + 1;
  if (lasted) past.wait = backoff_first;
  past.last_words.clear();
  const bool is_habit = past.short_sessions >= short_sessions_told;
  lose(is_habit ? "the server ends each connection after a moment" : "connection lost");
  if (past.short_sessions <= short_sessions_told) context_.log.warning("{}", state().detail);
}

void NatsLink::reconnect(Past& past) {
  const auto opened = open(attempt_limit);
  if (opened) {
    reconnects_.add();
    if (past.short_sessions < short_sessions_told) context_.log.info("{}", state().detail);
    return;
  }
  const auto& words = opened.error().message;
  say(Connection::reconnecting, words + "; trying again");
  if (words != past.last_words) context_.log.warning("{}; trying again", words);
  past.last_words = words;
}

// Until the connection is lost: a frame is acknowledged by a round trip that began after it.
void NatsLink::serve(NatsSession& session, const std::stop_token& stop) {
  while (!stop.stop_requested() && !session.is_closed()) {
    const auto credits = outbox_.take_unacknowledged(idle_check, stop);
    if (credits.empty()) continue;
    const bool answered = session.flush(flush_limit).has_value();
    Outbox::acknowledge(credits);
    if (!answered) return;
  }
}

void NatsLink::send(const std::stop_token& stop) {
  while (auto item = outbox_.take(stop)) {
    const auto open = session();
    const auto status = open ? open->publish(item->event)
                             : core::Status(core::Error{core::Code::io, "no connection"});
    if (status) {
      outbox_.sent(*item);
    } else if (status.error().code == core::Code::bad_input) {
      context_.log.warning("{}", status.error().message);
      outbox_.refused(*item);
    } else {
      outbox_.failed(std::move(*item));
      if (open) open->close();  // the link sees it and connects anew
    }
  }
}

void NatsLink::say(Connection connection, std::string detail) {
  std::lock_guard lock(mutex_);
  state_ = {connection, std::move(detail)};
}

}  // namespace fovea::bus
