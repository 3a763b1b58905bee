#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "core/assert.h"

namespace fovea::core {

// What a full queue does with one more element.
enum class Overflow {
  drop_oldest,  // the oldest waiting element makes room
  drop_newest,  // the new element is refused
  block,        // push() waits for room
};

enum class Push {
  accepted,
  dropped_oldest,  // accepted, and one older element was lost
  refused,         // the new element was lost
  closed,          // the queue was closed; the element was lost
};

// A queue with a capacity and an overflow policy. Threads: any number on both sides, each of which
// may be stopped while the others go on.
template <typename T>
class BoundedQueue {
 public:
  BoundedQueue(size_t capacity, Overflow overflow) : capacity_(capacity), overflow_(overflow) {
    FOVEA_ASSERT(capacity > 0);
  }

  Push push(T element) {
    std::unique_lock lock(mutex_);
    if (overflow_ == Overflow::block) {
      room_.wait(lock, [&] { return closed_ || elements_.size() < capacity_; });
    }
    if (closed_) return Push::closed;
    Push outcome = Push::accepted;
    if (elements_.size() >= capacity_) {
      ++dropped_;
      if (overflow_ == Overflow::drop_newest) return Push::refused;
      elements_.pop_front();
      outcome = Push::dropped_oldest;
    }
    elements_.push_back(std::move(element));
    filled_.notify_one();
    return outcome;
  }

  // The element takes the place of all that wait; how many those were. A closed queue takes none.
  size_t replace_all(T element) {
    std::lock_guard lock(mutex_);
    if (closed_) return 0;
    const size_t lost = elements_.size();
    dropped_ += lost;
    elements_.clear();
    elements_.push_back(std::move(element));
    filled_.notify_one();
    room_.notify_all();
    return lost;
  }

  // Waits for an element. Empty: the queue is closed and drained, or `stop` was requested.
  std::optional<T> pop(std::stop_token stop = {}) {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, stop, [&] { return closed_ || !elements_.empty(); });
    return take_front(stop);
  }

  // As pop(), but also empty when nothing came within `limit`.
  std::optional<T> pop_for(std::chrono::nanoseconds limit, std::stop_token stop = {}) {
    std::unique_lock lock(mutex_);
    filled_.wait_for(lock, stop, limit, [&] { return closed_ || !elements_.empty(); });
    return take_front(stop);
  }

  std::optional<T> try_pop() {
    std::lock_guard lock(mutex_);
    return take_front();
  }

  // Refuses new elements; what waits can still be popped.
  void close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    filled_.notify_all();
    room_.notify_all();
  }

  void clear() {
    std::lock_guard lock(mutex_);
    elements_.clear();
    room_.notify_all();
  }

  size_t size() const {
    std::lock_guard lock(mutex_);
    return elements_.size();
  }
  size_t capacity() const { return capacity_; }
  uint64_t dropped() const { return dropped_; }

 private:
  // Who is being stopped leaves what it was woken for to another who waits.
  std::optional<T> take_front(const std::stop_token& stop) {
    if (!stop.stop_requested()) return take_front();
    if (!elements_.empty()) filled_.notify_one();
    return std::nullopt;
  }

  std::optional<T> take_front() {
    if (elements_.empty()) return std::nullopt;
    std::optional<T> element(std::move(elements_.front()));
    elements_.pop_front();
    room_.notify_one();
    return element;
  }

  const size_t capacity_;
  const Overflow overflow_;
  std::atomic<uint64_t> dropped_ = 0;
  mutable std::mutex mutex_;  // guards elements_ and closed_
  std::condition_variable_any filled_;
  std::condition_variable_any room_;
  std::deque<T> elements_;
  bool closed_ = false;
};

// The newest value only: a queue of capacity 1 that drops the oldest.
template <typename T>
class Latest : public BoundedQueue<T> {
 public:
  Latest() : BoundedQueue<T>(1, Overflow::drop_oldest) {}
};

}  // namespace fovea::core
