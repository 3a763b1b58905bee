#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "core/context.h"
#include "core/fair_queue.h"
#include "core/limits.h"
#include "stream/sink.h"
#include "wire/event.h"

namespace fovea::site {

struct WebhookOptions {
  std::string name;
  std::string url;     // http: or https:
  std::string secret;  // "whsec_" and base64, or any text
  std::chrono::milliseconds backoff_first = core::limits::backoff_first;
  std::chrono::milliseconds backoff_last = std::chrono::minutes(1);
  std::chrono::milliseconds limit = std::chrono::seconds(10);  // for one attempt
  std::chrono::seconds age_max = std::chrono::hours(1);        // older alerts are worth nothing

  bool operator==(const WebhookOptions&) const = default;
};

// Errors: bad_input, with a sentence that does not repeat the URL's secrets.
core::Status check_webhook(const WebhookOptions& options);

// Sends alerts to a server as POST of their JSON, in order, one at a time: a CloudEvent in binary
// mode over HTTP (headers ce-*), signed as Standard Webhooks (standardwebhooks.com) says: the
// header webhook-signature is "v1," and the base64 of HMAC-SHA256 over webhook-id,
// webhook-timestamp and the body with full stops between them.
// What is answered 2xx is done; 408, 429, 5xx and a network that fails are tried again with a
// doubled pause until the alert is too old; any other answer means that the server does not want
// it, and it is dropped. While it waits, limits::webhook_queue_capacity alerts wait behind it, then
// the device with the most of them loses its oldest. All of it is counted in
// fovea_webhook_*_total{webhook}. Threads: owns one; deliver() from any. Destroying takes at most a
// second; what waits is lost, and counted.
class Webhook final : public stream::Sink {
 public:
  // `say` is told when the server fails and when it works again; called on the webhook's thread.
  using Say = std::function<void(const std::string& text)>;
  Webhook(const WebhookOptions& options, Say say, const core::Context& context);
  ~Webhook() override;

  void deliver(const wire::Alert& alert) override;
  const WebhookOptions& options() const { return options_; }

 private:
  enum class Outcome { done, refused, failed };

  void run(const std::stop_token& stop);
  struct Waiting {
    wire::Event event;
    core::SteadyTime since;
  };
  void send(const Waiting& waiting, const std::stop_token& stop);
  Outcome attempt(const wire::Event& event, const std::stop_token& stop);
  void note_failure(const std::string& why);
  void drop(const char* reason);

  const WebhookOptions options_;
  const std::string key_;
  const Say say_;
  core::Context context_;
  core::Counter& sent_;
  core::Counter& retries_;
  core::Gauge& waiting_;
  bool failing_ = false;            // the thread's
  core::FairQueue<Waiting> queue_;  // by device
  std::jthread thread_;             // last: starts when all else is there
};

}  // namespace fovea::site
