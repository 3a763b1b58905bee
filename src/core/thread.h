#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>

namespace fovea::core {

// A thread with a name (cut to the kernel's 15 characters) that its owner stops and joins by
// destroying it.
std::jthread start_thread(const std::string& name, std::function<void(std::stop_token)> body);

// Waits for `duration` or until `stop` is requested; false if it was.
bool sleep_for(std::chrono::nanoseconds duration, const std::stop_token& stop);

}  // namespace fovea::core
