#include "bus/receiver.h"

#include <charconv>
#include <utility>

#include "core/limits.h"
#include "core/thread.h"

namespace fovea::bus {

namespace {

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
      mailbox_(delivery),
      thread_(core::start_thread("sub " + kind_of(filter_),
                                 [this](std::stop_token stop) { run(stop); })) {}

Receiver::~Receiver() { stop(); }

void Receiver::offer(Parcel parcel) {
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
    reject(*fault);
    if (parcel.reply) parcel.reply(core::Error{core::Code::bad_input, fault->message});
    return;
  }
  count_holes(event);
  ++delivered_;
  delivered_counter_.add();
  take_(event, parcel.reply);
}

void Receiver::reject(const wire::Fault& fault) {
  context_.metrics
      .counter("fovea_rejected_total", "What came from outside and was refused",
               {{"kind", "event"}, {"reason", fault.reason}})
      .add();
  // The first one is worth a line; a stranger who sends thousands must not fill the log.
  if (rejected_++ == 0) context_.log.warning("refused an event: {}", fault.message);
}

void Receiver::count_holes(const wire::Event& event) {
  const uint64_t publication = read_publication(event);
  const auto publisher = event.attributes.find("publisher");
  if (publication == 0 || publisher == event.attributes.end()) return;
  const std::string topic = event.topic.name();
  if (!counts_.contains(topic) && counts_.size() >= core::limits::devices_max * 6) return;
  Count& count = counts_[topic];
  if (count.publisher == publisher->second && publication > count.publication + 1) {
    const uint64_t holes = publication - count.publication - 1;
    missed_ += holes;
    missed_counter_.add(double(holes));
  }
  count = {publisher->second, publication};
}

}  // namespace fovea::bus
