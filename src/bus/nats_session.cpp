#include "bus/nats_session.h"

#include <algorithm>
#include <utility>

#include "bus/certificate_option.h"
#include "bus/inbox.h"
#include "bus/nats_message.h"
#include "bus/openness.h"
#include "core/limits.h"

namespace fovea::bus {

namespace limits = core::limits;

namespace {

using Options = std::unique_ptr<natsOptions, decltype(&natsOptions_Destroy)>;

// A dead server is noticed after two of these without an answer.
constexpr int64_t ping_interval_ms = 2000;
// Our callback only moves a pointer; what waits for it in nats.c stays small all the same.
constexpr int pending_messages_max = 4096;

// Questions have subjects of their own, so that who only listens to a topic is no answerer.
constexpr std::string_view request_prefix = "request.";

// What nats.c calls back with; deleted when it says that it is done with it.
struct Listener {
  std::shared_ptr<Receiver> receiver;
  std::weak_ptr<NatsSession> session;
  bool answers = false;
};

// Applies options one after the other and remembers the first that fails.
class OptionSetter {
 public:
  explicit OptionSetter(natsOptions* options) : options_(options) {}
  template <typename Function, typename... Args>
  OptionSetter& set(Function function, Args... args) {
    if (status_ == NATS_OK) status_ = function(options_, args...);
    return *this;
  }
  natsStatus status() const { return status_; }

 private:
  natsOptions* const options_;
  natsStatus status_ = NATS_OK;
};

void set_credentials(const Url& url, OptionSetter& setter) {
  const auto option = [&](const char* name) {
    const auto found = url.options.find(name);
    return found == url.options.end() ? nullptr : found->second.c_str();
  };
  if (!url.user.empty() && url.password.empty()) {
    setter.set(natsOptions_SetToken, url.user.c_str());
  } else if (!url.user.empty()) {
    setter.set(natsOptions_SetUserInfo, url.user.c_str(), url.password.c_str())
        .set(natsOptions_SetCustomInboxPrefix, inbox_prefix(url.user).c_str());
  }
  if (const char* file = option("credentials")) {
    setter.set(natsOptions_SetUserCredentialsFromFiles, file, nullptr);
  }
  const char* ca = option("ca");
  const char* certificate = option("cert");
  if (is_encrypted(url)) {
    // nats.c would look for an IPv6 address with its brackets.
    setter.set(natsOptions_SetSecure, true).set(natsOptions_SetExpectedHostname, url.host.c_str());
  }
  if (ca && is_certificate(ca)) {
    const auto pem = certificate_pem(ca);  // good, see check_options()
    setter.set(natsOptions_SetCATrustedCertificates, pem->c_str());
  } else if (ca) {
    setter.set(natsOptions_LoadCATrustedCertificates, ca);
  }
  if (certificate) setter.set(natsOptions_LoadCertificatesChain, certificate, option("key"));
}

core::Status check_options(const Address& address) {
  static const std::vector<std::string> known = {"credentials", "ca", "cert", "key"};
  const auto& options = address.url.options;
  for (const auto& [name, value] : options) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return core::Error{core::Code::bad_input,
                         "the bus URL '" + address.shown + "' has an unknown option '" +
                             core::printable(name) + "'; known are credentials, ca, cert, key"};
    }
  }
  if (options.contains("cert") != options.contains("key")) {
    return core::Error{core::Code::bad_input,
                       "the bus URL '" + address.shown + "' needs both cert and key, or neither"};
  }
  if (const auto ca = options.find("ca"); ca != options.end() && is_certificate(ca->second)) {
    if (auto good = certificate_pem(ca->second); !good) {
      return good.error().context("the bus URL '" + address.shown + "'");
    }
  }
  return {};
}

core::Result<Options> make_options(const Address& address, std::chrono::milliseconds limit) {
  natsOptions* raw = nullptr;
  if (auto checked = check_options(address); !checked) return checked.error();
  if (const natsStatus status = natsOptions_Create(&raw); status != NATS_OK) {
    return nats_error(status, address.shown);
  }
  Options options(raw, &natsOptions_Destroy);
  const Url& url = address.url;
  const bool is_ipv6 = url.host.find(':') != std::string::npos;
  const std::string server = "nats://" + (is_ipv6 ? "[" + url.host + "]" : url.host) + ":" +
                             std::to_string(url.port == 0 ? NatsSession::port_default : url.port);
  OptionSetter setter(raw);
  setter.set(natsOptions_SetURL, server.c_str())
      .set(natsOptions_SetName, "fovea")
      .set(natsOptions_SetAllowReconnect, false)
      .set(natsOptions_SetIgnoreDiscoveredServers, true)
      .set(natsOptions_SetSendAsap, true)
      .set(natsOptions_SetTimeout, int64_t(limit.count()))
      .set(natsOptions_SetWriteDeadline, int64_t(NatsSession::write_limit.count()))
      .set(natsOptions_SetPingInterval, ping_interval_ms)
      .set(natsOptions_SetMaxPingsOut, 2)
      .set(natsOptions_SetMaxPendingMsgs, pending_messages_max);
  set_credentials(url, setter);
  if (setter.status() != NATS_OK) {
    return core::Error{core::Code::bad_input, nats_error(setter.status(), address.shown).message};
  }
  return options;
}

}  // namespace

core::Result<std::shared_ptr<NatsSession>> NatsSession::connect(const Address& address,
                                                                std::chrono::milliseconds limit) {
  auto options = make_options(address, limit);
  if (!options) return options.error();
  natsConnection* connection = nullptr;
  const natsStatus status = natsConnection_Connect(&connection, options->get());
  if (status != NATS_OK) return nats_error(status, address.shown);
  return std::shared_ptr<NatsSession>(new NatsSession(connection));
}

core::Status NatsSession::check(const Address& address) {
  auto options = make_options(address, write_limit);
  if (!options) return options.error();
  return {};
}

core::Result<bool> NatsSession::lets_strangers_in(const Address& address,
                                                  std::chrono::milliseconds limit) {
  Address stranger = address;
  if (is_encrypted(address.url)) stranger.url.scheme = "tls";
  stranger.url.user.clear();
  stranger.url.password.clear();
  for (const char* option : {"credentials", "cert", "key"}) stranger.url.options.erase(option);
  const auto let_in = connect(stranger, limit);
  if (let_in) return true;
  if (let_in.error().code == core::Code::denied) return false;
  return let_in.error();
}

NatsSession::NatsSession(natsConnection* connection)
    : connection_(connection),
      payload_bytes_max_(size_t(std::max<int64_t>(0, natsConnection_GetMaxPayload(connection)))) {}

NatsSession::~NatsSession() {
  natsConnection_Close(connection_);  // its reading has ended then, see unlisten()
  for (const auto& [receiver, subscription] : subscriptions_) {
    natsSubscription_Destroy(subscription);
  }
  for (auto* subscription : unlistened_) natsSubscription_Destroy(subscription);
  natsConnection_Destroy(connection_);
}

core::Status NatsSession::check_size(const wire::Event& event) const {
  const size_t bytes = nats_bytes(event);
  if (bytes <= payload_bytes_max_) return {};
  return core::Error{core::Code::bad_input,
                     "the " + std::string(wire::to_string(event.topic.kind)) + " event of " +
                         event.topic.device + " takes " + std::to_string(bytes) +
                         " bytes; the NATS server accepts " + std::to_string(payload_bytes_max_) +
                         " (its max_payload)"};
}

core::Status NatsSession::publish(const wire::Event& event) {
  if (auto status = check_size(event); !status) return status.error();
  auto message = to_nats(event, event.topic.name());
  if (!message) return message.error();
  const natsStatus status = natsConnection_PublishMsg(connection_, message->get());
  if (status != NATS_OK) return nats_error(status, "publishing");
  return {};
}

core::Status NatsSession::flush(std::chrono::milliseconds limit) {
  const natsStatus status = natsConnection_FlushTimeout(connection_, limit.count());
  if (status != NATS_OK) return nats_error(status, "flushing");
  return {};
}

core::Result<wire::Event> NatsSession::request(const wire::Event& event,
                                               std::chrono::milliseconds limit) {
  if (auto status = check_size(event); !status) return status.error();
  const std::string subject = std::string(request_prefix) + event.topic.name();
  auto question = to_nats(event, subject);
  if (!question) return question.error();
  natsMsg* raw = nullptr;
  const natsStatus status =
      natsConnection_RequestMsg(&raw, connection_, question->get(), limit.count());
  if (status != NATS_OK) return nats_error(status, "asking on " + subject);
  const std::shared_ptr<natsMsg> message(raw, &natsMsg_Destroy);
  if (auto error = error_from_nats(raw)) return *error;
  wire::Event answer;
  auto fault = from_nats(message, TopicFrom::attributes, answer);
  if (!fault) fault = wire::find_fault(answer);
  if (fault) return core::Error{core::Code::bad_input, "the answer: " + fault->message};
  return answer;
}

core::Status NatsSession::listen(const std::shared_ptr<Receiver>& receiver, bool answers) {
  std::lock_guard lock(mutex_);
  if (subscriptions_.contains(receiver.get())) return {};
  auto* listener = new Listener{receiver, weak_from_this(), answers};
  natsSubscription* subscription = nullptr;
  const std::string pattern =
      (answers ? std::string(request_prefix) : "") + receiver->filter().pattern("*");
  const natsStatus status = natsConnection_Subscribe(&subscription, connection_, pattern.c_str(),
                                                     &NatsSession::on_message, listener);
  if (status != NATS_OK) {
    delete listener;
    return nats_error(status, "subscribing to " + pattern);
  }
  natsSubscription_SetOnCompleteCB(subscription, &NatsSession::on_complete, listener);
  natsSubscription_SetPendingLimits(subscription, pending_messages_max,
                                    int(limits::queue_bytes_max));
  subscriptions_[receiver.get()] = subscription;
  return {};
}

// Up to nats.c 3.5 (issue 637) the reading thread may be about to hand a message to a subscription
// that is destroyed in this moment. Once it has read the server's answer to a ping, it is not.
void NatsSession::unlisten(const Receiver* receiver) {
  natsSubscription* subscription = nullptr;
  {
    std::lock_guard lock(mutex_);
    const auto found = subscriptions_.find(receiver);
    if (found == subscriptions_.end()) return;
    subscription = found->second;
    subscriptions_.erase(found);
    natsSubscription_Unsubscribe(subscription);
    if (!unlistened_.empty()) {  // the server was silent before: nobody waits for it again
      unlistened_.push_back(subscription);
      return;
    }
  }
  if (natsConnection_FlushTimeout(connection_, unlisten_limit.count()) == NATS_OK) {
    return natsSubscription_Destroy(subscription);
  }
  std::lock_guard lock(mutex_);
  unlistened_.push_back(subscription);
}

bool NatsSession::is_closed() const { return natsConnection_IsClosed(connection_); }

void NatsSession::close() { natsConnection_Close(connection_); }

std::string NatsSession::last_error() const {
  const char* words = nullptr;
  natsConnection_GetLastError(connection_, &words);
  return words ? words : "";
}

void NatsSession::reply(const std::string& subject, const core::Result<wire::Event>& answer) {
  auto message = answer ? to_nats(*answer, subject) : to_nats(answer.error(), subject);
  if (message) natsConnection_PublishMsg(connection_, message->get());
}

// On a thread of nats.c: wraps the message up and puts it into the mailbox, nothing else.
void NatsSession::on_message(natsConnection*, natsSubscription*, natsMsg* raw, void* closure) {
  const auto& listener = *static_cast<Listener*>(closure);
  const std::shared_ptr<natsMsg> message(raw, &natsMsg_Destroy);
  Parcel parcel;
  parcel.topic = natsMsg_GetSubject(raw);
  const MessageGlance glance = glance_at(raw);
  if (glance.fault) return listener.receiver->refuse(parcel.topic, *glance.fault);
  parcel.bytes = glance.bytes;
  parcel.follows = listener.receiver->delivery() == Delivery::newest && glance.follows;
  const auto topic_from = listener.answers ? TopicFrom::attributes : TopicFrom::subject;
  parcel.open = [message, topic_from](wire::Event& event) {
    return from_nats(message, topic_from, event);
  };
  const char* reply_to = natsMsg_GetReply(raw);
  if (listener.answers && reply_to) {
    parcel.reply = [session = listener.session,
                    subject = std::string(reply_to)](const core::Result<wire::Event>& answer) {
      if (const auto open = session.lock()) open->reply(subject, answer);
    };
  }
  listener.receiver->offer(std::move(parcel));
}

void NatsSession::on_complete(void* closure) { delete static_cast<Listener*>(closure); }

}  // namespace fovea::bus
