#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/queue.h"
#include "core/thread.h"
#include "net/http_server.h"

namespace fovea::site {

// A few threads for what blocks, or takes long, and is asked for over HTTP. At most `waiting_max`
// jobs wait; one more is refused. stop() and destroying it ask the running jobs to stop and drop
// those that wait; afterwards all are refused. Threads: any.
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
  ~JobThreads() { stop(); }
  JobThreads(const JobThreads&) = delete;
  JobThreads& operator=(const JobThreads&) = delete;

  void stop() {
    for (auto& thread : threads_) thread.request_stop();  // all at once
    jobs_.close();
    for (auto& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
    jobs_.clear();
  }

  // False: too many wait already, or it has stopped.
  bool run(Job job) { return jobs_.push(std::move(job)) == core::Push::accepted; }

 private:
  core::BoundedQueue<Job> jobs_;
  std::vector<std::jthread> threads_;  // last, so that they end first
};

// Runs a job that answers, or answers 503 itself.
inline void run_job(JobThreads& threads, JobThreads::Job job, const net::ResponderPtr& responder) {
  if (threads.run(std::move(job))) return;
  auto response = net::problem(503, "Busy", "others are at it just now; try again in a moment");
  response.headers.emplace("retry-after", "5");
  responder->send(std::move(response));
}

}  // namespace fovea::site
