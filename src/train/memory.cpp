#include "train/memory.h"

#include <malloc.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>
#include <string_view>

namespace fovea::train {

namespace {

// The number after `name` in one of the kernel's tables; 0: it is not there.
size_t bytes_of(const char* table, std::string_view name) {
  std::ifstream file(table);
  std::string word;
  for (std::string rest; file >> word; std::getline(file, rest)) {
    size_t kilobytes = 0;
    if (word == name && file >> kilobytes) return kilobytes << 10;
  }
  return 0;
}

}  // namespace

void settle_memory() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";  // proc_pid_clear_refs(5): resets VmHWM
}

size_t peak_memory() { return bytes_of("/proc/self/status", "VmHWM:"); }

size_t memory_limit(int megabytes) {
  size_t limit = std::numeric_limits<size_t>::max();
  const size_t available = bytes_of("/proc/meminfo", "MemAvailable:");
  if (available > 0) limit = available + peak_memory();
  // In a container less may be left than the machine has.
  size_t own = 0;
  if (std::ifstream("/sys/fs/cgroup/memory.max") >> own) limit = std::min(limit, own);
  return megabytes > 0 ? std::min(limit, size_t(megabytes) << 20) : limit;
}

}  // namespace fovea::train
