#include "bus/outbox.h"

#include <utility>

#include "core/limits.h"

namespace fovea::bus {

namespace limits = core::limits;

namespace {

core::Error closed_error() { return {core::Code::closed, "the bus is closed"}; }

}  // namespace

Outbox::Outbox(const core::Context& context) : context_(context) {}

core::Status Outbox::offer_ordered(wire::Event event) {
  std::lock_guard lock(mutex_);
  if (closed_) return closed_error();
  numbering_.number(event);
  const size_t bytes = event.payload.size();
  while (!ordered_.empty() && (ordered_.size() >= limits::ordered_queue_capacity ||
                               bytes_ + bytes > limits::queue_bytes_max)) {
    bytes_ -= ordered_.front().event.payload.size();
    count_drop(ordered_.front().event, "outbox");
    ordered_.pop_front();
  }
  bytes_ += bytes;
  ordered_.push_back({std::move(event), nullptr, 0});
  work_.notify_one();
  return {};
}

core::Status Outbox::offer_live(const wire::Event& event, const std::shared_ptr<Credit>& credit) {
  std::lock_guard lock(mutex_);
  if (closed_) return closed_error();
  if (!connected_) return core::Error{core::Code::busy, "the broker is away"};
  if (*credit >= limits::frames_in_flight_max) {
    return core::Error{core::Code::busy, "the broker has not acknowledged the last frames yet"};
  }
  ++*credit;
  live_.push_back({event, credit, 0});
  work_.notify_one();
  return {};
}

std::optional<Outbox::Item> Outbox::take(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  work_.wait(lock, stop,
             [&] { return closed_ || (connected_ && !(ordered_.empty() && live_.empty())); });
  if (closed_ || stop.stop_requested()) return std::nullopt;
  auto& queue = ordered_.empty() ? live_ : ordered_;
  Item item = std::move(queue.front());
  queue.pop_front();
  if (!item.credit) bytes_ -= item.event.payload.size();
  sending_ = true;
  item.connection = connection_;
  return item;
}

void Outbox::sent(const Item& item) {
  std::lock_guard lock(mutex_);
  sending_ = false;
  const bool is_current = connected_ && item.connection == connection_;
  if (item.credit && !is_current) {
    --*item.credit;  // its connection went meanwhile; nobody will acknowledge it
  } else if (item.credit) {
    unacknowledged_.push_back(item.credit);
    acks_.notify_one();
  }
  if (ordered_.empty() && live_.empty()) empty_.notify_all();
}

void Outbox::failed(Item item) {
  std::lock_guard lock(mutex_);
  sending_ = false;
  if (item.connection == connection_) {
    connected_ = false;
    drop_live();
  }
  if (item.credit) {
    --*item.credit;
    count_drop(item.event, "live");
    return;
  }
  bytes_ += item.event.payload.size();
  ordered_.push_front(std::move(item));
}

void Outbox::refused(const Item& item) {
  std::lock_guard lock(mutex_);
  sending_ = false;
  if (item.credit) --*item.credit;
  count_drop(item.event, "refused");
  if (ordered_.empty() && live_.empty()) empty_.notify_all();
}

std::vector<std::shared_ptr<Credit>> Outbox::take_unacknowledged(std::chrono::milliseconds limit,
                                                                 const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  acks_.wait_for(lock, stop, limit, [&] { return closed_ || !unacknowledged_.empty(); });
  return std::exchange(unacknowledged_, {});
}

void Outbox::acknowledge(const std::vector<std::shared_ptr<Credit>>& credits) {
  for (const auto& credit : credits) --*credit;
}

void Outbox::connect() {
  std::lock_guard lock(mutex_);
  connected_ = true;
  ++connection_;
  work_.notify_all();
}

void Outbox::disconnect() {
  std::lock_guard lock(mutex_);
  connected_ = false;
  drop_live();
}

void Outbox::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  connected_ = false;
  drop_live();
  ordered_.clear();
  bytes_ = 0;
  work_.notify_all();
  acks_.notify_all();
  empty_.notify_all();
}

bool Outbox::wait_until_empty(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return empty_.wait_for(
      lock, limit, [&] { return closed_ || (!sending_ && ordered_.empty() && live_.empty()); });
}

size_t Outbox::ordered_waiting() const {
  std::lock_guard lock(mutex_);
  return ordered_.size();
}

size_t Outbox::bytes_waiting() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

void Outbox::drop_live() {
  for (const auto& item : live_) {
    --*item.credit;
    count_drop(item.event, "live");
  }
  live_.clear();
  acknowledge(std::exchange(unacknowledged_, {}));
}

void Outbox::count_drop(const wire::Event& event, const char* place) {
  context_.metrics
      .counter("fovea_bus_dropped_total", "Events dropped, by the place where they waited",
               {{"kind", wire::to_string(event.topic.kind)}, {"place", place}})
      .add();
}

}  // namespace fovea::bus
