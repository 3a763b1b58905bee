#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace fovea::auth {

// Jobs that wait for one slow thread, shared fairly by whom they are for (a network, a user): each
// party's first waiting job comes before anybody's second. At most `capacity` wait. Beyond that one
// is refused: the newest of the party with the most, or the new one, where that would be no fairer.
// So no party fills the queue, and one that has it for itself has all of it. Threads: any.
class JobQueue {
 public:
  struct Job {
    std::function<void()> run;
    std::function<void()> refuse;  // it will not run
  };

  explicit JobQueue(size_t capacity) : capacity_(capacity) {}

  // Calls refuse() of the job that finds no place, after close() that of `job`.
  void push(const std::string& party, Job job);
  // Empty: nothing came within `limit`, the queue is closed and drained, or `stop` was requested.
  std::optional<Job> pop_for(std::chrono::nanoseconds limit, const std::stop_token& stop);
  void close();

 private:
  std::optional<Job> add(const std::string& party, Job job);
  std::optional<Job> take_newest_of_most(size_t more_than);

  const size_t capacity_;
  std::mutex mutex_;  // guards all below
  std::condition_variable_any filled_;
  std::map<std::string, std::deque<Job>> waiting_;  // of each party, the first in front
  std::deque<std::string> turns_;                   // of those who have waiting ones
  size_t size_ = 0;
  bool closed_ = false;
};

}  // namespace fovea::auth
