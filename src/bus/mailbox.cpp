#include "bus/mailbox.h"

#include <utility>

#include "core/limits.h"

namespace fovea::bus {

namespace limits = core::limits;

Mailbox::Mailbox(Delivery delivery)
    : delivery_(delivery),
      waiting_({limits::ordered_queue_capacity, limits::queue_bytes_max},
               delivery == Delivery::newest ? core::FairShare<Parcel>::Loss::all
                                            : core::FairShare<Parcel>::Loss::oldest) {}

size_t Mailbox::push(Parcel parcel) {
  std::lock_guard lock(mutex_);
  if (closed_) return 0;
  const size_t lost = add(std::move(parcel));
  filled_.notify_one();
  return lost;
}

size_t Mailbox::add(Parcel parcel) {
  const std::string topic = parcel.topic;
  const size_t bytes = parcel.bytes;
  if (delivery_ == Delivery::ordered) return waiting_.push(topic, std::move(parcel), bytes);
  if (!parcel.follows) return waiting_.replace(topic, std::move(parcel), bytes);
  // Behind those it builds on. Where there is no room, only the next key frame helps.
  const size_t before = waiting_.count(topic);
  if (before >= limits::inter_coded_waiting_max) return waiting_.drop(topic) + 1;
  const size_t lost = waiting_.push(topic, std::move(parcel), bytes);
  const bool its_own_went = before > 0 && waiting_.count(topic) == 1;
  return its_own_went ? lost + waiting_.drop(topic) : lost;
}

std::optional<Parcel> Mailbox::pop(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  filled_.wait(lock, stop, [&] { return closed_ || waiting_.size() > 0; });
  if (closed_ || stop.stop_requested()) return std::nullopt;
  return waiting_.pop();
}

void Mailbox::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  waiting_.clear();
  filled_.notify_all();
}

size_t Mailbox::size() const {
  std::lock_guard lock(mutex_);
  return waiting_.size();
}

size_t Mailbox::bytes() const {
  std::lock_guard lock(mutex_);
  return waiting_.weight();
}

}  // namespace fovea::bus
