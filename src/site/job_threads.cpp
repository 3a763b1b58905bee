#include "site/job_threads.h"

#include <algorithm>
#include <utility>

#include "core/thread.h"

namespace fovea::site {

JobThreads::JobThreads(const std::string& name, size_t threads, size_t waiting_max)
    : waiting_max_(waiting_max), jobs_({waiting_max}) {
  for (size_t i = 0; i < threads; ++i) {
    threads_.push_back(
        core::start_thread(name, [this](const std::stop_token& stop) { work(stop); }));
  }
}

void JobThreads::work(const std::stop_token& stop) {
  while (true) {
    std::optional<Job> job;
    {
      std::unique_lock lock(mutex_);
      filled_.wait(lock, stop, [&] { return jobs_.size() > 0; });
      if (stop.stop_requested()) return;
      job = jobs_.pop_in_turn();
    }
    if (job) (*job)(stop);
  }
}

void JobThreads::stop() {
  for (auto& thread : threads_) thread.request_stop();  // all at once
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
  const std::lock_guard lock(mutex_);
  jobs_.clear();
}

bool JobThreads::run(const std::string& whose, Job job) {
  const std::lock_guard lock(mutex_);
  const size_t share = std::max<size_t>(1, waiting_max_ / 2);
  if (stopped_ || jobs_.size() >= waiting_max_ || jobs_.count(whose) >= share) return false;
  jobs_.push(whose, std::move(job));
  filled_.notify_one();
  return true;
}

void run_job(JobThreads& threads, const net::Request& request, JobThreads::Job job,
             const net::ResponderPtr& responder) {
  if (threads.run(net::holder_of(request.identity), std::move(job))) return;
  auto response = net::problem(503, "Busy", "others are at it just now; try again in a moment");
  response.headers.emplace("retry-after", "5");
  responder->send(std::move(response));
}

}  // namespace fovea::site
