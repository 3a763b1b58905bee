#include "site/webhook.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base64.h"
#include "core/thread.h"
#include "net/hmac_sha256.h"
#include "net/http_client.h"

namespace fovea::site {
namespace {

constexpr size_t url_length_max = 2048;
constexpr std::string_view encoded_secret = "whsec_";

core::Labels labels(const WebhookOptions& options) { return {{"webhook", options.name}}; }

std::string key_of(const std::string& secret) {
  if (!secret.starts_with(encoded_secret)) return secret;
  const auto key = core::base64_decode(std::string_view(secret).substr(encoded_secret.size()));
  return key ? *key : std::string();
}

bool worth_another_attempt(int status) {
  return status == 408 || status == 429 || (status >= 500 && status < 600);
}

}  // namespace

core::Status check_webhook(const WebhookOptions& options) {
  const auto wrong = [](const std::string& words) {
    return core::Error{core::Code::bad_input, words};
  };
  const std::string& url = options.url;
  const bool http = url.starts_with("http://") && url.size() > 7 && url[7] != '/';
  const bool https = url.starts_with("https://") && url.size() > 8 && url[8] != '/';
  if (!http && !https) return wrong("its URL must begin with http:// or https:// and a host");
  const bool blank = std::any_of(url.begin(), url.end(), [](unsigned char c) { return c <= ' '; });
  if (blank || url.size() > url_length_max) return wrong("its URL has blanks or is too long");
  if (options.secret.empty())
    return wrong("it needs 'secret' or 'secret_file', to sign what it sends");
  if (key_of(options.secret).empty())
    return wrong("its secret begins with whsec_ but is no base64");
  return {};
}

Webhook::Webhook(const WebhookOptions& options, Say say, const core::Context& context)
    : options_(options),
      key_(key_of(options.secret)),
      say_(std::move(say)),
      context_(context.named("webhook " + options.name)),
      sent_(context.metrics.counter("fovea_webhook_sent_total", "Alerts that a webhook took",
                                    labels(options))),
      retries_(context.metrics.counter("fovea_webhook_retries_total",
                                       "Attempts at a webhook that have to be repeated",
                                       labels(options))),
      waiting_(context.metrics.gauge("fovea_webhook_waiting", "Alerts that wait for a webhook",
                                     labels(options))),
      queue_(core::limits::webhook_queue_capacity, core::FairQueue<Waiting>::Order::oldest_first) {
  thread_ = core::start_thread("webhook", [this](const std::stop_token& stop) { run(stop); });
}

Webhook::~Webhook() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  while (queue_.try_pop()) drop("ended");
  waiting_.set(0);
}

void Webhook::deliver(const wire::Alert& alert) {
  Waiting waiting{wire::make_alert_event(alert), context_.clock.steady()};
  for (size_t lost = queue_.push(alert.stream.device, std::move(waiting)); lost > 0; --lost) {
    drop("full");
  }
  waiting_.set(static_cast<double>(queue_.size()));
}

void Webhook::run(const std::stop_token& stop) {
  while (const auto waiting = queue_.pop(stop)) {
    waiting_.set(static_cast<double>(queue_.size()));
    send(*waiting, stop);
  }
}

void Webhook::send(const Waiting& waiting, const std::stop_token& stop) {
  const auto too_old_at = waiting.since + options_.age_max;
  auto pause = options_.backoff_first;
  while (!stop.stop_requested()) {
    if (context_.clock.steady() > too_old_at) return drop("too_old");  // it waited behind others
    switch (attempt(waiting.event, stop)) {
      case Outcome::done:
        if (std::exchange(failing_, false))
          say_(fmt::format("webhook {} works again", options_.name));
        return sent_.add();
      case Outcome::refused: return drop("refused");
      case Outcome::failed: break;
    }
    if (stop.stop_requested()) return drop("ended");
    retries_.add();
    if (context_.clock.steady() + pause > too_old_at) return drop("too_old");
    if (!core::sleep_for(pause, stop)) return drop("ended");
    pause = std::min(2 * pause, options_.backoff_last);
  }
}

Webhook::Outcome Webhook::attempt(const wire::Event& event, const std::stop_token& stop) {
  net::PostOptions post;
  post.limit = options_.limit;
  post.stop = stop;
  for (const auto& [name, value] : event.attributes) post.headers["ce-" + name] = value;
  const std::string& id = event.attributes.at("id");
  const auto now = std::chrono::floor<std::chrono::seconds>(context_.clock.now());
  const std::string timestamp = std::to_string(now.time_since_epoch().count());
  const std::string_view body = event.payload.text();
  const std::string signature =
      core::base64_encode(net::hmac_sha256(key_, fmt::format("{}.{}.{}", id, timestamp, body)));
  post.headers["content-type"] = event.content_type;
  post.headers["webhook-id"] = id;
  post.headers["webhook-timestamp"] = timestamp;
  post.headers["webhook-signature"] = "v1," + signature;

  const auto status = net::post(options_.url, body, post);
  if (!status) {
    if (status.error().code == core::Code::closed) return Outcome::failed;
    note_failure(status.error().message);
    return Outcome::failed;
  }
  if (*status >= 200 && *status < 300) return Outcome::done;
  note_failure(fmt::format("{} answered {}", net::shown_host(options_.url), *status));
  return worth_another_attempt(*status) ? Outcome::failed : Outcome::refused;
}

void Webhook::note_failure(const std::string& why) {
  if (std::exchange(failing_, true)) return;
  context_.log.warning("{}", why);
  say_(fmt::format("webhook {} fails: {}", options_.name, why));
}

void Webhook::drop(const char* reason) {
  core::Labels all = labels(options_);
  all["reason"] = reason;
  context_.metrics.counter("fovea_webhook_dropped_total", "Alerts that a webhook did not get", all)
      .add();
}

}  // namespace fovea::site
