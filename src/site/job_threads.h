#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/fair_queue.h"
#include "net/http_server.h"

namespace fovea::site {

// A few threads for what blocks, or takes long, and is asked for over HTTP. Those who ask take
// turns. At most `waiting_max` jobs wait, half of them for one who asks; one more is refused.
// stop() and destroying it ask the running jobs to stop and drop those that wait; afterwards all
// are refused. Threads: any.
class JobThreads {
 public:
  using Job = std::function<void(const std::stop_token& stop)>;

  JobThreads(const std::string& name, size_t threads, size_t waiting_max);
  ~JobThreads() { stop(); }
  JobThreads(const JobThreads&) = delete;
  JobThreads& operator=(const JobThreads&) = delete;

  void stop();

  // `whose` share of the queue it takes, as of net::holder_of(). False: too many wait already, or
  // it has stopped.
  bool run(const std::string& whose, Job job);

 private:
  void work(const std::stop_token& stop);

  const size_t waiting_max_;
  std::mutex mutex_;  // guards stopped_ and jobs_
  bool stopped_ = false;
  core::FairShare<Job> jobs_;
  std::condition_variable_any filled_;
  std::vector<std::jthread> threads_;  // last, so that they end first
};

// Runs a job that answers a request, or answers 503 itself.
void run_job(JobThreads& threads, const net::Request& request, JobThreads::Job job,
             const net::ResponderPtr& responder);

}  // namespace fovea::site
