#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "core/context.h"
#include "core/ids.h"
#include "wire/result_event.h"

namespace fovea::camera {

// What is known about a running camera, written by its worker and read by whoever reports it.
// Threads: any.
class AgentState {
 public:
  AgentState(const core::StreamId& stream, const std::string& masked_source,
             const core::Context& context);

  // True when this is news.
  bool set(const std::string& state, const std::string& detail);

  void on_captured();
  void on_published();
  void on_dropped();
  void on_left_out();
  void on_unchanged();
  void on_reencoded();
  void on_restart();
  void on_adapted(const std::string& words);  // empty: all is as asked for

  // The worker shows here that it lives; a source that hangs in a call does not.
  void touch() { touched_ = context_.clock.steady(); }

  uint64_t captured_count() const { return captured_count_; }

  // The worker should be at work, and has not shown itself for long.
  bool hangs() const;

  // As it is published. A worker that has not shown itself for long is "failed", whatever it said
  // last.
  wire::CameraStatus status() const;

 private:
  bool hangs(std::chrono::nanoseconds silent) const;  // mutex_ is held
  double fps(core::SteadyTime now) const;             // over the last seconds; mutex_ is held

  const core::StreamId stream_;
  const std::string masked_source_;
  const core::Context context_;
  core::Counter& captured_total_;
  core::Counter& published_total_;
  core::Counter& dropped_total_;
  core::Counter& left_out_total_;
  core::Counter& unchanged_total_;
  core::Counter& reencoded_total_;
  core::Counter& adaptations_total_;
  core::Counter& restarts_total_;
  std::atomic<uint64_t> captured_count_ = 0;
  std::atomic<uint64_t> published_count_ = 0;
  std::atomic<uint64_t> dropped_count_ = 0;
  std::atomic<uint64_t> restarts_count_ = 0;
  std::atomic<core::SteadyTime> touched_;

  mutable std::mutex mutex_;  // guards what follows
  std::string state_ = "connecting";
  std::string detail_;
  std::string adaptation_;
  // The rate is counted between two marks at least a second apart.
  mutable core::SteadyTime mark_time_;
  mutable uint64_t mark_count_ = 0;
  mutable double fps_ = 0;
};

}  // namespace fovea::camera
