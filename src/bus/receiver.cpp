#include "bus/receiver.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "core/ids.h"
#include "core/limits.h"
#include "core/thread.h"

namespace fovea::bus {

namespace {

constexpr double statuses_per_second_max = 100;
constexpr double statuses_at_once_max = 500;
constexpr auto refusal_period = std::chrono::minutes(1);  // between lines of the log
constexpr size_t topics_max = core::limits::devices_max * 6;

// A text for metrics and thread names: what kind of event is subscribed.
std::string kind_of(const wire::TopicFilter& filter) {
  return filter.kind ? wire::to_string(*filter.kind) : "any";
}

uint64_t read_publication(const wire::Event& event) {
  const auto found = event.attributes.find("publication");
  if (found == event.attributes.end()) return 0;
  uint64_t value = 0;
  const auto& text = found->second;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

Receiver::Receiver(wire::TopicFilter filter, Delivery delivery, Take take,
                   const core::Context& context)
    : filter_(std::move(filter)),
      take_(std::move(take)),
      context_(context),
      delivered_counter_(context.metrics.counter("fovea_bus_delivered_total",
                                                 "Events handed to a subscription's handler",
                                                 {{"kind", kind_of(filter_)}})),
      dropped_counter_(context.metrics.counter(
          "fovea_bus_dropped_total", "Events dropped, by the place where they waited",
          {{"kind", kind_of(filter_)}, {"place", "subscription"}})),
      missed_counter_(context.metrics.counter("fovea_bus_missed_total",
                                              "Holes in the publishers' counts of ordered events",
                                              {{"kind", kind_of(filter_)}})),
      flood_counter_(context.metrics.counter("fovea_bus_dropped_total",
                                             "Events dropped, by the place where they waited",
                                             {{"kind", kind_of(filter_)}, {"place", "flood"}})),
      mailbox_(delivery),
      thread_(core::start_thread("sub " + kind_of(filter_),
                                 [this](std::stop_token stop) { run(stop); })) {}

Receiver::~Receiver() { stop(); }

bool Receiver::is_flood(const std::string& topic) {
  if (filter_.kind != wire::Kind::status) return false;
  const auto now = context_.clock.steady();
  std::lock_guard lock(allowances_mutex_);
  const bool known = allowances_.contains(topic);
  // Of so many topics each is a device that the site refuses, at no cost.
  if (!known && allowances_.size() >= topics_max) return false;
  auto& allowance = allowances_[topic];
  const std::chrono::duration<double> passed = now - allowance.at;
  allowance.left = known ? std::min(statuses_at_once_max,
                                    allowance.left + passed.count() * statuses_per_second_max)
                         : statuses_at_once_max;
  allowance.at = now;
  if (allowance.left < 1) return true;
  allowance.left -= 1;
  return false;
}

void Receiver::offer(Parcel parcel) {
  if (is_flood(parcel.topic)) {
    ++dropped_;
    return flood_counter_.add();
  }
  const size_t lost = mailbox_.push(std::move(parcel));
  if (lost == 0) return;
  dropped_ += lost;
  dropped_counter_.add(double(lost));
}

void Receiver::stop() {
  mailbox_.close();
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Receiver::run(const std::stop_token& stop) {
  while (auto parcel = mailbox_.pop(stop)) open(*parcel);
}

void Receiver::open(const Parcel& parcel) {
  wire::Event event;
  auto fault = parcel.open(event);
  if (!fault) fault = wire::find_fault(event);
  if (!fault && !filter_.matches(event.topic)) fault = wire::Fault{"topic", "not subscribed"};
  if (fault) {
    refuse(parcel.topic, *fault);
    if (parcel.reply) parcel.reply(core::Error{core::Code::bad_input, fault->message});
    return;
  }
  count_holes(event);
  ++delivered_;
  delivered_counter_.add();
  take_(event, parcel.reply);
}

void Receiver::refuse(const std::string& topic, const wire::Fault& fault) {
  context_.metrics
      .counter("fovea_rejected_total", "What came from outside and was refused",
               {{"kind", "event"}, {"reason", fault.reason}})
      .add();
  ++rejected_;
  // A stranger who sends thousands must not fill the log.
  const auto now = context_.clock.steady();
  auto due = refusal_due_.load();
  if (now < due || !refusal_due_.compare_exchange_strong(due, now + refusal_period)) return;
  context_.log.warning("refused an event on {}: {} ({} refused so far)",
                       core::printable(topic, 200), fault.message, rejected_.load());
}

void Receiver::count_holes(const wire::Event& event) {
  const uint64_t publication = read_publication(event);
  const auto publisher = event.attributes.find("publisher");
  if (publication == 0 || publisher == event.attributes.end()) return;
  const std::string topic = event.topic.name();
  if (!counts_.contains(topic) && counts_.size() >= topics_max) return;
  Count& count = counts_[topic];
  if (count.publisher == publisher->second && publication > count.publication + 1) {
    const uint64_t holes = publication - count.publication - 1;
    missed_ += holes;
    missed_counter_.add(double(holes));
  }
  count = {publisher->second, publication};
}

}  // namespace fovea::bus
