#include "bus/mailbox.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"

namespace fovea::bus {

namespace limits = core::limits;

size_t Mailbox::push(Parcel parcel) {
  std::lock_guard lock(mutex_);
  if (closed_) return 0;
  if (delivery_ == Delivery::newest) return parcel.follows ? follow(parcel) : replace(parcel);
  const size_t lost = make_room(parcel.bytes);
  append(parcel);
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

// Puts the parcel in the place of those that wait for the same topic: the topic keeps its turn.
size_t Mailbox::replace(Parcel& parcel) {
  const auto is_same = [&](const Parcel& other) { return other.topic == parcel.topic; };
  const auto first = std::find_if(waiting_.begin(), waiting_.end(), is_same);
  if (first == waiting_.end()) {
    const size_t lost = make_room(parcel.bytes);
    append(parcel);
    return lost;
  }
  size_t lost = 1;
  bytes_ += parcel.bytes - first->bytes;
  std::swap(*first, parcel);
  const auto followers = std::remove_if(first + 1, waiting_.end(), [&](const Parcel& other) {
    if (other.topic != first->topic) return false;
    bytes_ -= other.bytes;
    ++lost;
    return true;
  });
  waiting_.erase(followers, waiting_.end());
  return lost + make_room_beside(std::string(first->topic));
}

// Behind those it builds on. Where there is no room, only the next key frame helps.
size_t Mailbox::follow(Parcel& parcel) {
  const auto is_same = [&](const Parcel& other) { return other.topic == parcel.topic; };
  const auto same = size_t(std::count_if(waiting_.begin(), waiting_.end(), is_same));
  if (same < limits::inter_coded_waiting_max) {
    const size_t lost = make_room(parcel.bytes);
    append(parcel);
    return lost;
  }
  std::erase_if(waiting_, [&](const Parcel& other) {
    if (!is_same(other)) return false;
    bytes_ -= other.bytes;
    return true;
  });
  return same + 1;
}

// Drops the oldest until one of `bytes` fits; how many those were.
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

// Drops the oldest of other topics until what waits fits; how many those were.
size_t Mailbox::make_room_beside(const std::string& topic) {
  size_t lost = 0;
  for (auto at = waiting_.begin(); at != waiting_.end() && bytes_ > limits::queue_bytes_max;) {
    if (at->topic == topic) {
      ++at;
      continue;
    }
    bytes_ -= at->bytes;
    at = waiting_.erase(at);
    ++lost;
  }
  return lost;
}

void Mailbox::append(Parcel& parcel) {
  bytes_ += parcel.bytes;
  waiting_.push_back(std::move(parcel));
  filled_.notify_one();
}

}  // namespace fovea::bus
