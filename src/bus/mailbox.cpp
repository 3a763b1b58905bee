#include "bus/mailbox.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"

namespace fovea::bus {

namespace limits = core::limits;

size_t Mailbox::push(Parcel parcel) {
  std::lock_guard lock(mutex_);
  if (closed_) return 0;
  size_t lost = 0;
  if (delivery_ == Delivery::newest && replace(parcel)) return 1;
  const size_t capacity =
      delivery_ == Delivery::newest ? limits::devices_max : limits::ordered_queue_capacity;
  while (!waiting_.empty() &&
         (waiting_.size() >= capacity || bytes_ + parcel.bytes > limits::queue_bytes_max)) {
    drop_oldest();
    ++lost;
  }
  bytes_ += parcel.bytes;
  waiting_.push_back(std::move(parcel));
  filled_.notify_one();
  return lost;
}

std::optional<Parcel> Mailbox::pop(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  filled_.wait(lock, stop, [&] { return closed_ || !waiting_.empty(); });
  if (closed_ || stop.stop_requested()) return std::nullopt;
  Parcel parcel = std::move(waiting_.front());
  waiting_.pop_front();
  bytes_ -= parcel.bytes;
  return parcel;
}

void Mailbox::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  waiting_.clear();
  bytes_ = 0;
  filled_.notify_all();
}

size_t Mailbox::size() const {
  std::lock_guard lock(mutex_);
  return waiting_.size();
}

size_t Mailbox::bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

// Puts the parcel in the place of the one that waits for the same topic: the topic keeps its turn.
size_t Mailbox::replace(Parcel& parcel) {
  const auto same = std::find_if(waiting_.begin(), waiting_.end(),
                                 [&](const Parcel& other) { return other.topic == parcel.topic; });
  if (same == waiting_.end()) return 0;
  bytes_ += parcel.bytes - same->bytes;
  *same = std::move(parcel);
  return 1;
}

void Mailbox::drop_oldest() {
  bytes_ -= waiting_.front().bytes;
  waiting_.pop_front();
}

}  // namespace fovea::bus
