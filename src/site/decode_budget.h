#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

#include "core/metrics.h"
#include "core/result.h"

namespace fovea::site {

// The memory of all decoders of a site's pictures, asked before a decoder takes any, by what the
// picture's own header says that it needs. One stream may have limits::stream_decoder_bytes_max; of
// what all may have together, decoders that stay (H.264) get three quarters, so that however many
// of them there are a single picture finds room. What is refused is refused to who asks, others go
// on. Small pictures (limits::quick_*) are not asked for: each thread that decodes those has one,
// of 24 MiB at most. Shown as fovea_decoder_bytes. Threads: any. Outlives what it gives out.
class DecodeBudget {
 public:
  enum class For { stream, picture };

  // What was taken; given back at the end.
  class Hold {
   public:
    Hold() = default;
    Hold(Hold&& other) noexcept { swap(other); }
    Hold& operator=(Hold&& other) noexcept {
      Hold(std::move(other)).swap(*this);
      return *this;
    }
    ~Hold();
    size_t bytes() const { return bytes_; }

   private:
    friend class DecodeBudget;
    Hold(DecodeBudget* budget, std::string stream, size_t bytes)
        : budget_(budget), stream_(std::move(stream)), bytes_(bytes) {}
    void swap(Hold& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(stream_, other.stream_);
      std::swap(bytes_, other.bytes_);
    }
    DecodeBudget* budget_ = nullptr;  // null: nothing was taken
    std::string stream_;
    size_t bytes_ = 0;
  };

  DecodeBudget(size_t bytes_max, core::Metrics& metrics);

  // A quarter of this machine's memory.
  static size_t bytes_of_machine();

  // Errors: unsupported (more than one stream may have), busy (all decoders together have so much
  // that it does not fit now).
  core::Result<Hold> take(const std::string& stream, size_t bytes, For use);

 private:
  void give_back(const Hold& hold);

  const size_t bytes_max_;
  core::Gauge& shown_;
  std::mutex mutex_;  // guards both
  size_t taken_ = 0;
  std::map<std::string, size_t> taken_by_;  // by stream
};

}  // namespace fovea::site
