#include "camera/main_stream.h"

#include "camera/agent.h"
#include "core/thread.h"
#include "wire/device_name.h"

namespace fovea::camera {

std::string main_stream_name(const std::string& device) {
  return device + std::string(wire::main_suffix);
}

MainStream::MainStream(Start start)
    : start_(std::move(start)),
      thread_(core::start_thread("main stream", [this](std::stop_token stop) { run(stop); })) {}

MainStream::~MainStream() = default;

void MainStream::want() { wishes_.push(true); }

std::string MainStream::words() const {
  std::lock_guard lock(mutex_);
  if (!agent_) return {};
  const auto status = agent_->status();
  return status.state == "failed" ? status.detail : std::string();
}

void MainStream::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const bool wanted = wishes_.pop_for(lease, stop).has_value();
    if (wanted && !has_agent()) {
      set_agent(start_());
    } else if (!wanted) {
      set_agent(nullptr);
    }
  }
  set_agent(nullptr);
  ended_ = true;
}

bool MainStream::has_agent() const {
  std::lock_guard lock(mutex_);
  return agent_ != nullptr;
}

// The one before ends here, without the lock: it takes its time.
void MainStream::set_agent(std::unique_ptr<Agent> agent) {
  {
    std::lock_guard lock(mutex_);
    agent_.swap(agent);
  }
  agent.reset();
}

}  // namespace fovea::camera
