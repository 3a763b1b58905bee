#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

#include "core/buffer.h"

namespace fovea::net {

// Between the writer of a streaming answer (any thread) and its connection (I/O thread): one
// waiting chunk, the newest. Threads: any.
class StreamSlot {
 public:
  enum class Put { closed, wake, waiting };

  // wake: the connection is idle and must be told.
  Put put(core::Buffer chunk) {
    std::lock_guard lock(mutex_);
    if (!open_) return Put::closed;
    if (waiting_) ++dropped_;
    waiting_ = std::move(chunk);
    if (busy_) return Put::waiting;
    busy_ = true;
    return Put::wake;
  }

  // The chunk to write next; empty: nothing waits, the next put() wakes.
  std::optional<core::Buffer> take() {
    std::lock_guard lock(mutex_);
    std::optional<core::Buffer> chunk;
    chunk.swap(waiting_);
    busy_ = chunk.has_value();
    return chunk;
  }

  void close() {
    std::lock_guard lock(mutex_);
    open_ = false;
    waiting_.reset();
  }

  bool open() const {
    std::lock_guard lock(mutex_);
    return open_;
  }
  uint64_t dropped() const {
    std::lock_guard lock(mutex_);
    return dropped_;
  }

 private:
  mutable std::mutex mutex_;  // guards all below
  std::optional<core::Buffer> waiting_;
  bool busy_ = true;  // until the head is written
  bool open_ = true;
  uint64_t dropped_ = 0;
};

}  // namespace fovea::net
