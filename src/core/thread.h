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

// The calling thread gives way to others from now on (nice 10): it has what they leave, and a tenth
// of a processor that all want. Cannot be taken back without privileges.
void give_way();

// Processor time that the calling thread has used.
std::chrono::nanoseconds thread_cpu_time();

// Waits for `duration` or until `stop` is requested; false if it was.
bool sleep_for(std::chrono::nanoseconds duration, const std::stop_token& stop);

}  // namespace fovea::core
