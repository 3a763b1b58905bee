#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "bus/bus.h"
#include "core/context.h"
#include "core/queue.h"

namespace fovea::camera {

class Agent;

// The device name under which a camera's large stream is published.
std::string main_stream_name(const std::string& device);

// The large stream of a camera that has two: sent only while somebody at the site wants it, as each
// wish says anew (a lease). Owns its agent and the thread that starts and ends it. Threads: any.
class MainStream {
 public:
  static constexpr auto lease = std::chrono::seconds(10);

  using Start = std::function<std::unique_ptr<Agent>()>;
  explicit MainStream(Start start);
  ~MainStream();

  void request_stop() { thread_.request_stop(); }  // does not wait
  bool has_ended() const { return ended_; }        // as a stop was requested
  void want();                                     // for another lease
  std::string words() const;                       // what is wrong with it; empty: nothing

 private:
  void run(const std::stop_token& stop);
  bool has_agent() const;
  void set_agent(std::unique_ptr<Agent> agent);

  const Start start_;
  mutable std::mutex mutex_;  // guards agent_
  // Ended by thread_ and nobody else: that takes as long as its source hangs.
  std::unique_ptr<Agent> agent_;
  core::Latest<bool> wishes_;
  std::atomic<bool> ended_ = false;
  std::jthread thread_;
};

}  // namespace fovea::camera
