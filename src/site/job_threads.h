#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/queue.h"
#include "core/thread.h"

namespace fovea::site {

// A few threads for what blocks and is asked for over HTTP. At most `waiting_max` jobs wait; one
// more is refused. Destroying it asks the running jobs to stop and drops those that wait.
// Threads: any.
class JobThreads {
 public:
  using Job = std::function<void(const std::stop_token& stop)>;

  JobThreads(const std::string& name, size_t threads, size_t waiting_max)
      : jobs_(waiting_max, core::Overflow::drop_newest) {
    for (size_t i = 0; i < threads; ++i) {
      threads_.push_back(core::start_thread(name, [this](const std::stop_token& stop) {
        while (const auto job = jobs_.pop(stop)) (*job)(stop);
      }));
    }
  }
  ~JobThreads() {
    for (auto& thread : threads_) thread.request_stop();  // all at once
  }
  JobThreads(const JobThreads&) = delete;
  JobThreads& operator=(const JobThreads&) = delete;

  // False: too many wait already.
  bool run(Job job) { return jobs_.push(std::move(job)) == core::Push::accepted; }

 private:
  core::BoundedQueue<Job> jobs_;
  std::vector<std::jthread> threads_;  // last, so that they end first
};

}  // namespace fovea::site
