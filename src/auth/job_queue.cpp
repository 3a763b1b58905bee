#include "auth/job_queue.h"

#include <algorithm>
#include <utility>

namespace fovea::auth {

void JobQueue::push(const std::string& party, Job job) {
  if (const auto refused = add(party, std::move(job))) refused->refuse();
}

// The job that has no place, if one has none.
std::optional<JobQueue::Job> JobQueue::add(const std::string& party, Job job) {
  std::lock_guard lock(mutex_);
  if (closed_) return job;
  std::optional<Job> refused;
  if (size_ >= capacity_) {
    const auto own = waiting_.find(party);
    refused = take_newest_of_most(own == waiting_.end() ? 1 : own->second.size() + 1);
    if (!refused) return job;
  }
  auto& jobs = waiting_[party];
  if (jobs.empty()) turns_.push_back(party);
  jobs.push_back(std::move(job));
  ++size_;
  filled_.notify_one();
  return refused;
}

// Of the party with the most, if that are more than `more_than`; it keeps its turn, as it has
// others.
std::optional<JobQueue::Job> JobQueue::take_newest_of_most(size_t more_than) {
  const auto most = std::max_element(waiting_.begin(), waiting_.end(), [](auto& a, auto& b) {
    return a.second.size() < b.second.size();
  });
  if (most == waiting_.end() || most->second.size() <= more_than) return std::nullopt;
  Job job = std::move(most->second.back());
  most->second.pop_back();
  --size_;
  return job;
}

std::optional<JobQueue::Job> JobQueue::pop_for(std::chrono::nanoseconds limit,
                                               const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  filled_.wait_for(lock, stop, limit, [this] { return closed_ || size_ > 0; });
  if (stop.stop_requested() || size_ == 0) return std::nullopt;
  const auto first = waiting_.find(turns_.front());
  turns_.pop_front();
  Job job = std::move(first->second.front());
  first->second.pop_front();
  --size_;
  if (first->second.empty()) {
    waiting_.erase(first);
  } else {
    turns_.push_back(first->first);
  }
  return job;
}

void JobQueue::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  filled_.notify_all();
}

}  // namespace fovea::auth
