#include "bus/mailbox.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/limits.h"

namespace fovea::bus {

namespace limits = core::limits;

size_t Mailbox::push(Parcel parcel) {
  std::lock_guard lock(mutex_);
  if (closed_) return 0;
  if (delivery_ == Delivery::newest) return parcel.follows ? follow(parcel) : replace(parcel);
  return append(parcel);
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

// Puts the parcel in the place of those that wait for the same topic: the topic keeps its turn.
size_t Mailbox::replace(Parcel& parcel) {
  const auto is_same = [&](const Parcel& other) { return other.topic == parcel.topic; };
  const auto first = std::find_if(waiting_.begin(), waiting_.end(), is_same);
  const auto turn = size_t(first - waiting_.begin());
  const size_t replaced = drop_topic(parcel.topic);
  const size_t lost = make_room(parcel.bytes);
  insert(turn - std::min(turn, lost), parcel);
  return replaced + lost;
}

// Behind those it builds on. Where there is no room, only the next key frame helps.
size_t Mailbox::follow(Parcel& parcel) {
  const auto is_same = [&](const Parcel& other) { return other.topic == parcel.topic; };
  if (std::count_if(waiting_.begin(), waiting_.end(), is_same) >=
      std::ptrdiff_t(limits::inter_coded_waiting_max)) {
    return drop_topic(parcel.topic) + 1;
  }
  return append(parcel);
}

size_t Mailbox::append(Parcel& parcel) {
  const size_t lost = make_room(parcel.bytes);
  insert(waiting_.size(), parcel);
  return lost;
}

void Mailbox::insert(size_t turn, Parcel& parcel) {
  bytes_ += parcel.bytes;
  waiting_.insert(waiting_.begin() + std::ptrdiff_t(turn), std::move(parcel));
  filled_.notify_one();
}

// Drops the oldest until one more of `bytes` fits; how many those were.
size_t Mailbox::make_room(size_t bytes) {
  size_t lost = 0;
  while (!waiting_.empty() && (waiting_.size() >= limits::ordered_queue_capacity ||
                               bytes_ + bytes > limits::queue_bytes_max)) {
    bytes_ -= waiting_.front().bytes;
    waiting_.pop_front();
    ++lost;
  }
  return lost;
}

size_t Mailbox::drop_topic(const std::string& topic) {
  return std::erase_if(waiting_, [&](const Parcel& other) {
    if (other.topic != topic) return false;
    bytes_ -= other.bytes;
    return true;
  });
}

}  // namespace fovea::bus
